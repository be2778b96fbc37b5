// Formulas in a quiz: drawn on the wall, on phones and for their author, and heard as they are written.
import type { Page } from "@playwright/test";

import { expect, test } from "../fixtures";
import { barriers } from "../fixtures/barriers";
import { host, play, type Quiz } from "../fixtures/class";
import { Wall } from "../fixtures/wall";

const QUIZ: Quiz = {
  title: "Squares",
  questions: [
    {
      kind: "choice",
      text: "What is $x^2$ for $x = 3$? A pen costs $5 and $7, and $\\frac{1}$ is wrong.",
      seconds: 60,
      explanation: "Because $3 \\cdot 3 = 9$.",
      options: [
        { text: "$\\frac{18}{2}$", right: true },
        { text: "$6$" },
        { text: "$\\text{</mtext></math><img src=x onerror=alert(1)>}$" },
        { text: "5 or \\$5" },
      ],
    },
    {
      kind: "order",
      text: "The smallest first",
      seconds: 60,
      options: [{ text: "$\\sqrt{1}$" }, { text: "$\\sqrt{4}$" }],
    },
  ],
};

const formula = (page: Page, name: string) => page.getByRole("math", { name, exact: true });

/** A drawn formula is as high and wide as something that can be read. */
async function isSeen(page: Page, name: string) {
  await expect(formula(page, name).first()).toBeVisible();
  const box = (await formula(page, name).first().boundingBox())!;
  expect(box.height).toBeGreaterThan(8);
  expect(box.width).toBeGreaterThan(4);
}

test("the wall and a phone show formulas, and what is none as it is written", async ({ person }) => {
  const teacher = await person("Ms Rivera");
  const pin = await host(teacher, QUIZ);
  const ada = await person("Ada", { node: 1 }, { viewport: { width: 360, height: 740 } });
  await play(ada, pin);
  const wall = new Wall(teacher.page, pin);
  await expect(wall.players).toHaveCount(1);
  await wall.press("Start the quiz");

  for (const { page } of [teacher, ada]) {
    const heading = page.getByRole("heading", { level: 1 });
    await isSeen(page, "x^2");
    await isSeen(page, "x = 3");
    await expect(heading.locator("msup")).toHaveCount(1);
    await expect(heading).toContainText("costs $5 and $7, and $\\frac{1}$ is wrong.");
    await expect(heading).toHaveAccessibleName(/^What is x\^2 for x = 3 ?\? A pen costs \$5 and \$7, and \$\\frac\{1\}\$ is wrong\.$/);
  }
  await isSeen(teacher.page, "\\frac{18}{2}");
  await expect(teacher.page.locator("mfrac")).toHaveCount(1);
  await expect(teacher.page.getByRole("list", { name: "Answers" }).getByRole("listitem").nth(3)).toContainText("5 or $5");

  const right = ada.page.getByRole("button", { name: "A, \\frac{18}{2}", exact: true });
  await expect(right.locator("mfrac")).toHaveCount(1);
  await expect(ada.page.locator("main img, main script")).toHaveCount(0);
  await expect(ada.page.getByRole("button").filter({ hasText: "<img src=x onerror=alert(1)>" })).toBeVisible();
  expect(await ada.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  for (const { page } of [teacher, ada]) expect(await barriers(page)).toEqual([]);

  // A page that is loaded again has them from the beginning.
  await ada.page.reload();
  await expect(right.locator("mfrac")).toHaveCount(1);
  await expect(right).toBeEnabled();
  await right.click();
  await isSeen(ada.page, "3 \\cdot 3 = 9");
  await isSeen(ada.page, "\\frac{18}{2}");
  await expect(wall.page.getByRole("region", { name: "Why" }).getByRole("math", { name: "3 \\cdot 3 = 9" })).toBeVisible();
  await expect(wall.page.locator(".bars__chart mfrac")).toHaveCount(1);
  for (const { page } of [teacher, ada]) expect(await barriers(page)).toEqual([]);

  await wall.showLeaderboard();
  await wall.press("Next question");
  const rows = ada.page.locator(".order__row");
  await expect(rows.locator("msqrt")).toHaveCount(2);
  wall.leave();
});

test("a formula is there without scripts", async ({ person, browser }) => {
  const teacher = await person("Ms Rivera");
  const pin = await host(teacher, QUIZ);
  const wall = new Wall(teacher.page, pin);
  await wall.joins("Ada");
  await wall.begin();
  const context = await browser.newContext({ javaScriptEnabled: false, storageState: await teacher.context.storageState() });
  const page = await context.newPage();
  await page.goto(teacher.page.url());
  await isSeen(page, "x^2");
  await isSeen(page, "\\frac{18}{2}");
  await context.close();
  wall.leave();
});

test("an author sees formulas where a quiz is tried, before anything is played", async ({ person }) => {
  const { page } = await person("Ms Okafor");
  const form = { version: "0", quiz: JSON.stringify(QUIZ) };
  const saved = await page.request.post(new URL("/api/save-quiz", page.url()).href, { form, headers: { accept: "application/json" } });
  const { id } = await saved.json();
  await page.goto(new URL(`/quizzes/${id}`, page.url()).href);
  await expect(page.locator("#question-text")).toHaveValue(QUIZ.questions[0].text);
  await page.getByRole("button", { name: "Try it" }).click();
  const dialog = page.getByRole("dialog");
  await isSeen(page, "x^2");
  await expect(dialog.getByRole("button", { name: "A, \\frac{18}{2}", exact: true }).locator("mfrac")).toHaveCount(1);
  await expect(dialog).toContainText("costs $5 and $7, and $\\frac{1}$ is wrong.");
  await dialog.getByRole("button", { name: "Show the answer" }).click();
  await isSeen(page, "3 \\cdot 3 = 9");
  expect(await barriers(page)).toEqual([]);
});

test("what was understood of a file, and what became of a game, is shown with its formulas", async ({ person }) => {
  const teacher = await person("Ms Rivera");
  const pin = await host(teacher, QUIZ);
  const wall = new Wall(teacher.page, pin);
  const [ada] = await wall.joins("Ada");
  await wall.begin();
  await ada.answers({ choice: 1 });
  await ada.sees("reveal");
  await wall.press("Menu");
  await wall.press("End the game");
  await wall.page.getByRole("group", { name: /End the game now/ }).getByRole("button", { name: "End the game" }).click();
  await wall.press("Results");
  await isSeen(wall.page, "x^2");
  await expect(wall.page.locator(".figures mfrac").first()).toBeVisible();
  expect(await barriers(wall.page)).toEqual([]);
  wall.leave();

  const { page } = teacher;
  await page.goto(new URL("/quizzes", page.url()).href);
  const csv = "Question,Answer 1,Answer 2,Time limit,Correct answer(s)\nWhat is $\\sqrt{16}$?,$4$,$8$,20,1\n";
  await page.getByLabel("Import a quiz").setInputFiles({ name: "Roots.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await expect(page.getByRole("heading", { name: "The one question is understood" })).toBeVisible();
  await isSeen(page, "\\sqrt{16}");
});
