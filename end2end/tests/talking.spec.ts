// People in a room, on one node or on two, and what each of them sees.
import { expect, test } from "../fixtures";

test("two people on two nodes see each other's messages in one order", async ({ person, room }) => {
  const ana = await person("Ana", { node: 0 });
  const ben = await person("Ben", { node: 1 });
  await ana.enter(room);
  await ben.enter(room);

  await Promise.all([ana.say("Hello from Ana"), ben.say("Hello from Ben")]);
  await expect(ana.messages).toHaveCount(2);
  await ben.say("Which of us was first?");
  await expect(ana.messages).toHaveCount(3);
  await ben.reads(...(await ana.messages.allTextContents()));
});

test("a refresh keeps the talk", async ({ person, room }) => {
  const ana = await person("Ana");
  await ana.enter(room);
  await ana.say("one");
  await ana.say("two");
  await ana.reads("one", "two");

  await ana.page.reload();
  await ana.live();
  await ana.reads("one", "two");
  await ana.say("three");
  await ana.reads("one", "two", "three");
});

test("a third person on the other node sees who is there, before and after joining", async ({ person, room }) => {
  const ana = await person("Ana", { node: 0 });
  const ben = await person("Ben", { node: 0 });
  await ana.page.getByLabel("Open a room").fill(room);
  await ana.page.getByRole("checkbox", { name: /List a new room/ }).check();
  await ana.page.getByLabel("Open a room").press("Enter");
  await ana.live();
  await ben.enter(room);
  await expect(ana.people).toHaveCount(2);

  const cem = await person("Cem", { node: 1 });
  const row = cem.page.getByRole("link", { name: new RegExp(room) });
  await expect(row).toContainText("2");
  await row.click();
  await cem.live();
  await expect(cem.people.filter({ hasText: "Ana" })).toBeVisible();
  await expect(cem.people.filter({ hasText: "Ben" })).toBeVisible();
  await expect(cem.people.filter({ hasText: "Cem" })).toContainText("you");
  await expect(ana.people).toHaveCount(3);

  await ben.page.goto("about:blank");
  await expect(cem.people.filter({ hasText: "Ben" })).toHaveCount(0);
  await expect(cem.people).toHaveCount(2);
});

test("two tabs are one member", async ({ person, room, watch }) => {
  const ana = await person("Ana", { node: 0 });
  const ben = await person("Ben", { node: 1 });
  await ana.enter(room);
  await ben.enter(room);
  const second = await ana.context.newPage();
  watch(second);
  await second.goto(ana.page.url());
  await expect(second.getByRole("log")).toBeVisible();
  await ben.say("Are you one or two?");
  await expect(second.getByText("Are you one or two?")).toBeVisible();
  await expect(ben.people).toHaveCount(2);
});

test("a room's messages stay out of other rooms", async ({ person, room }) => {
  const ana = await person("Ana");
  const ben = await person("Ben", { node: 1 });
  await ana.enter(`${room}-garden`);
  await ben.enter(`${room}-kitchen`);
  await ana.say("only for the garden");
  await ana.reads("only for the garden");
  await ben.say("only for the kitchen");
  await ben.reads("only for the kitchen");
  await ana.reads("only for the garden");
});

test("others see who is typing, and the writer does not", async ({ person, room }) => {
  const ana = await person("Ana", { node: 0 });
  const ben = await person("Ben", { node: 1 });
  await ana.enter(room);
  await ben.enter(room);
  await ana.composer.pressSequentially("Hm");
  await expect(ben.page.getByText("Ana is typing")).toBeVisible();
  await expect(ana.page.getByText("is typing")).toHaveCount(0);
  await ana.composer.press("Enter");
  await expect(ben.page.getByText("Ana is typing")).toBeHidden();
});

test("Enter sends, Shift and Enter break the line", async ({ person, room }) => {
  const ana = await person("Ana");
  await ana.enter(room);
  await ana.composer.fill("first line");
  await ana.composer.press("Shift+Enter");
  await ana.composer.pressSequentially("second line");
  await ana.composer.press("Enter");
  await expect(ana.messages).toHaveText(/first line\s+second line/);
  await expect(ana.composer).toHaveValue("");
});

test("/rooms/… and /?roomId=… are the same room", async ({ person, room }) => {
  const ana = await person("Ana");
  const ben = await person("Ben", { node: 1 });
  await ana.enter(room);
  await ben.page.goto(new URL(`/?roomId=${room}`, ben.page.url()).href);
  await ben.live();
  await ben.say("same place");
  await ana.reads("same place");
});

test("somebody opens a room from the front page, under a name that others see", async ({ person, room }) => {
  const ana = await person("Ana");
  const field = ana.page.getByLabel("Open a room");
  await field.fill(room);
  await field.press("Enter");
  await ana.live();
  const ben = await person("Ben", { node: 1 });
  await ben.enter(room);
  await ana.say("found it");
  await expect(ben.log.getByRole("article").filter({ hasText: "found it" })).toContainText("Ana");
});

test("a tab that was opened in the background joins its room", async ({ person, bot, room }) => {
  const ana = await person("Ana");
  await ana.page.addInitScript(() => {
    Object.defineProperty(document, "hidden", { get: () => true });
    // Nothing is painted there, and nobody is told that it was.
    PerformanceObserver.prototype.observe = () => {};
    window.requestAnimationFrame = window.requestIdleCallback = () => 0;
  });
  await ana.enter(room);
  const raw = await bot();
  expect((await raw.join(room)).members.map(({ name }) => name)).toContain("Ana");
});
