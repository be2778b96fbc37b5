// Redis goes away and comes back while everybody stays connected to their node.
import { expect, test } from "../fixtures";
import { barriers } from "../fixtures/barriers";

test.use({ expectedErrors: /WebSocket connection to .* failed/ });

/** What was refused goes out again after 1 to 5 s, and a node takes up to 2.5 s to say that Redis is away. */
const BACK = { timeout: 20_000 };

test("while Redis is away people read that sending is paused, and what they write goes out by itself", async ({ person, redis, room }) => {
  const ana = await person("Ana", { node: 0 });
  const ben = await person("Ben", { node: 1 });
  await ana.enter(room);
  await ben.enter(room);
  await ana.say("before");
  await ben.reads("before");
  const words = await ana.watchConnection();

  await redis.stop();
  await ana.say("into the pause");
  await ana.say("and on");
  await expect(ana.connection).toHaveText("Paused");
  await expect(ana.notice).toHaveText("Sending is paused. Keep writing: it goes out by itself.");
  await ana.reads("before", "into the pause", "and on");
  await expect(ana.messages.filter({ hasText: "into the pause" })).toHaveClass(/message__text--pending/);
  await expect(ana.log).toContainText("Waiting");
  await expect(ana.composer).toBeEditable();
  expect(await barriers(ana.page)).toEqual([]);

  await redis.start();
  await expect(ben.messages).toHaveText(["before", "into the pause", "and on"], BACK);
  await expect(ana.connection).toHaveText("Live");
  await expect(ana.notice).toHaveCount(0);
  await ana.reads("before", "into the pause", "and on");
  await expect(ana.log.locator(".message__text--pending")).toHaveCount(0);
  await expect(ana.line).toHaveCount(0);
  expect(words.join(), "the connection stayed").not.toMatch(/Reconnecting|Offline/);
});

test("whoever only reads is told that sending is paused, and that it goes on", async ({ person, redis, room }) => {
  const ana = await person("Ana", { node: 0 });
  await ana.enter(room);
  await redis.stop();
  await expect(ana.connection).toHaveText("Paused");
  await expect(ana.notice).toHaveText("Sending is paused. Keep writing: it goes out by itself.");
  await redis.start();
  await expect(ana.connection).toHaveText("Live", BACK);
  await expect(ana.notice).toHaveCount(0);
});

test("somebody who comes back while Redis is away finds what was missed, and what they wrote is sent when it is back", async ({ person, bot, redis, loadBalancer, room }) => {
  const balancer = await loadBalancer();
  const ana = await person("Ana", { loadBalancer: balancer });
  const raw = await bot({ node: 1 });
  await ana.enter(room);
  await raw.join(room);
  await ana.say("before");
  await expect(ana.messages).not.toHaveClass(/pending/);

  balancer.shut();
  await expect(ana.connection).toHaveText(/^Reconnecting/);
  await raw.say("missed");
  await redis.stop();
  balancer.reopen();
  await ana.say("mine");
  // Her node may remember enough of the room to let her in.
  await expect(ana.notice).toHaveText(/^(You are offline|Sending is paused)\. Keep writing: it /);
  await redis.start();
  await ana.networkReturns();
  await expect(ana.connection).toHaveText("Live", BACK);
  await expect.poll(() => ana.rows()).toEqual(["before", "---", "missed", "mine"]);
});
