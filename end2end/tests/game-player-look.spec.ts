// A player's page on small screens: what is to be tapped and read is in sight.
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { play, type Question } from "../fixtures/class";
import { GameHost } from "../fixtures/game-host";
import { expect, type Person, test } from "../fixtures";

const LONG = "Because the gas giants kept most of the spin of the cloud that they were born of";
const ASKED = "Why does Jupiter turn so quickly?";
const LONG_ASKED = "On which of the planets does a year take longer than a long human life, though it is as blue as the sea, with more moons than fingers on both of your two hands?";
const OPTIONS = ["a", "b", "c", "d"].map((end, at) => ({ text: LONG.slice(0, 79) + end, right: at === 2 || undefined }));
const PHONES = [[320, 568], [360, 640], [390, 700], [667, 375]];

const choice = (text: string, more: object = {}): Question & object => ({ kind: "choice", text, seconds: 120, options: OPTIONS, ...more });
const begin = (node: Parameters<typeof GameHost.begin>[0], ...questions: object[]) =>
  GameHost.begin(node, { title: "Jupiter", questions });
const tiles = (player: Person) => player.page.getByRole("group", { name: "Answers" }).getByRole("button");

/** All four answers are in sight, large enough to be tapped, and their words are whole. */
async function answersAreInSight(player: Person) {
  await expect(tiles(player)).toHaveCount(4);
  for (const [width, height] of PHONES) {
    await player.page.setViewportSize({ width, height });
    for (const tile of await tiles(player).all()) {
      await expect(tile, `${width} px`).toBeInViewport({ ratio: 1 });
      const { size, room } = await tile.evaluate((it) => {
        const text = it.querySelector(".answer__text")!;
        return { size: it.getBoundingClientRect().height, room: text.clientHeight - text.scrollHeight };
      });
      expect(size, `${width} px`).toBeGreaterThanOrEqual(44);
      expect(room, `${width} px: the words are whole`).toBeGreaterThanOrEqual(-1);
    }
    expect(await scrolls(player), `${width} px`).toBe(false);
  }
}

const scrolls = (player: Person) =>
  player.page.evaluate(() => document.documentElement.scrollHeight > innerHeight || document.documentElement.scrollWidth > innerWidth);

test("four answers of 80 letters are in sight on a small phone, before and after one is chosen", async ({ person, nodes }) => {
  const host = await begin(nodes[0], choice(ASKED));
  const [noor, tomas] = [await person("Noor"), await person("Tomas")];
  for (const player of [noor, tomas]) await play(player, host.pin);
  await host.start();
  await answersAreInSight(noor);
  await tiles(noor).nth(3).click();
  await expect(tiles(noor).nth(3)).toHaveAttribute("aria-pressed", "true");
  await answersAreInSight(noor);
});

test("beside a long question, a picture and a button to lock in they are in sight as well", async ({ person, nodes }) => {
  const noor = await person("Noor");
  const data = readFileSync(join(__dirname, "../../public/icon-512.png"));
  const sent = await noor.page.request.post(new URL("/api/picture", noor.page.url()).href, { data, headers: { "content-type": "image/png" } });
  expect(sent.ok(), await sent.text()).toBe(true);
  const picture = await sent.json();
  const several = { kind: "several", options: OPTIONS.map((option, at) => ({ ...option, right: at > 1 || undefined })) };
  const host = await begin(nodes[0], choice(LONG_ASKED), choice(ASKED, { picture }), choice(LONG_ASKED, { picture, ...several }));
  await play(noor, host.pin);
  await host.start();
  await answersAreInSight(noor);
  for (const [at, text] of [ASKED, LONG_ASKED].entries()) {
    host.step("skip");
    await host.sees("open", at + 1);
    await expect(noor.page.getByRole("heading", { name: text })).toBeVisible();
    await expect(noor.page.locator(".play__picture")).toBeVisible();
    await answersAreInSight(noor);
  }
  await expect(noor.page.getByRole("button", { name: "Lock in" })).toBeInViewport({ ratio: 1 });
});

test("what a question brought fits on one screen, and the line under the arch is in sight", async ({ person, nodes }) => {
  const poll = { kind: "poll", text: "Where do we go?", seconds: 60, options: OPTIONS.map(({ text }) => ({ text })) };
  const host = await begin(nodes[0], choice(ASKED), choice(LONG_ASKED), poll);
  const noor = await person("Noor", {}, { viewport: { width: 1280, height: 720 } });
  await play(noor, host.pin);
  await host.start();
  for (const [answer, verdict] of [[2, "Right"], [0, "Not this one"], [0, "Thanks for voting"]] as const) {
    await tiles(noor).nth(answer).click();
    await expect(noor.page.getByRole("heading", { name: verdict })).toBeVisible();
    for (const [width, height] of [[1280, 720], [1366, 650], [390, 700], [320, 568]]) {
      await noor.page.setViewportSize({ width, height });
      expect(await scrolls(noor), `${verdict}, ${width} px`).toBe(false);
      await expect(noor.page.locator(".result__me .avatar")).toBeInViewport();
    }
    if (verdict !== "Thanks for voting") await host.nextQuestion();
  }
});

test("whoever has answered reads how many are still thinking, as it is now", async ({ person, nodes }) => {
  const host = await begin(nodes[0], choice(ASKED));
  const players = [await person("Noor"), await person("Tomas", { node: 1 }), await person("Ada")];
  for (const player of players) await play(player, host.pin);
  await host.start();
  const [noor, tomas] = players;
  const state = noor.page.locator(".play__state");
  await expect(state).toHaveText("Answer now.");
  await tiles(noor).first().click();
  await expect(state).toHaveText("Locked in. 2 are still thinking.");
  await tiles(tomas).first().click();
  await expect(state).toHaveText("Locked in. 1 is still thinking.");
  await noor.page.reload();
  await expect(state).toHaveText("Locked in. 1 is still thinking.");
});
