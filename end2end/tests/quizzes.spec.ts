// Quizzes: written by keyboard, saved as they are typed, taken along and
// brought back, and nobody else's to see.
import type { Locator, Page } from "@playwright/test";

import { expect, test } from "../fixtures";
import { fitsEverybody } from "../fixtures/barriers";

// A browser reports every refusal, that of the page itself too.
test.use({ expectedErrors: /status of (404|409|422|503)/ });

const at = (page: Page, path: string) => new URL(path, page.url()).href;

/** Makes a quiz from the list, and waits until its editor is alive. */
async function make(page: Page, title: string): Promise<void> {
  await page.goto(at(page, "/quizzes"));
  const field = page.getByLabel("New quiz");
  await field.fill(title);
  await field.press("Enter");
  await expect(page.getByLabel("Title of the quiz")).toHaveValue(title);
}

/** Adds a question of a kind, by keyboard, and is led into it. */
async function add(page: Page, kind: string, text: string): Promise<void> {
  await page.locator(".adding summary").press("Enter");
  await page.getByRole("button", { name: new RegExp(`^${kind}`) }).press("Enter");
  await expect(asked(page)).toBeFocused();
  await page.keyboard.type(text);
}

const asked = (page: Page): Locator => page.locator("#question-text");
const outline = (page: Page): Locator => page.getByRole("navigation", { name: "Questions" }).locator(".outline__item");
const headings = (page: Page): Locator => outline(page).locator("bdi");
const saved = (page: Page): Locator => page.getByRole("status").filter({ hasText: /^Saved at \d\d:\d\d$/ });

/** What the server has, once nothing is unsaved. */
async function kept(page: Page): Promise<Record<string, unknown>> {
  await expect(saved(page)).toBeVisible();
  const answer = await page.request.get(`${page.url().replace(/[?#].*/, "")}/export.json`);
  expect(answer.ok()).toBe(true);
  return (await answer.json()) as Record<string, unknown>;
}

test("a teacher writes a quiz by keyboard, is told what is missing, and finds it saved", async ({ person }) => {
  const { page } = await person("Ms Okafor");
  await make(page, "The Solar System");
  await expect(page.getByText("There is no question yet.")).toBeVisible();

  await add(page, "One right answer", "Which planet has the shortest day?");
  await page.keyboard.press("Enter");
  for (const planet of ["Mercury", "Earth", "Jupiter", "Neptune"]) {
    await page.keyboard.type(planet);
    await page.keyboard.press("Enter");
  }
  await expect(outline(page).filter({ hasText: "No right answer yet" })).toHaveCount(1);
  await expect(page.getByText("Not ready: question 1 has no right answer yet.")).toBeVisible();
  await page.getByLabel("C is right").press("Space");
  await expect(page.getByText("No right answer yet")).toHaveCount(0);

  await add(page, "Number", "How many moons does Mars have?");
  await page.keyboard.press("Enter");
  await page.keyboard.type("two");
  await expect(page.getByText("Type a number, such as 12 or 3.5.")).toBeVisible();
  await page.getByLabel("Right number").fill("2");

  await add(page, "True or false", "Pluto is a planet.");
  await page.getByLabel("B is right").press("Space");
  await page.getByRole("radio", { name: "Double" }).press("Space");

  await add(page, "Typed answer", "What is our star called?");
  await page.keyboard.press("Enter");
  await page.keyboard.type("Sun");
  await page.keyboard.press("Enter");
  await page.keyboard.type("Sol");
  await page.getByLabel(/^Why/).fill("Sol is its Latin name.");
  await expect(page.getByText("22 of 280 characters")).toBeVisible();

  const quiz = await kept(page);
  await page.reload();
  await expect(headings(page)).toHaveText([
    "Which planet has the shortest day?",
    "How many moons does Mars have?",
    "Pluto is a planet.",
    "What is our star called?",
  ]);
  await expect(page.getByLabel("Answer C", { exact: true })).toHaveValue("Jupiter");
  await expect(page.getByLabel("C is right")).toBeChecked();
  expect(await kept(page)).toEqual(quiz);
});

test("whoever writes faster than the page draws finds every letter in its field", async ({ person }) => {
  const { page } = await person("Mx Rapid");
  await make(page, "Quick");
  await add(page, "Typed answer", "");
  const keys = [..."Who?", "Enter", ..."Sun", "Enter", ..."Sol", "Enter", ..."Star"];
  await Promise.all(keys.map((key) => page.keyboard.press(key))); // none waits for what the one before it does

  await expect(page.getByLabel("Accepted answer 3", { exact: true })).toHaveValue("Star");
  await expect(page.getByLabel("Accepted answer 2", { exact: true })).toHaveValue("Sol");
  await expect(page.getByLabel("Accepted answer 1", { exact: true })).toHaveValue("Sun");
  await expect(asked(page)).toHaveValue("Who?");
});

test("questions move, are copied, go and come back", async ({ person }) => {
  const { page } = await person("Mr Silva");
  await make(page, "Three");
  for (const text of ["first", "second", "third"]) await add(page, "Poll", text);

  await outline(page).nth(2).press("Alt+ArrowUp");
  await expect(headings(page)).toHaveText(["first", "third", "second"]);
  await expect(outline(page).nth(1)).toBeFocused();
  await page.keyboard.press("Alt+Home");
  await expect(headings(page)).toHaveText(["third", "first", "second"]);
  await expect(page.getByText("Now question 1 of 3.")).toBeVisible();

  await page.getByRole("button", { name: "Move down" }).click();
  await expect(headings(page)).toHaveText(["first", "third", "second"]);
  await page.getByRole("button", { name: "Copy question" }).click();
  await expect(headings(page)).toHaveText(["first", "third", "third", "second"]);
  await page.getByRole("button", { name: "Delete" }).click();
  await expect(headings(page)).toHaveText(["first", "third", "second"]);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(headings(page)).toHaveText(["first", "third", "third", "second"]);
});

test("another kind keeps what fits, and gives back what did not", async ({ person }) => {
  const { page } = await person("Ms Okafor");
  await make(page, "Kinds");
  await add(page, "Several right answers", "Which are planets?");
  for (const [letter, text] of [["A", "Mars"], ["B", "Moon"], ["C", "Venus"], ["D", "Sun"]]) {
    await page.getByLabel(`Answer ${letter}`, { exact: true }).fill(text);
  }
  await page.getByLabel("A is right").check();
  await page.getByLabel("C is right").check();
  const kind = page.getByLabel("Kind of question");
  await kind.selectOption("Typed answer");
  await expect(page.getByLabel("Accepted answer 2", { exact: true })).toHaveValue("Venus");
  await expect(kind).toBeFocused();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByLabel("Answer B", { exact: true })).toHaveValue("Moon");
  await expect(page.getByLabel("C is right")).toBeChecked();
});

test("a quiz is tried out as a player would see it", async ({ person }) => {
  const { page } = await person("Ms Okafor");
  await make(page, "Trying");
  await add(page, "True or false", "The Moon turns.");
  await page.getByLabel("A is right").check();
  await page.getByRole("button", { name: "Try it" }).click();
  const preview = page.getByRole("dialog");
  await preview.getByRole("button", { name: "B, False" }).click();
  await expect(preview.getByText("Right: A True")).toHaveCount(0);
  await preview.getByRole("button", { name: "Show the answer" }).click();
  await expect(preview.getByText("Right: A True")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(preview).toBeHidden();
});

test("a quiz leaves as a file and comes back as an equal one", async ({ person }) => {
  const { page } = await person("Mr Silva");
  await make(page, "There and back");
  await add(page, "Put in order", "From the Sun outwards");
  for (const [letter, text] of [["A", "Mercury"], ["B", "Venus"], ["C", "Earth"], ["D", "Mars"]]) {
    await page.getByLabel(`Answer ${letter}`, { exact: true }).fill(text);
  }
  await page.getByLabel(/Another number of seconds/).fill("45");
  const quiz = await kept(page);
  const first = page.url();
  await page.goto(at(page, "/quizzes"));
  await page.getByLabel("Import a quiz").setInputFiles({
    name: "quiz.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify(quiz)),
  });
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("The one question is understood");
  await page.getByRole("button", { name: "Save the quiz" }).click();
  await expect(page.getByLabel("Title of the quiz")).toHaveValue("There and back");
  expect(page.url()).not.toBe(first);
  expect(await kept(page)).toEqual(quiz);

  await page.goto(at(page, "/quizzes"));
  await page.getByLabel("Import a quiz").setInputFiles({
    name: "notes.txt",
    mimeType: "text/plain",
    buffer: Buffer.from("milk, eggs"),
  });
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("No header row was found.");
});

test("a file is shown as it was understood, and each doubt is settled with one tap", async ({ person }, info) => {
  const { page } = await person("Ms Okafor");
  await page.goto(at(page, "/quizzes"));
  const rows = [
    "Question;A;B;C;D;Right;Seconds",
    "Which planet is closest to the Sun, of all eight, really?;Mercury;Venus;Mars;Earth;A;20",
    "Which planet would float in water?;Mars;Venus;Saturn;Uranus;E;20",
    "كم قمرًا للمريخ؟;واحد;اثنان;سبعة;لا شيء;B;20 min",
  ];
  await page.getByLabel("Import a quiz").setInputFiles({
    name: "Planets for 7b.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(rows.join("\n")),
  });
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("1 question understood, 2 need you");
  await expect(page.getByLabel("Title")).toHaveValue("Planets for 7b");
  await expect(page.getByText("E is the right answer, but there are only A to D.")).toBeVisible();
  await expect(page.getByText("“20 min” is longer than a question may take; 600 seconds is the most.")).toBeVisible();
  await fitsEverybody(page, info, "import-check");

  await page.getByRole("button", { name: "Use all 3" }).click();
  await expect(page.getByText("Answer each question above, or leave it out, to use all of them.")).toBeVisible();
  await page.getByRole("radio", { name: "Saturn" }).check();
  await page.getByRole("radio", { name: "240" }).check();
  await expect(page.getByText("Everything is answered.")).toBeVisible();
  await page.getByRole("button", { name: "Use all 3" }).click();
  await expect(page.getByLabel("Title of the quiz")).toHaveValue("Planets for 7b");
  await expect(headings(page)).toHaveCount(3);
  const quiz = await kept(page);
  expect(JSON.stringify(quiz)).toContain('{"text":"Saturn","right":true}');
});

test("who writes in two places is asked which version goes on", async ({ person }) => {
  const { page, context } = await person("Ms Okafor");
  await make(page, "Here");
  await expect(saved(page)).toBeVisible();
  const other = await context.newPage();
  await other.goto(page.url());
  await other.getByLabel("Title of the quiz").fill("There");
  await expect(other.getByText(/^Saving$/)).toBeVisible();
  await expect(saved(other)).toBeVisible();

  await page.getByLabel("Title of the quiz").fill("Here again");
  await page.getByRole("button", { name: "Keep mine" }).click();
  await expect(saved(page)).toBeVisible();
  await other.getByLabel("Title of the quiz").fill("There again");
  await other.getByRole("button", { name: "Load the other version" }).click();
  await expect(other.getByLabel("Title of the quiz")).toHaveValue("Here again");
});

test("an earlier version is found by its time and brought back, by keyboard", async ({ person }) => {
  const timeZone = "Pacific/Kiritimati";
  const { page } = await person("Ms Okafor", {}, { timezoneId: timeZone });
  await make(page, "Before");
  await add(page, "Poll", "Rain or snow?");
  await page.getByLabel("Title of the quiz").fill("After");
  await expect(page.getByText(/^Saving$/)).toBeVisible();
  await expect(saved(page)).toBeVisible();
  await page.getByRole("link", { name: "Earlier versions" }).press("Enter");

  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Earlier versions");
  const rows = page.locator("#main").getByRole("listitem");
  await expect(rows.first()).toContainText(/Current/);
  await expect(rows.first()).toContainText("1 question, After");
  await expect(rows.last()).toContainText("0 questions, Before");
  const time = rows.last().locator("time");
  const moment = new Date((await time.getAttribute("datetime"))!);
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" }).format(moment);
  const day = new Intl.DateTimeFormat("en-GB", { timeZone, day: "numeric", month: "long", year: "numeric" }).format(moment);
  await expect(time).toHaveText(new RegExp(`^\\w+day, ${day}, ${clock}$`));

  const count = await rows.count();
  await rows.last().getByRole("button", { name: "Go back to this version" }).press("Enter");
  await expect(page.getByLabel("Title of the quiz")).toHaveValue("Before");
  await page.getByRole("link", { name: "Earlier versions" }).press("Enter");
  await expect(rows).toHaveCount(count + 1);
  await expect(rows.nth(1)).toContainText("After");
});

test("what could not be saved is kept in the browser", async ({ person }) => {
  const { page } = await person("Ms Okafor");
  await make(page, "Kept");
  await page.route("**/api/save-quiz", (route) => route.fulfill({ status: 503, body: '{"unavailable":null}' }));
  await page.getByLabel("Title of the quiz").fill("Kept here");
  await expect(page.getByText(/^Not saved: .* It is kept in this browser\.$/)).toBeVisible();
  await page.unroute("**/api/save-quiz");
  await page.reload();
  await expect(page.getByLabel("Title of the quiz")).toHaveValue("Kept here");
  await expect(saved(page)).toBeVisible();
});

test("nobody sees another one's quiz, and a sample is everybody's to copy", async ({ person }) => {
  const author = await person("Ms Okafor");
  await make(author.page, "Mine alone");
  const student = await person("Zoe");
  const answer = await student.page.goto(at(student.page, new URL(author.page.url()).pathname));
  expect(answer?.status()).toBe(404);
  await student.page.goto(at(student.page, "/quizzes"));
  await expect(student.page.getByText("No quizzes yet.")).toBeVisible();
  await expect(student.page.getByText("Mine alone")).toHaveCount(0);

  await student.page.getByRole("button", { name: /^Copy / }).first().click();
  await expect(student.page.getByLabel("Title of the quiz")).not.toHaveValue("");
});

test("quizzes can be made, copied and deleted without JavaScript", async ({ browser, nodes, watch }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  watch(page);
  await page.goto(`${nodes[0].url}/quizzes`);
  await page.getByLabel("New quiz").fill("By hand");
  await page.getByRole("button", { name: "Create" }).click();
  await expect(page.getByRole("heading", { name: "By hand" })).toBeVisible();
  await page.goto(`${nodes[0].url}/quizzes`);
  await page.getByRole("link", { name: "Delete By hand" }).click();
  await page.getByRole("button", { name: "Delete quiz By hand" }).click();
  await expect(page.getByText("No quizzes yet.")).toBeVisible();
  await context.close();
});

test("without JavaScript a file leads back with what is wrong, or to what was understood", async ({ browser, nodes, watch }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  watch(page);
  await page.goto(`${nodes[0].url}/quizzes`);
  const bring = async (name: string, text: string) => {
    await page.getByLabel("Import a quiz").setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
    await page.getByRole("button", { name: "Import", exact: true }).click();
  };
  const columns = "Question,Answer 1,Answer 2,Time limit,Correct answer(s)";
  await bring("Plants.csv", "milk, eggs");
  await expect(page.getByText("No header row was found.")).toBeVisible();
  await bring("Plants.csv", `${columns}\nWhich?,Moss,Stone,20,7\nWhat?,Moss,Stone,20,1`);
  await expect(page.getByText("There is no answer 7.")).toBeVisible();
  await page.getByRole("button", { name: "Use the 1 now" }).click();
  await expect(page.getByRole("heading", { name: "Plants" })).toBeVisible();
  await context.close();
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`authors' pages by ${colorScheme === "light" ? "day" : "night"}: no barrier, no sideways scrolling`, async ({ person }, info) => {
    test.slow(); // six pages at three widths
    const { page } = await person("Ana", {}, { colorScheme, reducedMotion: "reduce" });
    await page.goto(at(page, "/results"));
    await fitsEverybody(page, info, `results-empty-${colorScheme}`);
    await make(page, "Everything at once");
    await add(page, "One right answer", "Which planet has the shortest day?");
    await fitsEverybody(page, info, `editor-choice-${colorScheme}`);
    await add(page, "Number", "How many moons does Mars have?");
    await fitsEverybody(page, info, `editor-number-${colorScheme}`);
    await expect(saved(page)).toBeVisible();
    await page.getByRole("link", { name: "Earlier versions" }).click();
    await expect(page.getByText("Current", { exact: true })).toBeVisible();
    await fitsEverybody(page, info, `versions-${colorScheme}`);
    await page.goto(at(page, "/quizzes"));
    await fitsEverybody(page, info, `quizzes-${colorScheme}`);
  });
}
