// A teacher in front of a class: what is on the wall, from the lobby to the podium.
import type { Locator, Page } from "@playwright/test";

import { expect, test } from "../fixtures";
import { open, Wall } from "../fixtures/wall";

test("a whole game is on the wall, from the PIN to the podium", async ({ person }) => {
  const teacher = await person("Ms Rivera");
  const wall = await open(teacher);
  const { page } = wall;

  await expect(wall.heading("The Solar System")).toBeVisible();
  await expect(page.getByText(`PIN ${[...wall.pin].join(" ")}`)).toBeAttached();
  await expect(page.getByRole("img", { name: /QR code/ })).toBeVisible();
  await expect(wall.button("Start the quiz")).toHaveAttribute("aria-disabled", "true");
  await expect(wall.button("Start the quiz")).toHaveAccessibleDescription("Starts once a player has joined.");

  const [ada, noor, tomas] = await wall.joins("Ada", "نور", "Tomás");
  await expect(wall.players).toHaveCount(3);
  await expect(wall.players.nth(1)).toContainText("نور");
  await expect(page.getByText("3 players")).toBeVisible();

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

  await wall.showLeaderboard();
  await expect(page.getByRole("listitem").first()).toContainText("Ada");

  await wall.press("Next question");
  await expect(wall.heading("What is our star called?")).toBeVisible();
  await tomas.sees("open", 1);
  await expect(page.getByText("Type your answer.")).toBeVisible();
  for (const pupil of [ada, noor, tomas]) await pupil.answers({ text: " sun" });
  await expect(page.getByRole("region", { name: "Right" })).toContainText("3 of 3 were right");

  await wall.press("Show the podium");
  await expect(wall.heading("Third place")).toBeVisible();
  await expect(page.locator(".podium__place--1")).not.toContainText("Ada");
  await wall.press("Second place");
  await expect(wall.heading("Second place")).toBeVisible();
  await wall.press("First place");
  await expect(wall.heading("Well played")).toBeVisible();
  await expect(page.locator(".podium__place--1")).toContainText("Ada");
  await expect(page.getByText("Best known: What is our star called? 3 of 3 were right.")).toBeVisible();

  await wall.press("Results");
  await expect(page).toHaveURL(/\/results\/\w+$/);
  await expect(wall.heading("The Solar System")).toBeVisible();
  await expect(page.getByRole("row", { name: /Ada/ })).toContainText("2 of 2");
  await page.goBack();
  await wall.press("Play again");
  await expect(page.getByRole("heading", { name: "Same class, new round" })).toBeVisible();
  await expect(wall.button("Start the quiz")).toBeVisible();
  expect(page.url()).toContain(`/host/${wall.pin}`);
  wall.leave();
});

test("without scripts, too, the podium leads to the results and into the next round", async ({ person, browser }) => {
  const teacher = await person("Ms Rivera");
  const wall = await open(teacher);
  await wall.joins("Ada");
  await wall.begin();
  await wall.press("Show the answer");
  await expect(wall.page.getByRole("figure")).toBeVisible();
  await wall.press("Menu");
  await wall.press("End the game");
  await wall.page.getByRole("group", { name: /End the game now/ }).getByRole("button", { name: "End the game" }).click();
  await expect(wall.heading("Well played")).toBeVisible();

  const context = await browser.newContext({ javaScriptEnabled: false, storageState: await teacher.context.storageState() });
  const still = new Wall(await context.newPage(), wall.pin);
  await still.page.goto(wall.page.url());
  await still.press("Results");
  await expect(still.heading("The Solar System")).toBeVisible();
  await expect(still.page.getByRole("row", { name: /Ada/ })).toBeVisible();
  await still.page.getByRole("link", { name: "Delete" }).click();
  await still.press("Delete results");
  await still.page.goto(wall.page.url());
  await still.press("Results");
  await expect(still.page.getByRole("alert")).toHaveText(/There are no results of this game/);
  await still.press("Play again");
  await expect(still.page.getByRole("heading", { name: "Same class, new round" })).toBeVisible();
  expect(still.page.url()).toMatch(new RegExp(`/host/${wall.pin}$`));
  await context.close();
  wall.leave();
});

test("a reload in an open question comes back to it, with the same deadline", async ({ person }) => {
  const teacher = await person("Ms Rivera");
  const wall = await open(teacher);
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

test("the space bar alone leads through a game, and the Tab key to everything else", async ({ person }) => {
  const teacher = await person("Ms Rivera");
  const wall = await open(teacher);
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
  await expect(page.locator(".middle__hint")).toHaveText("Paused.");
  await reach(page, wall.button("Resume"));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("list", { name: "Answers" })).toBeVisible();
  await reach(page, wall.button("Show the answer"));
  await page.keyboard.press("Space");
  await expect(page.getByRole("region", { name: "Why" })).toBeVisible();
  // The main button kept the focus.
  await expect(wall.button("Show the leaderboard")).toBeFocused();
  await page.keyboard.press("Space");
  await expect(wall.heading("Leaderboard")).toBeVisible();
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

test("more time, or no end of it, is on the wall at once", async ({ person }) => {
  const teacher = await person("Ms Rivera");
  const wall = await open(teacher);
  const [ada] = await wall.joins("Ada");
  await wall.begin();
  const before = ada.game.closesAt!;
  await wall.press("+10 s");
  await expect.poll(() => ada.game.closesAt).toBe(before + 10_000);
  await wall.press("No time limit");
  await expect(wall.ring).toBeHidden();
  expect(ada.game.closesAt).toBeUndefined();
  wall.leave();
});
