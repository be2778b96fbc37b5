// uWebSockets.js and ioredis: topics and fan-out are those of its C++, Redis is
// between the nodes. Its author publishes on GitHub alone; this is his 20.30.0 as
// somebody else packed it for npm.
//
//   node uwebsockets.mjs PORT redis://REDIS
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { JOINED, bus, listen, read } from "./rooms.mjs";

const require = createRequire(import.meta.url);
const packed = dirname(require.resolve("@trufflesuite/uws-js-unofficial/package.json"));
const uws = require(join(packed, "binaries", `uws_${process.platform}_${process.arch}_${process.versions.modules}.node`));

const text = new TextDecoder();
const nodes = bus((room, bytes) => app.publish(room, bytes, false, false));

const app = uws.App().ws("/ws", {
  compression: uws.DISABLED,
  maxPayloadLength: 64 * 1024,
  // As Hubbub closes for whom more than 1 MiB waits.
  maxBackpressure: 1024 * 1024,
  closeOnBackpressureLimit: true,
  idleTimeout: 120,
  sendPingsAutomatically: true,
  message(socket, bytes) {
    const frame = read(text.decode(bytes));
    if (frame?.type === "join" && socket.room === undefined) {
      socket.room = String(frame.payload?.roomId);
      socket.subscribe(socket.room);
      nodes.keep(socket.room);
      socket.send(JOINED);
    } else if (frame?.type === "message" && socket.room !== undefined) {
      nodes.say(socket.room, frame.payload?.message);
    }
  },
  close(socket) {
    if (socket.room !== undefined) nodes.drop(socket.room);
  },
});

app.listen(listen.host, listen.port, (listening) => {
  if (!listening) process.exit(1);
});
