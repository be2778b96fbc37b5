// What is pressed is large enough for a thumb: 44 px each way. Links within a sentence are as large as its words.
import type { Page } from "@playwright/test";

import { expect, test } from "../fixtures";
import { ask, host, play } from "../fixtures/class";

const LEAST = 44;
const PLANETS = ask("Which planet has the shortest day?", "Jupiter", ["Mercury", "Earth", "Neptune"]);

/** What can be pressed on the page and is smaller. What is around a target and hands the press on counts as part of it. */
async function small(page: Page): Promise<string[]> {
  return page.evaluate((least) => {
    const isSentence = (link: Element) =>
      link.localName === "a" && [...link.parentElement!.childNodes].some((node) => node.nodeType === 3 && /\w/.test(node.textContent!));
    // The time of a message is one of fifty; a press beside it does nothing worse than nothing.
    const isLeftOut = (target: Element) => target.matches(".skip, .message__link, input[type=hidden]");
    const grown = (target: Element) => {
      // A mark is pressed by its label, too.
      const box = (target.closest("label") ?? target).getBoundingClientRect();
      const after = getComputedStyle(target, "::after");
      const more = (side: string) => (after.position === "absolute" && after.content !== "none" ? Math.max(0, -parseFloat(side)) : 0);
      return [box.width + more(after.left) + more(after.right), box.height + more(after.top) + more(after.bottom)];
    };
    return [...document.querySelectorAll("a[href], button, summary, input, textarea, select")]
      .filter((target) => target.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
      .filter((target) => !isLeftOut(target) && !isSentence(target))
      .filter((target) => grown(target).some((side) => side < least - 0.5))
      .map((target) => `${target.outerHTML.slice(0, 120)}: ${grown(target).map(Math.round).join("x")}`);
  }, LEAST);
}

test("everything on the front page, in a room and on the way into a game can be pressed with a thumb", async ({ person, room }) => {
  const ana = await person("Ana");
  for (const width of [320, 1280]) {
    await ana.page.setViewportSize({ width, height: 800 });
    await ana.page.goto(new URL("/", ana.page.url()).href);
    expect(await small(ana.page), `the front page at ${width}`).toEqual([]);
    await ana.page.goto(new URL("/play", ana.page.url()).href);
    expect(await small(ana.page), `the door at ${width}`).toEqual([]);
    await ana.enter(room);
    await ana.say("hello");
    expect(await small(ana.page), `a room at ${width}`).toEqual([]);
  }
});

test("everything in a game and in the editor can be pressed with a thumb", async ({ person }) => {
  const teacher = await person("Ms Rivera");
  const pin = await host(teacher, { title: "Planets", questions: [PLANETS] });
  expect(await small(teacher.page), "the host's lobby").toEqual([]);
  const noor = await person("Noor", {}, { viewport: { width: 360, height: 640 } });
  await play(noor, pin);
  expect(await small(noor.page), "the wait").toEqual([]);
  await teacher.page.goto(new URL("/quizzes", teacher.page.url()).href);
  expect(await small(teacher.page), "the quizzes").toEqual([]);
  await teacher.page.getByRole("link", { name: /Planets/ }).first().click();
  await expect(teacher.page.getByRole("heading", { level: 1 })).toBeAttached();
  expect(await small(teacher.page), "the editor").toEqual([]);
});
