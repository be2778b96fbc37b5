// What came of a game: read on every screen, on paper, and in files.
import type { Page } from "@playwright/test";

import { expect, type Person, test } from "../fixtures";
import { fitsEverybody } from "../fixtures/barriers";
import { host, type Quiz } from "../fixtures/class";
import { Wall } from "../fixtures/wall";

const LONG = "Because the gas giants kept most of the spin of the cloud that they were born of";

const QUIZ: Quiz = {
  title: "Jupiter, and how it went",
  scoring: "speed",
  questions: [
    {
      kind: "choice",
      text: "Why does Jupiter turn so quickly?",
      seconds: 60,
      options: ["a", "b", "c", "d"].map((end, at) => ({ text: LONG.slice(0, 79) + end, right: at === 2 })),
    },
    { kind: "poll", text: "How was it?", seconds: 60, options: [{ text: "Easy" }, { text: "So so" }, { text: "Hard" }] },
  ],
};

/** Plays the quiz with three pupils, and stands on the page with what came of it. */
async function played(teacher: Person): Promise<Page> {
  const wall = new Wall(teacher.page, await host(teacher, QUIZ));
  const [ada, noor, sam] = await wall.joins("Ada", "Noor", "Sam");
  await wall.begin();
  await ada.answers({ choice: 2 });
  await noor.answers({ choice: 0 });
  await sam.answers({ choice: 0 });
  await wall.showLeaderboard();
  await wall.press("Next question");
  await ada.sees("open", 1);
  await ada.answers({ choice: 0 });
  await noor.answers({ choice: 2 });
  await sam.answers({ choice: 2 });
  await ada.sees("reveal", 1);
  await wall.press("Menu");
  await wall.press("End the game");
  await wall.page.getByRole("group", { name: /End the game now/ }).getByRole("button", { name: "End the game" }).click();
  for (const place of ["Second place", "First place"]) await wall.press(place);
  await expect(wall.heading("Well played")).toBeVisible();
  await wall.press("Results");
  await expect(wall.heading(QUIZ.title)).toBeVisible();
  wall.leave();
  return wall.page;
}

test("a poll says how many chose what, and each pupil's sheet and the files say who did", async ({ person }) => {
  const page = await played(await person("Ms Rivera"));
  const poll = page.getByRole("region", { name: "How was it?" });
  await expect(poll).toContainText("3 of 3 players answered.");
  for (const row of [/^Easy\s*33%\s*1$/, /^So so\s*0%\s*0$/, /^Hard\s*67%\s*2$/]) {
    await expect(poll.getByRole("row").filter({ hasText: row })).toHaveCount(1);
  }
  const wrong = page.getByRole("row", { name: /Why does Jupiter turn so quickly/ });
  await expect(wrong).toContainText(`${LONG.slice(0, 79)}a 2`);

  const at = new URL(page.url());
  const file = async (name: string) => (await page.request.get(`${at.origin}${at.pathname}/export.${name}`)).text();
  expect(await file("csv?by=questions")).toContain("Easy: 1 (33%), So so: 0 (0%), Hard: 2 (67%)");
  expect(await file("csv?by=players")).toMatch(/"Noor".*"Hard"/);

  await page.getByRole("link", { name: "Noor" }).click();
  await expect(page.getByText("Chosen: Hard")).toBeVisible();
  await expect(page.getByText(`Answered: ${LONG.slice(0, 79)}a`)).toBeVisible();
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`results are read at every width in ${colorScheme} colours, and on paper nothing is cut off`, async ({ person }, info) => {
    const page = await played(await person("Ms Rivera", {}, { colorScheme, reducedMotion: "reduce" }));
    await fitsEverybody(page, info, `results-${colorScheme}`);
    await page.setViewportSize({ width: 320, height: 640 });
    const tables = page.locator(".figures__frame");
    await expect(tables).toHaveCount(2);
    for (const table of await tables.all()) {
      expect(await table.evaluate((table) => table.scrollWidth - table.clientWidth), "nothing beside the screen").toBeLessThanOrEqual(0);
    }
    await expect(page.getByRole("row", { name: /Why does Jupiter/ }).getByRole("cell")).toHaveCount(5);

    // A4 within its margins.
    await page.setViewportSize({ width: 680, height: 960 });
    await page.emulateMedia({ media: "print", colorScheme });
    await expect(page.getByRole("navigation")).toHaveCount(0);
    await expect(page.getByRole("link", { name: "Delete" })).toBeHidden();
    for (const table of await tables.all()) {
      expect(await table.evaluate((table) => table.scrollWidth - table.clientWidth)).toBeLessThanOrEqual(0);
    }
    const scheme = await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
    expect(scheme, "paper is white by night, too").toBe("light");
    await info.attach(`results-print-${colorScheme}`, { body: await page.screenshot({ fullPage: true }), contentType: "image/png" });
  });
}

test("whoever deletes results is asked first, with the way back in focus and the red way second", async ({ person }) => {
  const page = await played(await person("Ms Rivera"));
  await page.getByRole("link", { name: "Delete" }).click();
  const asked = page.getByRole("region", { name: "Delete these results?" });
  await expect(asked.getByRole("link", { name: "Cancel" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(asked).toHaveCount(0);
  await page.getByRole("link", { name: "Delete" }).click();
  // Whoever tabs before the question is there tabs in the page that is about to go.
  await expect(asked.getByRole("link", { name: "Cancel" })).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(asked.getByRole("button", { name: "Delete results" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByText("No results yet.")).toBeVisible();
});
