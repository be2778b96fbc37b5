// What others do to a page before it is alive: phones, translators, extensions,
// proxies. Whatever it is, the page comes to life; and where it cannot, it says so.
import type { Page, Route } from "@playwright/test";

import { ask, host, play } from "../fixtures/class";
import { expect, type Person, test } from "../fixtures";

const PLANETS = ask("Which planet has the shortest day?", "Jupiter", ["Mercury", "Earth", "Neptune"], 60);

/** What happens to the page once the browser has it, and before its wasm has come. */
const TOUCHES: Record<string, () => void> = {
  "a phone made links of its numbers": () => {
    for (const text of textsOfIslands()) {
      const link = document.createElement("a");
      link.href = "tel:1";
      text.before(link);
      link.append(text);
    }
  },
  "a translator wrapped its texts": () => {
    for (const text of textsOfIslands()) {
      const inner = document.createElement("font");
      const outer = document.createElement("font");
      text.before(outer);
      outer.append(inner);
      inner.append(text);
    }
  },
  "an extension put elements between": () => {
    for (const element of document.querySelectorAll("leptos-island :is(a, button, p, input, textarea)")) {
      element.before(document.createElement("other-extension"));
      element.after(document.createElement("other-extension"));
    }
  },
  "its comments and white space are gone": () => {
    const nodes = document.createNodeIterator(document.body, NodeFilter.SHOW_COMMENT | NodeFilter.SHOW_TEXT);
    const gone: ChildNode[] = [];
    for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
      if (node.nodeType === Node.COMMENT_NODE || !node.textContent!.trim()) gone.push(node as ChildNode);
    }
    gone.forEach((node) => node.remove());
  },
};

declare function textsOfIslands(): Text[];

/** Opens a page, touches it while it sleeps, and lets it wake. */
async function touched(page: Page, path: string, touch: () => void, meanwhile?: () => Promise<unknown>) {
  await page.addInitScript(() => {
    (window as unknown as { textsOfIslands: () => Text[] }).textsOfIslands = () => {
      const texts: Text[] = [];
      for (const island of document.querySelectorAll("leptos-island")) {
        const nodes = document.createNodeIterator(island, NodeFilter.SHOW_TEXT);
        for (let node = nodes.nextNode(); node; node = nodes.nextNode()) if (node.textContent!.trim()) texts.push(node as Text);
      }
      return texts;
    };
  });
  let arrive = () => {};
  const arrives = new Promise<void>((resolve) => (arrive = resolve));
  await page.route(/\.wasm$/, (route) => arrives.then(() => route.continue()));
  await page.goto(new URL(path, page.url()).href);
  await page.evaluate(touch);
  await meanwhile?.();
  const drawn = await page.locator("leptos-island").elementHandles();
  arrive();
  for (const island of drawn) await expect.poll(() => island.evaluate((it) => it.isConnected), "is drawn anew").toBe(false);
}

const heading = (person: Person, name: string) => person.page.getByRole("heading", { name, level: 1 });

for (const [what, touch] of Object.entries(TOUCHES)) {
  test(`a room is alive though ${what}`, async ({ person, bot, room }) => {
    const raw = await bot({ node: 1 });
    await raw.join(room);
    await raw.say("call +49 30 1234567 or see https://example.org/a");
    const ana = await person("Ana");
    await touched(ana.page, `/rooms/${room}`, touch);
    await ana.live();
    await ana.say("I am here");
    await raw.next("message", ({ message }) => message === "I am here"); // two nodes: only now is the order certain
    await raw.say("so am I");
    await ana.reads("call +49 30 1234567 or see https://example.org/a", "I am here", "so am I");
    await expect(ana.page.locator("leptos-island :is(font, other-extension, a[href^='tel:'])")).toHaveCount(0);
  });

  test(`the front page is alive though ${what}`, async ({ person }) => {
    const ana = await person("Ana");
    await touched(ana.page, "/", touch);
    await ana.page.getByRole("button", { name: "Night" }).click();
    await expect(ana.page.locator("html")).toHaveAttribute("data-theme", "dark");
    await ana.page.getByLabel(/Hello, I.m/).fill("Ana Maria");
    await ana.page.getByRole("button", { name: "Save" }).click();
    await expect(ana.page.getByRole("status").filter({ hasText: "Saved. Others see Ana Maria." })).toBeVisible();
    await expect(ana.page.getByRole("alert").filter({ hasText: "could not start" })).toHaveCount(0);
  });

  test(`a game is alive for its player and its host though ${what}`, async ({ person }) => {
    test.slow();
    const [teacher, noor] = [await person("Ms Rivera"), await person("Noor", { node: 1 })];
    const pin = await host(teacher, { title: "Planets 2026", questions: [PLANETS] });
    await play(noor, pin);
    await touched(noor.page, `/play/${pin}`, touch);
    await touched(teacher.page, `/host/${pin}`, touch);
    await teacher.live();
    await noor.live();
    await teacher.page.getByRole("button", { name: "Start the quiz" }).click();
    await noor.page.getByRole("button", { name: "C, Jupiter" }).click();
    await expect(heading(noor, "Right")).toBeVisible();
    await expect(teacher.page.getByText("Right answer")).toBeVisible();
  });
}

test("a room is alive though what the server drew lost a letter on the way", async ({ person, bot, room }) => {
  const raw = await bot();
  await raw.join(room);
  await raw.say("one");
  const ana = await person("Ana");
  // A parser of HTML drops U+0000, and with it a text that is nothing else.
  const drop = () => document.querySelectorAll(".message__text").forEach((text) => text.replaceChildren());
  await touched(ana.page, `/rooms/${room}`, drop);
  await ana.live();
  await ana.reads("one");
  await ana.say("two");
  await ana.reads("one", "two");
});

test("what was typed before a page is alive is there afterwards, with the cursor in it", async ({ person, room }) => {
  const ana = await person("Ana");
  await touched(ana.page, `/rooms/${room}`, () => {}, async () => {
    await ana.composer.fill("half a sentence");
    await ana.composer.evaluate((field: HTMLTextAreaElement) => field.setSelectionRange(5, 7));
  });
  await ana.live();
  await expect(ana.composer).toHaveValue("half a sentence");
  await expect(ana.composer).toBeFocused();
  expect(await ana.composer.evaluate((field: HTMLTextAreaElement) => [field.selectionStart, field.selectionEnd])).toEqual([5, 7]);
});

test("who waits at the door of a game is not told to be offline", async ({ person }) => {
  const [teacher, noor] = [await person("Ms Rivera"), await person("Noor")];
  const pin = await host(teacher, { title: "Planets", questions: [PLANETS] });
  await noor.page.clock.install();
  await noor.page.goto(new URL(`/play/${pin}`, noor.page.url()).href);
  await expect(noor.page.getByRole("button", { name: "Join", exact: true })).toBeEnabled();
  await noor.page.clock.fastForward(10_000);
  await expect(noor.notice).toHaveCount(0);
  await teacher.page.getByRole("button", { name: "Lock the game" }).click();
  await expect(teacher.page.getByRole("button", { name: "Unlock the game" })).toBeVisible();
  await noor.page.getByRole("button", { name: "Join", exact: true }).click();
  await expect(noor.page.getByRole("alert")).not.toBeEmpty();
  await noor.page.clock.fastForward(10_000);
  await expect(noor.notice).toHaveCount(0);
});

test("whoever keeps no cookies is told that their name is not kept", async ({ person }) => {
  const ana = await person("Ana");
  await ana.context.clearCookies();
  await ana.page.getByLabel(/Hello, I.m/).fill("Ana Maria");
  await ana.page.getByRole("button", { name: "Save" }).click();
  await expect(ana.page.getByRole("alert").filter({ hasText: "This browser blocks cookies here" })).toBeVisible();
  await expect(ana.page.getByText("Saved. Others see")).toHaveCount(0);
});

test("a hidden tab counts what others say", async ({ person, bot, room }) => {
  const ana = await person("Ana");
  await ana.enter(room);
  const title = await ana.page.title();
  const look = (hidden: boolean) =>
    ana.page.evaluate((hidden) => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    }, hidden);
  await look(true);
  const raw = await bot({ node: 1 });
  await raw.join(room);
  await raw.say("one");
  await raw.say("two");
  await expect(ana.page).toHaveTitle(`(2) ${title}`);
  await expect(ana.page.locator("link[rel=icon][type='image/svg+xml']")).toHaveAttribute("href", "/mark-unread.svg");
  await look(false);
  await expect(ana.page).toHaveTitle(title);
});

test("a page has a card for where its link is sent, and its icons", async ({ nodes, room }) => {
  const html = await (await fetch(`${nodes[0].url}/rooms/${room}`)).text();
  expect(html).toContain(`<meta property="og:title" content="${room}"`);
  expect(html).toContain(`<meta property="og:url" content="${nodes[0].url}/rooms/${room}"`);
  expect(html).toContain(`<meta property="og:image" content="${nodes[0].url}/icon-512.png"`);
  expect(html).toContain('<meta name="format-detection"');
  for (const [file, type] of [
    ["favicon.ico", /icon/],
    ["touch-icon.png", /png/],
    ["manifest.webmanifest", /manifest\+json/],
  ] as const) {
    const answer = await fetch(`${nodes[0].url}/${file}`);
    expect([answer.status, answer.headers.get("content-type")], file).toEqual([200, expect.stringMatching(type)]);
  }
});

test("on a phone Enter breaks the line and the button sends", async ({ person, room }) => {
  const ana = await person("Ana", {}, { hasTouch: true, isMobile: true, viewport: { width: 390, height: 800 } });
  await ana.enter(room);
  await expect(ana.composer).toHaveAttribute("enterkeyhint", "enter");
  await ana.composer.fill("milk");
  await ana.composer.press("Enter");
  await ana.composer.pressSequentially("bread");
  await expect(ana.composer).toHaveValue("milk\nbread");
  await ana.page.getByRole("button", { name: "Send" }).click();
  await ana.reads("milk\nbread");
});

test.describe("a page that cannot come to life", () => {
  test.use({ expectedErrors: /./ });

  const ANSWERS: Record<string, (route: Route) => Promise<void>> = {
    "does not come": (route) => route.abort(),
    "is broken": (route) => route.fulfill({ contentType: "application/wasm", body: "no wasm" }),
  };
  for (const [what, answer] of Object.entries(ANSWERS)) {
    test(`says so where its wasm ${what}, and its form works`, async ({ person, room }) => {
      const ana = await person("Ana");
      await ana.page.route(/\.wasm$/, answer);
      await ana.page.goto(new URL(`/rooms/${room}`, ana.page.url()).href);
      const stopped = ana.page.getByRole("alert").filter({ hasText: "This page could not start" });
      await expect(stopped).toBeVisible();
      await expect(ana.connection).toHaveText("Stopped");
      await ana.composer.fill("by the form");
      await ana.page.getByRole("button", { name: "Send" }).click();
      await ana.reads("by the form");
      await expect(stopped).toBeVisible(); // this page, too
      await ana.page.unroute(/\.wasm$/);
      await ana.page.getByRole("button", { name: "Load it again" }).click();
      await ana.live();
      await ana.reads("by the form");
    });
  }

  test("says so where sockets are blocked, and sends by its form", async ({ person, room }) => {
    const ana = await person("Ana");
    await ana.page.addInitScript(() => {
      const Real = window.WebSocket;
      // No socket is opened there, as behind a filter.
      window.WebSocket = class extends Real {
        constructor() {
          super(`${location.origin.replace("http", "ws")}/filtered`);
        }
      } as typeof WebSocket;
    });
    await ana.page.goto(new URL(`/rooms/${room}`, ana.page.url()).href);
    await expect(ana.notice).toContainText("Live updates are blocked", { timeout: 20_000 });
    await ana.composer.fill("through the form");
    await ana.composer.press("Enter");
    await ana.reads("through the form");
    await expect(ana.composer).toHaveValue("");
  });
});
