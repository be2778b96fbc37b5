// What the servers in this folder share: their settings, and Redis between their
// nodes. A channel for each room, subscribed to while somebody here is in it.
import Redis from "ioredis";

const [port, url] = process.argv.slice(2);

export const listen = { host: "127.0.0.1", port: Number(port), backlog: 4096 };

// What one turn of the event loop publishes goes out in one write.
export const redis = () => new Redis(url, { enableAutoPipelining: true });

export const JOINED = '{"type":"joined"}';

// `deliver(room, bytes)` is called for every message of a room that is kept.
export function bus(deliver) {
  const publisher = redis();
  const subscriber = redis();
  const members = new Map();
  subscriber.on("messageBuffer", (channel, bytes) => deliver(channel.toString(), bytes));
  return {
    keep(room) {
      const count = (members.get(room) ?? 0) + 1;
      members.set(room, count);
      if (count === 1) subscriber.subscribe(room);
    },
    drop(room) {
      const count = members.get(room) - 1;
      if (count > 0) return members.set(room, count);
      members.delete(room);
      subscriber.unsubscribe(room);
    },
    say(room, message) {
      publisher.publish(room, JSON.stringify({ type: "message", payload: { message } }));
    },
  };
}

// A frame of a client, or undefined for what is none.
export function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
