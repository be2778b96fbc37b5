// Clients of others: they know two frames, and chat with people in browsers.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

import { expect, test } from "../fixtures";

test("a client in node that knows two frames chats with a browser", async ({ person, bot, room }) => {
  const ana = await person("Ana", { node: 0 });
  await ana.enter(room);
  const raw = await bot({ node: 1 });
  raw.sendRaw(JSON.stringify({ type: "join", payload: { roomId: room } }));
  raw.sendRaw(JSON.stringify({ type: "message", payload: { message: "Hello" } }));
  await ana.reads("Hello");

  await ana.say("Hello yourself");
  const heard = await raw.next("message", (message) => message.author.name === "Ana");
  expect(heard).toMatchObject({ roomId: room, message: "Hello yourself", offset: 2 });
});

test("a client in Python chats with a browser", async ({ person, nodes, room }) => {
  const ana = await person("Ana");
  await ana.enter(room);
  const site = nodes[nodes.length - 1].url.replace("http", "ws");
  const client = spawn(python(), [resolve(__dirname, "../clients/echo.py"), `${site}/ws?v=1`, room]);
  try {
    await expect(ana.messages).toHaveText(["Python is here"]);
    await ana.say("What is two plus two?");
    expect(await lastLine(client)).toBe("Ana: What is two plus two?");
    await ana.reads("Python is here", "What is two plus two?", "You said: What is two plus two?");
    await ana.say("Say it better");
    await expect(ana.messages.first()).toHaveText("Good morning from Python");
    await ana.say("Take it back");
    await expect(ana.messages.first()).toHaveText("What is two plus two?");
  } finally {
    client.kill();
  }
});

test("what a client missed comes with its next join, once and in order", async ({ bot, room }) => {
  const ana = await bot({ node: 0 });
  const ben = await bot({ node: 1 });
  await ana.join(room);
  const { position } = await ben.join(room);
  ben.close();
  await ben.closed;
  for (const text of ["one", "two", "three"]) await ana.say(text, room);

  const again = await (await bot({ node: 1 })).join(room, position);
  expect(again.recovered).toBe(true);
  expect(again.messages.map((message) => message.message)).toEqual(["one", "two", "three"]);

  const lost = await (await bot({ node: 0 })).join(room, { epoch: "another", offset: 1 });
  expect(lost.recovered).toBe(false);
});

test("a client without cookies comes back as the same person, and what it sends again is said once", async ({
  bot,
  room,
}) => {
  const before = await bot({ node: 0 });
  const joined = await before.join(room);
  const twice = { roomId: room, id: "m-1", message: "only once" };
  before.send("message", twice);
  const sent = await before.next("message");
  before.close();
  await before.closed;

  const after = await bot({ node: 1 });
  after.send("join", { roomId: room, session: joined.session });
  expect((await after.next("joined")).you).toEqual(joined.you);
  after.send("message", twice);
  expect(await after.next("message")).toEqual(sent);
});

test("a message that is sent twice is said once", async ({ bot, room }) => {
  const ana = await bot({ node: 0 });
  const ben = await bot({ node: 1 });
  await ana.join(room);
  await ben.join(room);
  const twice = { roomId: room, id: "m-1", message: "only once" };
  ana.send("message", twice);
  const sent = await ana.next("message");
  ana.send("message", twice);
  expect(await ana.next("message")).toEqual(sent);
  ana.send("message", { ...twice, message: "something else" });
  expect(await ana.next("error")).toMatchObject({ code: "conflict", temporary: false, id: "m-1" });

  await ana.say("the end", room);
  await ben.next("message", (message) => message.message === "the end");
  const heard = ben.frames.filter((frame) => frame.type === "message");
  expect(heard).toHaveLength(2);
});

function python(): string {
  const tools = process.env.HUBBUB_TOOLS ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "hubbub");
  const own = join(tools, "python/bin/python");
  return existsSync(own) ? own : "python3";
}

/** What the client prints next. */
function lastLine(client: ChildProcessWithoutNullStreams): Promise<string> {
  let errors = "";
  client.stderr.on("data", (data) => (errors += data));
  return new Promise((resolve, reject) => {
    createInterface(client.stdout).once("line", resolve);
    client.once("close", () => reject(new Error(`the client ended: ${errors}`)));
  });
}
