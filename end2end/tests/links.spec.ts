// Links to messages: how they are had, where they lead, and what they say of one that is gone.
import { expect, fill, pour, test } from "../fixtures";
import type { Person } from "../fixtures";

test.use({ flags: ["--rate-limit", "off"] });

const MANY = 1_000;

/** How far a message is below the top of the log. */
const height = (person: Person, text: string) =>
  person.messages.filter({ hasText: new RegExp(`^${text}$`) }).evaluate((message) => {
    const article = message.closest("article")!;
    return article.getBoundingClientRect().top - article.closest("[role=log]")!.getBoundingClientRect().top;
  });

/** The address that the time of a message leads to. */
async function address(person: Person, text: string): Promise<string> {
  const article = person.log.getByRole("article").filter({ hasText: text });
  const href = await article.getByRole("link").first().getAttribute("href");
  return new URL(href!, person.page.url()).href;
}

test("the time of a message is its link, with the whole date for who points at it", async ({ person, room }) => {
  const ana = await person("Ana");
  await ana.enter(room);
  await ana.say("first of mine");
  await ana.say("second of mine");
  await ana.reads("first of mine", "second of mine");
  for (const text of ["first of mine", "second of mine"]) {
    const link = ana.log.getByRole("article").filter({ hasText: text }).getByRole("link");
    await expect(link).toHaveAttribute("title", /^\w+day, \d{1,2} \w+ \d{4}, \d\d:\d\d$/);
    await expect(link).toHaveAttribute("href", /^\?at=\d+\.\d+#m-\d+$/);
  }
  const link = await address(ana, "first of mine");
  const ben = await person("Ben", { node: 1 });
  await ben.page.goto(link.replace(new URL(link).origin, new URL(ben.page.url()).origin));
  await ben.live();
  await expect(ben.page.locator("article[aria-current]")).toHaveText(/first of mine/);
});

test("a link leads far back: the message is in sight and marked, and the way to the newest is one press", async ({ person, bot, room }) => {
  await pour(room, MANY, bot);
  const ana = await person("Ana");
  await ana.page.goto(`${new URL(ana.page.url()).origin}/rooms/${room}?at=100`);
  await ana.live();
  const marked = ana.page.locator("article[aria-current]");
  await expect(marked).toHaveAttribute("id", "m-100");
  await expect(marked).toBeInViewport();
  await expect(ana.composer).not.toBeFocused();

  const raw = await bot({ node: 1 });
  await raw.join(room);
  await raw.say("meanwhile");
  const newest = ana.page.getByRole("button", { name: "1 new message" });
  await expect(newest).toBeVisible();
  await expect(marked).toBeInViewport();
  await newest.click();
  await expect(ana.messages.last()).toHaveText("meanwhile");
  await expect(ana.messages.last()).toBeInViewport();
  await expect(newest).toBeHidden();
  await raw.say("and now live");
  await expect(ana.messages.last()).toHaveText("and now live");
});

test("whoever reads on from a linked message comes to the end without a hole, and then hears what is new", async ({ person, bot, room }) => {
  await fill(room, 180, bot);
  const ana = await person("Ana");
  await ana.page.goto(`${new URL(ana.page.url()).origin}/rooms/${room}?at=20`);
  await ana.live();
  await expect(ana.page.locator("#m-20")).toBeInViewport();
  // A page comes as the reader comes near its end, by keyboard too; with the last one the button goes.
  const later = ana.page.getByRole("button", { name: /ater messages/ });
  await expect(async () => {
    if (await later.count()) await later.press("Enter", { timeout: 200 });
    await expect(later).toHaveCount(0, { timeout: 200 });
  }).toPass();
  await expect(ana.messages.last()).toHaveText("line 180");
  await expect(ana.log).toBeFocused();
  const texts = await ana.messages.allTextContents();
  expect(texts.slice(-160)).toEqual(Array.from({ length: 160 }, (_, i) => `line ${i + 21}`));
  const raw = await bot({ node: 1 });
  await raw.join(room);
  await raw.say("new");
  await expect(ana.messages.last()).toHaveText("new");
});

test("what is said from far back is said at the end, and seen there", async ({ person, bot, room }) => {
  await fill(room, 120, bot);
  const ana = await person("Ana");
  await ana.page.goto(`${new URL(ana.page.url()).origin}/rooms/${room}?at=10`);
  await ana.live();
  await ana.say("I read this only now");
  await expect(ana.messages.last()).toHaveText("I read this only now");
  await expect(ana.messages.last()).toBeInViewport();
  await expect(ana.messages.filter({ hasText: "I read this only now" })).toHaveCount(1);
  await expect(ana.messages.nth(-2)).toHaveText("line 120");
});

test("a link to a message that is gone says so, and shows what was said last", async ({ person, bot, room }) => {
  await fill(room, 3, bot);
  const ana = await person("Ana");
  for (const at of ["2.1", "99", "yesterday"]) {
    await ana.page.goto(`${new URL(ana.page.url()).origin}/rooms/${room}?at=${at}`);
    await ana.live();
    await expect(ana.notice).toHaveText("The message of this link is gone. This is what was said last.");
    await expect(ana.page.locator("article[aria-current]")).toHaveCount(0);
    await ana.reads("line 1", "line 2", "line 3");
  }
});

test("without JavaScript a link leads to its message, and the pages before and after it can be turned", async ({ browser, nodes, bot, room, watch }) => {
  await fill(room, 130, bot);
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  watch(page);
  await page.goto(`${nodes[0].url}/rooms/${room}?at=40#m-40`);
  await expect(page.locator("article[aria-current]")).toHaveText(/line 40$/);
  await expect(page.locator("#m-40")).toBeInViewport();
  const messages = page.locator(".message__text");
  const last = await messages.last().textContent();
  await page.getByRole("link", { name: "Later messages" }).click();
  await expect(messages.first()).toHaveText(`line ${Number(last!.split(" ")[1]) + 1}`);
  await page.getByRole("link", { name: "Earlier messages" }).click();
  await expect(messages.last()).toHaveText(last!);
  await page.getByRole("link", { name: "Newest messages" }).click();
  await expect(messages.last()).toHaveText("line 130");
  await context.close();
});

test("Back brings whoever read further up to the same message at the same height, near and far", async ({ person, bot, room }) => {
  await fill(room, 200, bot);
  const ana = await person("Ana");
  await ana.enter(room);
  for (const text of ["line 170", "line 40"]) {
    const message = ana.messages.filter({ hasText: new RegExp(`^${text}$`) });
    await expect(async () => {
      await ana.scrollUp();
      await expect(message).toHaveCount(1, { timeout: 200 });
    }).toPass();
    await message.evaluate((element) => element.scrollIntoView({ block: "center" }));
    await expect(message).toBeInViewport();
    const before = await height(ana, text);
    await ana.page.getByRole("link", { name: "All rooms" }).click();
    await expect(ana.page.getByLabel("Open a room")).toBeVisible();
    await ana.page.goBack();
    await ana.live();
    await expect(message).toBeInViewport();
    expect(Math.abs((await height(ana, text)) - before)).toBeLessThanOrEqual(2);
  }
  // Whoever comes in by a link of its own comes to the end.
  await ana.page.goto(ana.page.url());
  await ana.live();
  await expect(ana.messages.last()).toHaveText("line 200");
  await expect(ana.messages.last()).toBeInViewport();
});

test("the place to write has the focus on a desktop, not under a finger, and never takes it away", async ({ person, room }) => {
  const ana = await person("Ana");
  await ana.enter(room);
  await expect(ana.composer).toBeFocused();
  const back = ana.page.getByRole("link", { name: "All rooms" });
  await ana.page.route(/\.wasm$/, async (route) => {
    await back.focus();
    await route.continue();
  });
  await ana.page.reload();
  await ana.live();
  await expect(back).toBeFocused();

  const ben = await person("Ben", {}, { hasTouch: true, isMobile: true });
  await ben.enter(room);
  await expect(ben.composer).not.toBeFocused();
});
