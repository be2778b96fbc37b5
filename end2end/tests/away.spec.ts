// Cut off and back: what somebody reads meanwhile, and what they find then.
import { expect, fill, test } from "../fixtures";
import { barriers } from "../fixtures/barriers";
import type { Person } from "../fixtures";

test.use({
  // Hundreds of lines within seconds are said here by people who are all new, and at one address.
  flags: ["--rate-limit", "60/360"],
  expectedErrors: /WebSocket connection to .* failed|Failed to load resource: net::|ERR_[A-Z_]+/,
});

const CUT_OFF = "You are offline. Keep writing: it is sent when you are back.";

/** The browser has no network until `then` is done. */
async function offline(person: Person, then: () => Promise<unknown>) {
  await person.context.setOffline(true);
  await expect(person.connection).toHaveText("Offline");
  await then();
  await person.context.setOffline(false);
  await person.live();
}

test("whoever is cut off reads so, can write on, and sees it sent when they are back", async ({ person, loadBalancer, room }) => {
  const balancer = await loadBalancer();
  const ana = await person("Ana", { loadBalancer: balancer });
  await ana.enter(room);
  await ana.composer.focus();
  balancer.shut();
  await expect(ana.connection).toHaveText(/^Reconnecting/);
  await expect(ana.notice).toHaveText(CUT_OFF);
  await ana.say("into the dark");
  await expect(ana.messages).toHaveClass(/message__text--pending/);
  await expect(ana.log).toContainText("Waiting");
  await expect(ana.composer).toBeFocused();
  expect(await barriers(ana.page)).toEqual([]);

  balancer.reopen();
  await ana.networkReturns();
  await ana.live();
  await expect(ana.notice).toHaveCount(0);
  await expect(ana.messages).not.toHaveClass(/message__text--pending/);
  await expect(ana.log).not.toContainText("Waiting");
  await expect(ana.composer).toBeFocused();
});

test("whoever had no network finds exactly what was missed, below a line", async ({ person, room }) => {
  const ana = await person("Ana");
  const ben = await person("Ben", { node: 1 });
  await ana.enter(room);
  await ben.enter(room);
  await ana.say("I am in the tunnel soon");
  await ben.reads("I am in the tunnel soon");

  await offline(ana, async () => {
    for (const text of ["one", "two", "three"]) await ben.say(text);
    await ben.reads("I am in the tunnel soon", "one", "two", "three");
    await ana.say("from the tunnel");
  });
  await expect(ana.line).toHaveAccessibleName("While you were away: 3 new messages");
  await expect.poll(() => ana.rows()).toEqual(["I am in the tunnel soon", "---", "one", "two", "three", "from the tunnel"]);
  expect(await barriers(ana.page)).toEqual([]);

  await ben.say("four");
  await expect.poll(() => ana.rows()).toEqual(["I am in the tunnel soon", "---", "one", "two", "three", "from the tunnel", "four"]);
  await ana.page.reload();
  await ana.live();
  await expect(ana.line).toHaveCount(0);
});

test("whoever missed nothing sees no line", async ({ person, room }) => {
  const ana = await person("Ana");
  await ana.enter(room);
  await ana.say("all quiet");
  await offline(ana, () => ana.say("only me"));
  await ana.reads("all quiet", "only me");
  await expect(ana.line).toHaveCount(0);
});

test("a connection that flaps is one absence", async ({ person, bot, room }) => {
  const ana = await person("Ana");
  const raw = await bot({ node: 1 });
  await ana.enter(room);
  await raw.join(room);
  await offline(ana, () => raw.say("one"));
  await offline(ana, () => raw.say("two"));
  await expect(ana.line).toHaveAccessibleName("While you were away: 2 new messages");
  await expect.poll(() => ana.rows()).toEqual(["---", "one", "two"]);
});

test("whoever reads further up stays there, and is told how many are new", async ({ person, bot, room }) => {
  await fill(room, 60, bot);
  const ana = await person("Ana");
  await ana.enter(room);
  await ana.scrollUp();
  const landmark = ana.messages.filter({ hasText: /^line 20$/ });
  await landmark.scrollIntoViewIfNeeded();
  const place = await landmark.boundingBox();
  const raw = await bot({ node: 1 });
  await raw.join(room);
  await offline(ana, async () => {
    for (let i = 1; i <= 3; i++) await raw.say(`missed ${i}`);
  });
  await expect(ana.messages.last()).toHaveText("missed 3");
  await expect(ana.page.getByRole("button", { name: "3 new messages" })).toBeVisible();
  await expect.poll(async () => (await landmark.boundingBox())?.y).toBeCloseTo(place!.y, -1);
});

test("a person who missed more than fits the window is led to where it begins", async ({ person, bot, room }) => {
  const ana = await person("Ana");
  await ana.enter(room);
  await ana.say("before");
  await expect(ana.messages).not.toHaveClass(/pending/);
  await offline(ana, () => fill(room, 40, bot));
  await expect(ana.messages.last()).toHaveText("line 40");
  await expect(ana.messages.last()).toBeInViewport();
  const up = ana.page.getByRole("button", { name: "40 new while you were away" });
  await up.click();
  await expect(ana.line).toBeInViewport();
  await expect(ana.messages.filter({ hasText: /^line 1$/ })).toBeInViewport();
  await expect(up).toBeHidden();
});

test("a gap too large to be told is read again, and its beginning is further up", async ({ person, bot, room }) => {
  const ana = await person("Ana");
  await ana.enter(room);
  await ana.say("before");
  await expect(ana.messages).not.toHaveClass(/pending/);
  await offline(ana, () => fill(room, 350, bot));
  await expect(ana.messages.last()).toHaveText("line 350");
  await expect(ana.line).toHaveAccessibleName("While you were away: 350 new messages");
  expect((await ana.rows()).slice(0, 2)).toEqual(["---", "line 301"]);
  await expect(ana.log.getByRole("button")).toHaveText("Earlier messages: 300 more while you were away");

  await expect(async () => {
    await ana.scrollUp();
    expect((await ana.rows()).slice(0, 3)).toEqual(["before", "---", "line 1"]);
  }).toPass();
  await expect(ana.line).toHaveAccessibleName("While you were away: 350 new messages");
  const texts = await ana.messages.allTextContents();
  expect(texts).toEqual(["before", ...Array.from({ length: 350 }, (_, i) => `line ${i + 1}`)]);
});

test("the people of a killed node read so, and find what was missed", async ({ person, loadBalancer, nodes, room }) => {
  const balancer = (await loadBalancer()).leadTo(0);
  const ana = await person("Ana", { loadBalancer: balancer });
  await ana.enter(room);
  await ana.say("before");
  await expect(ana.messages).not.toHaveClass(/pending/);

  const kill = nodes[0].kill();
  balancer.shut(); // no other node is found for a while
  await kill;
  await expect(ana.connection).toHaveText(/^Reconnecting/);
  await expect(ana.notice).toHaveText(CUT_OFF);
  if (nodes.length === 1) await nodes[0].start();
  const ben = await person("Ben", { node: 1 });
  await ben.enter(room);
  await ben.say("meanwhile");
  await ben.reads("before", "meanwhile");

  balancer.leadTo(1).reopen();
  await ana.networkReturns();
  await ana.live();
  await expect(ana.notice).toHaveCount(0);
  await expect.poll(() => ana.rows()).toEqual(["before", "---", "meanwhile"]);
  await expect(ana.line).toHaveAccessibleName("While you were away: 1 new message");
});

test("a node that is asked to leave says where its people go, and that nothing is lost", async ({ person, loadBalancer, nodes, room }) => {
  const balancer = (await loadBalancer()).leadTo(0);
  const ana = await person("Ana", { loadBalancer: balancer });
  await ana.enter(room);
  const words = await ana.watchConnection();

  balancer.leadTo(1).hold(); // the next node takes its time
  const stopped = nodes[0].stop();
  await expect(ana.connection).toHaveText("Moving", { timeout: 20_000 });
  await expect(ana.notice).toHaveText("Moving you to another node. Nothing is lost.");
  await stopped;
  if (nodes.length === 1) await nodes[0].start();
  balancer.letIn();
  await ana.live();
  await expect(ana.notice).toHaveCount(0);
  expect(words.join()).not.toMatch(/Reconnecting|Offline/);
});

test("a computer that slept was away since the first message that it missed", async ({ person, bot, loadBalancer, room }) => {
  const balancer = await loadBalancer();
  const ana = await person("Ana", { loadBalancer: balancer });
  await ana.page.clock.install();
  await ana.enter(room);
  await ana.say("good night");
  await expect(ana.messages).not.toHaveClass(/pending/);

  balancer.freeze();
  const raw = await bot({ node: 1 });
  await raw.join(room);
  await raw.say("nobody there?");
  await ana.page.clock.fastForward("08:00:00"); // it wakes, and asks whether the server is there
  await ana.page.clock.fastForward(11_000); // no answer
  await ana.live();
  await expect.poll(() => ana.rows()).toEqual(["good night", "---", "nobody there?"]);
  const time = await ana.log.getByRole("article").last().locator("time").textContent();
  await expect(ana.line).toContainText(`1 new since ${time}`);
});
