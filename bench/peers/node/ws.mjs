// ws and ioredis, with the settings of a careful team: no compression, no list of
// clients beside ours.
//
//   node ws.mjs PORT redis://REDIS
import { WebSocketServer } from "ws";
import { JOINED, bus, listen, read } from "./rooms.mjs";

const rooms = new Map();
const nodes = bus((room, bytes) => {
  for (const socket of rooms.get(room) ?? []) {
    if (socket.readyState === socket.OPEN) socket.send(bytes, { binary: false });
  }
});

const server = new WebSocketServer({
  ...listen,
  path: "/ws",
  perMessageDeflate: false,
  clientTracking: false,
  maxPayload: 64 * 1024,
});

server.on("connection", (socket) => {
  let room;
  socket.on("error", () => {});
  socket.on("close", () => {
    if (room === undefined) return;
    rooms.get(room).delete(socket);
    if (rooms.get(room).size === 0) rooms.delete(room);
    nodes.drop(room);
  });
  socket.on("message", (text) => {
    const frame = read(text);
    if (frame?.type === "join" && room === undefined) {
      room = String(frame.payload?.roomId);
      if (!rooms.has(room)) rooms.set(room, new Set());
      rooms.get(room).add(socket);
      nodes.keep(room);
      socket.send(JOINED);
    } else if (frame?.type === "message" && room !== undefined) {
      nodes.say(room, frame.payload?.message);
    }
  });
});
