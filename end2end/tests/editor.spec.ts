// The fields of the editor: they show all that is in them, and scold nobody who has not begun.
import type { Locator, Page } from "@playwright/test";

import { expect, type Person, test } from "../fixtures";
import { Pupil } from "../fixtures/pupil";

const at = (page: Page, path: string) => new URL(path, page.url()).href;
const LONG = "Because the gas giants kept most of the spin of the cloud that they were born of";

async function make(teacher: Person, title: string): Promise<Page> {
  const { page } = teacher;
  await page.goto(at(page, "/quizzes"));
  await page.getByLabel("New quiz").fill(title);
  await page.getByLabel("New quiz").press("Enter");
  await expect(page.getByLabel("Title of the quiz")).toHaveValue(title);
  return page;
}

async function add(page: Page, kind: string): Promise<void> {
  await page.locator(".adding summary").press("Enter");
  await page.getByRole("button", { name: new RegExp(`^${kind}`) }).press("Enter");
  await expect(page.locator("#question-text")).toBeFocused();
}

/** How many pixels of a field's text are out of its sight. */
const hidden = (field: Locator) =>
  field.evaluate((field) => Math.max(field.scrollHeight - field.clientHeight, field.scrollWidth - field.clientWidth));

for (const width of [320, 768, 1280]) {
  test(`an answer of 80 letters, a title and a question are whole in their fields at ${width} px`, async ({ person }) => {
    const page = await make(await person("Ms Okafor", {}, { viewport: { width, height: 800 } }), "Planets");
    await page.getByLabel("Title of the quiz").fill("What the planets of our Sun are made of, and why they turn so so");
    await add(page, "One right answer");
    await page.locator("#question-text").fill(`${LONG}, and ${LONG.slice(0, 70)}`);
    await page.getByLabel("Answer A", { exact: true }).fill(LONG);
    await page.getByLabel("Answer D", { exact: true }).fill("W".repeat(80));
    await page.getByLabel("Title of the quiz").focus();
    for (const name of ["Title of the quiz", "Answer A", "Answer D"]) {
      expect(await hidden(page.getByLabel(name, { exact: true })), name).toBeLessThanOrEqual(1);
    }
    expect(await hidden(page.locator("#question-text"))).toBeLessThanOrEqual(1);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });
}

test("Enter and pasted lines break no answer, and a text that is too long is kept and told of", async ({ person }) => {
  const page = await make(await person("Ms Okafor"), "Lines");
  await add(page, "One right answer");
  await page.keyboard.type("Which?");
  await page.keyboard.press("Enter");
  const [a, b] = ["A", "B"].map((letter) => page.getByLabel(`Answer ${letter}`, { exact: true }));
  await expect(a).toBeFocused();
  await page.keyboard.insertText("Moss\nand stone\n");
  await expect(a).toHaveValue("Moss and stone");
  await page.keyboard.press("Enter");
  await expect(b).toBeFocused();
  await expect(a).toHaveValue("Moss and stone");

  await b.fill(`${LONG}, too`);
  await expect(page.locator("#wrong-answers")).toHaveText("An answer is 5 characters too long.");
  await expect(b).toHaveValue(`${LONG}, too`);
});

test("a question may have lines, which Shift and Enter make", async ({ person }) => {
  const page = await make(await person("Ms Okafor"), "A verse");
  await add(page, "Poll");
  await page.keyboard.type("Roses are red");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("and violets?");
  await expect(page.locator("#question-text")).toHaveValue("Roses are red\nand violets?");
  await expect(page.getByText(/^Saved at/)).toBeVisible();
  await page.reload();
  await expect(page.locator("#question-text")).toHaveValue("Roses are red\nand violets?");
});

test("nobody is scolded before the first key", async ({ person }) => {
  const page = await make(await person("Ms Okafor"), "Sums");
  for (const kind of ["One right answer", "True or false", "Typed answer", "Number", "Poll", "Slide"]) {
    await add(page, kind);
    await expect(page.locator(".field__wrong, .outline__todo, [aria-invalid]")).toHaveCount(0);
  }
});

test("answers that stay empty are left out, and a game begins without them", async ({ person }) => {
  const page = await make(await person("Ms Okafor"), "Sums");
  await add(page, "One right answer");
  await page.locator("#question-text").fill("What is 1+1?");
  await page.getByLabel("Answer A", { exact: true }).fill("Two");
  await page.getByLabel("Answer B", { exact: true }).fill("Three");
  await page.getByLabel("A is right").check();
  await expect(page.locator(".field__wrong, .outline__todo")).toHaveCount(0);
  await page.getByRole("button", { name: "Start a game" }).click();
  await expect(page).toHaveURL(/\/host\/\d+/);
  const [pin] = /\d+$/.exec(page.url())!;
  const ada = await Pupil.join(new URL(page.url()).origin, pin, "Ada");
  await page.getByRole("button", { name: "Start the quiz" }).click();
  expect((await ada.sees("open", 0)).asked!.options).toEqual(["Two", "Three"]);
  ada.leave();
});

test("a formula is explained where questions are written, and only there", async ({ person }) => {
  const page = await make(await person("Ms Okafor"), "Roots");
  await expect(page.getByText(/between dollar signs/)).toHaveCount(0);
  await add(page, "One right answer");
  await expect(page.getByText(/between dollar signs/)).toHaveCount(1);
  await expect(page.locator("#question-text")).toHaveAccessibleDescription(/between dollar signs, in answers too/);
});

test("what removes is red and comes last, and asks with the way back in focus", async ({ person }) => {
  const page = await make(await person("Ms Okafor"), "To go");
  await add(page, "One right answer");
  const red = await page.getByRole("button", { name: "Delete", exact: true }).evaluate((it) => getComputedStyle(it).color);
  const remove = page.getByRole("button", { name: "Remove answer A" });
  expect(await remove.evaluate((it) => getComputedStyle(it).color)).toBe(red);
  await expect(page.getByText(/^Saved at/)).toBeVisible();

  await page.goto(at(page, "/quizzes"));
  const row = page.getByRole("listitem").filter({ hasText: "To go" }).first();
  const ways = row.locator(".quiz-row__doing > *");
  await expect(ways.last()).toHaveText(/Delete/);
  expect(await ways.last().evaluate((it) => getComputedStyle(it).color)).toBe(red);
  await ways.last().click();
  const asked = page.getByRole("region", { name: /Delete To go\?/ });
  await expect(asked.getByRole("link", { name: "Cancel" })).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(asked.getByRole("button", { name: /Delete quiz/ })).toBeFocused();
});
