// A teacher in front of a class: what is on the wall, from the lobby to the podium.
import { expect, type Locator, type Page } from "@playwright/test";

import { test } from "../fixtures";
import { fitsEverybody } from "../fixtures/barriers";
import type { Person } from "../fixtures/person";
import { Pupil } from "../fixtures/pupil";

const QUIZ = {
  title: "The Solar System",
  scoring: "speed",
  streaks: false,
  filter: true,
  questions: [
    {
      kind: "choice",
      text: "Which planet has the shortest day?",
      seconds: 60,
      points: "normal",
      why: "Jupiter turns once in just under 10 hours.",
      options: [{ text: "Mercury" }, { text: "Earth" }, { text: "Jupiter", right: true }, { text: "Neptune" }],
    },
    { kind: "typed", text: "What is our star called?", seconds: 60, points: "normal", spellings: ["Sun"] },
  ],
};

/** The wall of a teacher, and the pupils before it. */
class Wall {
  readonly pupils: Pupil[] = [];

  constructor(
    readonly page: Page,
    readonly pin: string,
    private readonly site: string,
  ) {}

  async joins(...names: string[]): Promise<Pupil[]> {
    const joined = [];
    for (const name of names) joined.push(await Pupil.join(this.site, this.pin, name));
    this.pupils.push(...joined);
    return joined;
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole("button", { name, exact: typeof name === "string" });
  }

  press(name: string | RegExp) {
    return this.button(name).click();
  }

  heading(name: string): Locator {
    return this.page.getByRole("heading", { level: 1, name });
  }

  get players(): Locator {
    return this.page.getByRole("list", { name: "Players" }).getByRole("listitem");
  }

  get ring(): Locator {
    return this.page.getByRole("timer");
  }

  async secondsLeft(): Promise<number> {
    return parseInt((await this.ring.getAttribute("aria-label"))!, 10);
  }

  async live() {
    await expect(this.page.locator(".pill")).toHaveText(/Live/);
  }

  /** To the open first question. */
  async begin() {
    await this.press("Start the quiz");
    await this.pupils[0].sees("open", 0);
    await expect(this.page.getByRole("list", { name: "Answers" })).toBeVisible();
  }

  leave() {
    for (const pupil of this.pupils) pupil.leave();
  }
}

/** A teacher writes a quiz and opens a game of it. */
async function open(teacher: Person, site: string, quiz: unknown = QUIZ): Promise<Wall> {
  const { request } = teacher.page;
  const saved = await request.post(`${site}/api/save-quiz`, { form: { version: "0", quiz: JSON.stringify(quiz) } });
  expect(saved.status()).toBe(200);
  const hosted = await request.post(`${site}/api/host-game`, { form: { quiz: (await saved.json()).id } });
  expect(hosted.status()).toBe(200);
  const pin = new URL(hosted.url()).pathname.startsWith("/host/") ? hosted.url().slice(-6) : await hosted.json();
  await teacher.page.goto(`${site}/host/${pin}`);
  const wall = new Wall(teacher.page, pin, site);
  await wall.live();
  return wall;
}

test("a whole game is on the wall, from the PIN to the podium", async ({ person, nodes }) => {
  const teacher = await person("Ms Rivera");
  const wall = await open(teacher, nodes[0].url);
  const { page } = wall;

  await expect(wall.heading("The Solar System")).toBeVisible();
  await expect(page.getByText(`PIN ${[...wall.pin].join(" ")}`)).toBeAttached();
  await expect(page.getByRole("img", { name: /QR code/ })).toBeVisible();
  await expect(wall.button("Start the quiz")).toHaveAttribute("aria-disabled", "true");
  await expect(wall.button("Start the quiz")).toHaveAccessibleDescription("Starts when one player is here.");

  const [ada, noor, tomas] = await wall.joins("Ada", "نور", "Tomás");
  await expect(wall.players).toHaveCount(3);
  await expect(wall.players.nth(1)).toContainText("نور");
  await expect(page.getByText("3 are here")).toBeVisible();

  await wall.press("Start the quiz");
  await expect(wall.heading("Which planet has the shortest day?")).toBeVisible();
  await expect(page.getByText("Get ready.")).toBeVisible();
  await ada.sees("open", 0);
  await expect(page.getByRole("list", { name: "Answers" }).getByRole("listitem")).toHaveText([
    /A, .*Mercury/,
    /B, .*Earth/,
    /C, .*Jupiter/,
    /D, .*Neptune/,
  ]);
  await ada.answers({ choice: 2 });
  await noor.answers({ choice: 0 });
  await expect(page.locator(".answered__count")).toHaveText("2 of 3 answered");

  await wall.press("Show the answer");
  const chart = page.getByRole("figure", { name: "1 of 3 answered Jupiter, a right answer. Mercury 1, Earth 0, Neptune 0." });
  await expect(chart).toBeVisible();
  await expect(chart.getByRole("row")).toHaveText([/Answer/, /Mercury.*1.*no/, /Earth.*0.*no/, /Jupiter.*1.*yes/, /Neptune.*0.*no/]);
  await expect(chart.getByText("Right answer")).toBeVisible();
  await expect(page.getByRole("region", { name: "Why" })).toContainText("Jupiter turns once");
  await expect(page.getByRole("region", { name: "Why" })).toContainText("1 of 3 was right");

  await wall.press("Show places");
  await expect(wall.heading("Places")).toBeVisible();
  await expect(page.getByRole("listitem").first()).toContainText("Ada");

  await wall.press("Next question");
  await expect(wall.heading("What is our star called?")).toBeVisible();
  await tomas.sees("open", 1);
  await expect(page.getByText("Type your answer.")).toBeVisible();
  for (const pupil of [ada, noor, tomas]) await pupil.answers({ text: " sun" });
  await expect(page.getByRole("region", { name: "Right" })).toContainText("3 of 3 were right");

  await wall.press("To the podium");
  await expect(wall.heading("Well played")).toBeVisible();
  await expect(page.locator(".podium__place--1")).toContainText("Ada");
  await expect(page.getByText("3 of 3 knew: What is our star called?")).toBeVisible();

  await wall.press("Results");
  await expect(page).toHaveURL(/\/results\/\w+$/);
  await expect(wall.heading("The Solar System")).toBeVisible();
  await expect(page.getByRole("row", { name: /Ada/ })).toContainText("2 of 2");
  await page.goBack();
  await wall.press("Play again");
  await expect(wall.heading("The Solar System")).toBeVisible();
  await expect(wall.button("Start the quiz")).toBeVisible();
  expect(page.url()).toMatch(/\/host\/\d{6}$/);
  expect(page.url()).not.toContain(wall.pin);
  wall.leave();
});

test("without scripts, too, the podium leads to the results and into the next game", async ({ person, nodes, browser }) => {
  const teacher = await person("Ms Rivera");
  const wall = await open(teacher, nodes[0].url);
  await wall.joins("Ada");
  await wall.begin();
  await wall.press("Show the answer");
  await expect(wall.page.getByRole("figure")).toBeVisible();
  await wall.press("Menu");
  await wall.press("End the game");
  await wall.page.getByRole("group", { name: /End it now/ }).getByRole("button", { name: "End the game" }).click();
  await expect(wall.heading("Well played")).toBeVisible();

  const context = await browser.newContext({ javaScriptEnabled: false, storageState: await teacher.context.storageState() });
  const still = new Wall(await context.newPage(), wall.pin, nodes[0].url);
  await still.page.goto(wall.page.url());
  await still.press("Results");
  await expect(still.heading("The Solar System")).toBeVisible();
  await expect(still.page.getByRole("row", { name: /Ada/ })).toBeVisible();
  await still.page.getByRole("link", { name: "Delete" }).click();
  await still.press("Delete them");
  await still.page.goto(wall.page.url());
  await still.press("Results");
  await expect(still.page.getByRole("alert")).toHaveText(/There are no results of this game/);
  await still.press("Play again");
  await expect(still.page).toHaveURL(/\/host\/\d{6}$/);
  expect(still.page.url()).not.toContain(wall.pin);
  await context.close();
  wall.leave();
});

test("a reload in an open question comes back to it, with the same deadline", async ({ person, nodes }) => {
  const teacher = await person("Ms Rivera");
  const wall = await open(teacher, nodes[0].url);
  const [ada] = await wall.joins("Ada", "Noor");
  await wall.begin();
  await ada.answers({ choice: 2 });
  await expect(wall.page.locator(".answered__count")).toHaveText("1 of 2 answered");
  const { closesAt } = ada.game;

  await wall.page.reload();
  await expect(wall.heading("Which planet has the shortest day?")).toBeVisible();
  await expect(wall.page.locator(".answered__count")).toHaveText("1 of 2 answered");
  await wall.live();
  const left = (closesAt! - Date.now()) / 1000;
  expect(Math.abs((await wall.secondsLeft()) - left)).toBeLessThan(2);
  expect(ada.game.closesAt).toBe(closesAt);
  wall.leave();
});

test("the space bar alone leads through a game, and the Tab key to everything else", async ({ person, nodes }) => {
  const teacher = await person("Ms Rivera");
  const wall = await open(teacher, nodes[0].url);
  const { page } = wall;
  await page.keyboard.press("Space");
  await expect(wall.heading("The Solar System"), "nobody is there to play").toBeVisible();
  const [ada] = await wall.joins("Ada");
  await expect(wall.players).toHaveCount(1);

  await page.keyboard.press("Space");
  await ada.sees("open", 0);
  await expect(page.getByRole("list", { name: "Answers" })).toBeVisible();
  await reach(page, wall.button("Pause"));
  await page.keyboard.press("Enter");
  await expect(page.getByText("Paused. The clock stands still.")).toBeVisible();
  await reach(page, wall.button("Go on"));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("list", { name: "Answers" })).toBeVisible();
  await reach(page, wall.button("Show the answer"));
  await page.keyboard.press("Space");
  await expect(page.getByRole("region", { name: "Why" })).toBeVisible();
  // The main button kept the focus.
  await expect(wall.button("Show places")).toBeFocused();
  await page.keyboard.press("Space");
  await expect(wall.heading("Places")).toBeVisible();
  await page.keyboard.press("Space");
  await expect(page.getByText("Type your answer.")).toBeVisible();
  await page.keyboard.press("Space");
  await expect(page.getByRole("region", { name: "Right" })).toBeVisible();
  await page.keyboard.press("Space");
  await expect(wall.heading("Well played")).toBeVisible();
  wall.leave();
});

/** Goes on with the Tab key until something has the focus. */
async function reach(page: Page, target: Locator) {
  for (let stops = 0; stops < 30; stops++) {
    if (await target.evaluate((it) => it === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error("the Tab key does not lead there");
}

test("more time, or no end of it, is on the wall at once", async ({ person, nodes }) => {
  const teacher = await person("Ms Rivera");
  const wall = await open(teacher, nodes[0].url);
  const [ada] = await wall.joins("Ada");
  await wall.begin();
  const before = ada.game.closesAt!;
  await wall.press("10 s more");
  await expect.poll(() => ada.game.closesAt).toBe(before + 10_000);
  await wall.press("No time limit");
  await expect(wall.ring).toBeHidden();
  expect(ada.game.closesAt).toBeUndefined();
  wall.leave();
});

test("the host sends somebody away, and is asked first", async ({ person, nodes }) => {
  const teacher = await person("Ms Rivera");
  const wall = await open(teacher, nodes[0].url);
  const [, mallory] = await wall.joins("Ada", "Mallory");
  await wall.players.nth(1).hover();
  await wall.press("Send Mallory away");
  const asked = wall.page.getByRole("dialog", { name: "Send Mallory away?" });
  await asked.getByRole("button", { name: "Keep" }).click();
  await expect(wall.players).toHaveCount(2);
  await wall.press("Send Mallory away");
  await asked.getByRole("button", { name: "Send away" }).click();
  await mallory.isSentAway();
  await expect(wall.players).toHaveCount(1);
  wall.leave();
});

test("another device hosts the game with a code, and both see the same", async ({ person, nodes }) => {
  const teacher = await person("Ms Rivera");
  const site = nodes[0].url;
  const wall = await open(teacher, site);
  const [ada] = await wall.joins("Ada");
  await wall.press("Menu");
  await wall.press("Show a code for another host");
  const code = (await wall.page.locator(".host-menu__code").textContent())!.trim();
  await wall.page.keyboard.press("Escape");

  const other = await person("Mr Okafor", { node: 1 });
  await other.page.goto(`${site}/host?pin=${wall.pin}`);
  await other.page.getByLabel("Code").fill(`${code}x`);
  await other.page.getByRole("button", { name: "Host it here" }).click();
  await expect(other.page.getByRole("alert")).not.toBeEmpty();
  await other.page.getByLabel("PIN").fill(wall.pin);
  await other.page.getByLabel("Code").fill(code);
  await other.page.getByRole("button", { name: "Host it here" }).click();
  const second = new Wall(other.page, wall.pin, site);
  await second.live();
  await second.press("Start the quiz");
  await ada.sees("ready", 0);
  await expect(wall.heading("Which planet has the shortest day?")).toBeVisible();
  wall.leave();
});

test("the door is locked from the lobby, and the game ended from the menu", async ({ person, nodes }) => {
  const teacher = await person("Ms Rivera");
  const wall = await open(teacher, nodes[0].url);
  await wall.joins("Ada");
  await wall.press("Lock the door");
  await expect(wall.button("Open the door")).toBeVisible();
  await expect(Pupil.join(nodes[0].url, wall.pin, "Late")).rejects.toThrow();
  await wall.press("Menu");
  await wall.press("End the game");
  const sure = wall.page.getByRole("group", { name: /End it now/ });
  await sure.getByRole("button", { name: "End the game" }).click();
  await expect(wall.heading("Well played")).toBeVisible();
  wall.leave();
});

test("who is no host of a game is offered to become one", async ({ person, nodes }) => {
  const teacher = await person("Ms Rivera");
  const wall = await open(teacher, nodes[0].url);
  const stranger = await person("Somebody");
  await stranger.page.goto(`${nodes[0].url}/host/${wall.pin}`);
  await expect(stranger.page.getByRole("heading", { level: 1 })).toHaveText("You are not hosting this game here");
  await expect(stranger.page.getByLabel("PIN")).toHaveValue(`${wall.pin.slice(0, 3)} ${wall.pin.slice(3)}`);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`every phase can be used by everybody, at every width, in ${colorScheme} colours`, async ({ person, nodes }, info) => {
    test.slow();
    const teacher = await person("Ms Rivera", undefined, { colorScheme, reducedMotion: "reduce" });
    const wall = await open(teacher, nodes[0].url);
    const look = (name: string) => fitsEverybody(wall.page, info, `host-${name}-${colorScheme}`);
    await look("empty");
    const [ada, noor] = await wall.joins("Ada", "نور", "Maximiliane-Josephin");
    await expect(wall.players).toHaveCount(3);
    await look("lobby");
    await wall.begin();
    await wall.press("No time limit");
    await expect(wall.ring).toBeHidden();
    await ada.answers({ choice: 2 });
    await noor.answers({ choice: 1 });
    await expect(wall.page.locator(".answered__count")).toHaveText("2 of 3 answered");
    await look("question");
    await wall.press("Menu");
    await expect(wall.page.getByRole("dialog", { name: "This game" })).toBeVisible();
    await look("menu");
    await wall.page.keyboard.press("Escape");
    await wall.press("Show the answer");
    await expect(wall.page.getByRole("figure")).toBeVisible();
    await look("reveal");
    await wall.press("Show places");
    await expect(wall.heading("Places")).toBeVisible();
    await look("places");
    await wall.press("Next question");
    await ada.sees("open", 1);
    await wall.press("Skip");
    await expect(wall.heading("Well played")).toBeVisible();
    await look("podium");
    await wall.press("Results");
    await expect(wall.page.getByRole("row", { name: /Ada/ })).toBeVisible();
    await look("results");
    wall.leave();
  });
}
