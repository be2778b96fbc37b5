// Reading: without JavaScript, far back, in other scripts, while others write.
import { expect, fill, test } from "../fixtures";

test("a room can be read, and a message sent, without JavaScript", async ({ browser, nodes, bot, person, room, watch }) => {
  await fill(room, 3, bot);
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  watch(page);
  await page.goto(`${nodes[0].url}/rooms/${room}`);
  await expect(page.locator(".message__text")).toHaveText(["line 1", "line 2", "line 3"]);
  await page.getByRole("textbox", { name: /^Write to/ }).fill("by hand");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.locator(".message__text").last()).toHaveText("by hand");
  await context.close();

  const ana = await person("Ana", { node: 1 });
  await ana.enter(room);
  await expect(ana.messages.last()).toHaveText("by hand");
});

test("the page already holds what was said, before any script ran", async ({ bot, nodes, room }) => {
  await fill(room, 2, bot);
  const html = await (await fetch(`${nodes[0].url}/rooms/${room}`)).text();
  expect(html).toContain("line 1");
  expect(html).toContain("line 2");
});

test("what is pressed before the page is alive is done once it is", async ({ person, room }) => {
  const ana = await person("Ana", {}, { viewport: { width: 390, height: 700 } });
  let arrive = () => {};
  const arrives = new Promise<void>((resolve) => (arrive = resolve));
  await ana.page.route(/\.wasm$/, (route) => arrives.then(() => route.continue()));
  await ana.page.goto(`${new URL(ana.page.url()).origin}/rooms/${room}`);
  const people = ana.page.getByRole("button", { name: /(person|people) here$/ });
  // Whoever is impatient presses twice, and does not want it shut again.
  await people.dblclick();
  await expect(ana.page.getByRole("dialog")).toBeHidden();
  arrive();
  await expect(ana.page.getByRole("dialog")).toBeVisible();
  await ana.page.getByRole("button", { name: "Close" }).click();
  await expect(ana.page.getByRole("dialog")).toBeHidden();
  await people.click();
  await expect(ana.page.getByRole("dialog")).toBeVisible();
});

test("what is sent by Enter before the page is alive is said once it is", async ({ person, room }) => {
  const ana = await person("Ana");
  let arrive = () => {};
  const arrives = new Promise<void>((resolve) => (arrive = resolve));
  await ana.page.route(/\.wasm$/, (route) => arrives.then(() => route.continue()));
  await ana.page.goto(`${new URL(ana.page.url()).origin}/rooms/${room}`);
  await ana.composer.fill("quick");
  // Whoever is impatient presses twice, and does not want it said twice.
  await ana.composer.press("Enter");
  await ana.composer.press("Enter");
  arrive();
  await ana.reads("quick");
  await expect(ana.composer).toHaveValue("");
  const ben = await person("Ben", { node: 1 });
  await ben.enter(room);
  await ben.reads("quick");
});

test("older messages come on scrolling up, and what is read stays in place", async ({ person, bot, room }) => {
  await fill(room, 75, bot);
  const ana = await person("Ana");
  await ana.enter(room);
  await expect(ana.messages.last()).toHaveText("line 75");
  await expect(ana.messages.filter({ hasText: /^line 10$/ })).toHaveCount(0);

  const landmark = ana.messages.filter({ hasText: /^line 26$/ });
  await ana.scrollUp();
  await expect(ana.messages.first()).toHaveText("line 1");
  await expect(landmark).toBeInViewport();
  const texts = await ana.messages.allTextContents();
  expect(texts).toEqual(Array.from({ length: 75 }, (_, i) => `line ${i + 1}`));
});

test("who reads further up is not pulled down, but told", async ({ person, bot, room }) => {
  await fill(room, 40, bot);
  const ana = await person("Ana");
  await ana.enter(room);
  await expect(ana.messages.last()).toBeInViewport();
  await ana.scrollUp();
  const raw = await bot({ node: 1 });
  await raw.join(room);
  await raw.say("breaking news");
  const jump = ana.page.getByRole("button", { name: /1 new message/ });
  await expect(jump).toBeVisible();
  await expect(ana.messages.last()).not.toBeInViewport();
  await jump.click();
  await expect(ana.messages.last()).toBeInViewport();
  await expect(jump).toBeHidden();
  await raw.say("more news");
  await expect(ana.messages.last()).toHaveText("more news");
  await expect(ana.messages.last()).toBeInViewport();
});

test("links are live, and only those that are harmless", async ({ person, bot, room }) => {
  const ana = await person("Ana");
  await ana.enter(room);
  const raw = await bot();
  await raw.join(room);
  await raw.say("see https://example.org/a?b=1 or write to ada@example.org, not javascript:alert(1) or file:///etc/passwd");
  const link = ana.log.getByRole("link", { name: "https://example.org/a?b=1" });
  await expect(link).toHaveAttribute("href", "https://example.org/a?b=1");
  await expect(link).toHaveAttribute("rel", /noopener/);
  for (const href of await ana.messages.getByRole("link").evaluateAll((links) => links.map((a) => a.getAttribute("href")))) {
    expect(href).toMatch(/^(https?:|mailto:)/);
  }
});

test("long words wrap and other scripts keep their direction", async ({ person, bot, room }) => {
  const ana = await person("Ana", {}, { viewport: { width: 320, height: 640 } });
  await ana.enter(room);
  const raw = await bot();
  await raw.join(room);
  await raw.say("Donaudampfschifffahrt".repeat(12));
  await raw.say("صباح الخير، هل بقي مكان للنعناع؟");
  await expect(ana.messages).toHaveCount(2);
  expect(await ana.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  const direction = await ana.messages.last().evaluate((text) => getComputedStyle(text).direction);
  expect(direction).toBe("rtl");
});
