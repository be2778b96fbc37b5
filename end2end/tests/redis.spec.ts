// Redis goes away and comes back while everybody stays connected to their node.
import { expect, test } from "../fixtures";
import { barriers } from "../fixtures/barriers";

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
  await expect(ana.notice).toHaveText("Sending is paused. Write on: it goes out by itself.");
  await ana.reads("before", "into the pause", "and on");
  await expect(ana.said.filter({ hasText: "into the pause" })).toHaveClass(/said__text--pending/);
  await expect(ana.log).toContainText("Waiting");
  await expect(ana.composer).toBeEditable();
  expect(await barriers(ana.page)).toEqual([]);

  await redis.start();
  await ben.reads("before", "into the pause", "and on");
  await expect(ana.connection).toHaveText("Live");
  await expect(ana.notice).toHaveCount(0);
  await ana.reads("before", "into the pause", "and on");
  await expect(ana.log.locator(".said__text--pending")).toHaveCount(0);
  await expect(ana.line).toHaveCount(0);
  expect(words.join(), "the connection stayed").not.toMatch(/Reconnecting|Offline/);
});

test("somebody cut off while Redis is away gets back in when it is back, and finds what was missed", async ({ person, bot, redis, door, room }) => {
  const line = await door();
  const ana = await person("Ana", { door: line });
  const raw = await bot({ node: 1 });
  await ana.enter(room);
  await raw.join(room);
  await ana.say("before");
  await expect(ana.said).not.toHaveClass(/pending/);

  line.shut();
  await expect(ana.connection).toHaveText(/^Reconnecting/);
  await raw.say("missed");
  await redis.stop();
  line.reopen();
  await ana.say("mine");
  await expect(ana.notice).toHaveText("You are cut off. Write on: it is sent when you are back.");
  await redis.start();
  await ana.page.evaluate(() => window.dispatchEvent(new Event("online"))); // no long wait for the next try
  await ana.live();
  await expect.poll(() => ana.rows()).toEqual(["before", "---", "missed", "mine"]);
});
