// Socket.IO with its sharded Redis adapter, over WebSocket alone.
//
//   node socket-io.mjs PORT redis://REDIS
import { createServer } from "node:http";
import { createShardedAdapter } from "@socket.io/redis-adapter";
import { Server } from "socket.io";
import { listen, redis } from "./rooms.mjs";

const http = createServer();
const io = new Server(http, {
  // A channel for each room, as the others have it.
  adapter: createShardedAdapter(redis(), redis(), { subscriptionMode: "dynamic" }),
  transports: ["websocket"],
  perMessageDeflate: false,
  httpCompression: false,
  serveClient: false,
  maxHttpBufferSize: 64 * 1024,
});

io.on("connection", (socket) => {
  // What its documentation advises, to save memory.
  socket.conn.request = null;
  let room;
  socket.on("join", async (name) => {
    room = String(name);
    await socket.join(room);
    socket.emit("joined");
  });
  socket.on("message", (frame) => {
    if (room !== undefined) io.to(room).emit("message", frame);
  });
});

http.listen(listen);
