// A node of the release with people who talk in it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import WebSocket from "ws";

const PROGRAM = join(import.meta.dirname, "../../target/release/hubbub");
const SAYINGS = [
  "Who can water on Thursday?",
  "I can, before eight. The can is in the shed, behind the bicycle that nobody has ridden since the summer before last.",
  "Danke! 🌱 Ich bringe den Schlüssel mit.",
  "The plan is at https://example.org/garden/plan, as always.",
  "Shade for the tomatoes, please.\nAnd the gate: it does not close by itself.",
  "شكرا جزيلا، أراكم يوم الخميس",
];

/** Starts a node, gives its address and its end. */
export async function startNode() {
  const folder = mkdtempSync(join(tmpdir(), "hubbub-lighthouse-"));
  const address = `127.0.0.1:${await freePort()}`;
  const flags = ["--listen", address, "--metrics-listen", "off", "--data-dir", folder, "--rate-limit", "off", "--log", "warn"];
  const node = spawn(PROGRAM, flags, { stdio: ["ignore", "inherit", "inherit"] });
  const ended = once(node, "exit");
  const url = `http://${address}`;
  const stop = async () => {
    node.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  while (!(await fetch(`${url}/readyz`).then((answer) => answer.ok, () => false))) {
    if (node.exitCode !== null) throw new Error("the node has ended, for the reason above");
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  return { url, stop };
}

/** Lets `many` people talk in a room until it has so many messages. They stay in it. */
export async function talk(url, roomId, many, messages) {
  const people = await Promise.all(Array.from({ length: many }, () => enter(url, roomId)));
  for (let n = 0; n < messages; n++) {
    // Now and then somebody says two things in a row.
    const said = people[Math.floor(n / 1.5) % many];
    await said(SAYINGS[n % SAYINGS.length]);
  }
}

/**
 * Lets an author copy a sample quiz and begin a game of it; gives the quiz's id, the game's PIN and the
 * cookies that make a browser the author and the host.
 */
export async function author(url) {
  const kept = (answer) => answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
  const session = kept(await fetch(url)).join("; ");
  const ask = async (what, body) => {
    const headers = { cookie: session, origin: url, accept: "application/json" };
    const answer = await fetch(`${url}/api/${what}`, { method: "POST", headers, body: new URLSearchParams(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${what}: ${text}`);
    return [JSON.parse(text), kept(answer)];
  };
  const [{ id }] = await ask("copy-quiz", { id: "sample-solar-system" });
  const [pin, host] = await ask("host-game", { quiz: id });
  return { quiz: id, pin, cookie: [session, ...host].join("; ") };
}

async function enter(url, roomId) {
  const socket = new WebSocket(`${url.replace("http", "ws")}/ws?v=1`);
  const heard = new Set();
  const waiting = new Map();
  socket.on("message", (data) => {
    const { type, payload } = JSON.parse(data);
    if (type === "error") throw new Error(payload.message);
    const key = type === "message" ? payload.id : type;
    heard.add(key);
    waiting.get(key)?.();
  });
  await once(socket, "open");
  const send = (type, payload) => socket.send(JSON.stringify({ type, payload }));
  const until = (key) => heard.has(key) || new Promise((resolve) => waiting.set(key, resolve));
  send("join", { roomId });
  await until("joined");
  const own = Math.random().toString(36).slice(2);
  let said = 0;
  return async (message) => {
    const id = `${own}-${said++}`;
    send("message", { roomId, id, message });
    await until(id);
  };
}

/** A port that nobody has taken. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
