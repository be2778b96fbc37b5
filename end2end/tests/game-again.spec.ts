// A class that plays again: the phones follow by themselves, and a game that nobody ends is not lost.
import { ask, host, next, play } from "../fixtures/class";
import { expect, type Person, test } from "../fixtures";

test.setTimeout(120_000);

const PLANETS = ask("Which planet has the shortest day?", "Jupiter", ["Mercury", "Earth", "Neptune"], 60);
const WATER = ask("Which planet would float?", "Saturn", ["Mars", "Venus", "Uranus"], 60);

const answer = (student: Person, name: string) => student.page.getByRole("button", { name, exact: true });
const heading = (person: Person, name: string | RegExp) => person.page.getByRole("heading", { name });
const press = (person: Person, name: string) => person.page.getByRole("button", { name, exact: true }).click();
const players = (teacher: Person) => teacher.page.getByRole("list", { name: "Players" }).getByRole("listitem");

/** To the open question, of which everybody knows the answer; then over the reveal to the podium, with all its places. */
async function playToThePodium(teacher: Person, students: Person[], ...places: string[]) {
  await next(teacher, "Start the quiz");
  for (const student of students) {
    await expect(answer(student, "C, Jupiter")).toBeEnabled();
    await answer(student, "C, Jupiter").click();
  }
  await expect(teacher.page.getByText("Right answer")).toBeVisible();
  await next(teacher, "Show the podium");
  for (const place of places) await next(teacher, place);
  await expect(heading(teacher, "Well played")).toBeVisible();
}

test("pupils on two nodes are taken along to the next round, with their seats", async ({ person }) => {
  const teacher = await person("Ms Kowalski", { node: 0 });
  const pin = await host(teacher, { title: "The Solar System", questions: [PLANETS] });
  const [noor, tomas] = [await person("Noor", { node: 1 }), await person("Tomas", { node: 0 })];
  for (const student of [noor, tomas]) await play(student, pin);
  await playToThePodium(teacher, [noor, tomas], "First place");
  for (const student of [noor, tomas]) {
    await expect(student.page.getByText("Waiting for the host: the next quiz begins here by itself.")).toBeVisible();
    await expect(student.page.getByRole("link", { name: "Go to the front page" })).toHaveAttribute("href", "/");
  }

  await press(teacher, "Play again");
  await expect(heading(teacher, "Same class, new round")).toBeVisible();
  await expect(teacher.page.getByText("2 are back")).toBeVisible();
  await expect(players(teacher)).toHaveText([/Noor/, /Tomas/]);
  for (const student of [noor, tomas]) {
    await expect(heading(student, `You are in, ${student.name}.`)).toBeVisible();
    await expect(student.page.getByText("Same class, round 2.", { exact: false }).first()).toBeVisible();
    await expect(student.page.getByRole("region", { name: "Last round" })).toContainText("Everyone starts at 0 again.");
    await expect(student.page.locator(".play__points")).toHaveText("0 points");
    expect(student.page.url()).toContain(`/play/${pin}`);
  }

  // The second round counts like the first, and its podium is shown place by place again.
  await next(teacher, "Start the quiz");
  await expect(answer(noor, "C, Jupiter")).toBeEnabled();
  await expect(answer(noor, "C, Jupiter")).toHaveAttribute("aria-pressed", "false");
  await answer(noor, "C, Jupiter").click();
  await expect(answer(tomas, "A, Mercury")).toBeEnabled();
  await answer(tomas, "A, Mercury").click();
  await expect(heading(noor, "Right")).toBeVisible();
  await expect(heading(tomas, "Not this one")).toBeVisible();
  await next(teacher, "Show the podium");
  await expect(heading(teacher, "Second place")).toBeVisible();
  // A phone tells nothing before the wall does.
  await expect(tomas.page.getByText("You came 2nd", { exact: false }).first()).toBeVisible();
  await expect(heading(noor, "Look at the big screen")).toBeVisible();
  await expect(noor.page.getByText("You came 1st", { exact: false })).toHaveCount(0);
  await next(teacher, "First place");
  await expect(heading(teacher, "Well played")).toBeVisible();
  await expect(noor.page.getByText("You came 1st", { exact: false }).first()).toBeVisible();

  await press(teacher, "Results");
  await expect(teacher.page).toHaveURL(/\/results\/\w+$/);
  await teacher.page.getByRole("link", { name: "Results", exact: true }).click();
  await expect(teacher.page.getByRole("link", { name: "The Solar System" })).toHaveCount(2);
});

test("who has gone has a seat that is kept, and comes back to it from the old address", async ({ person }) => {
  const teacher = await person("Ms Kowalski", { node: 0 });
  const pin = await host(teacher, { title: "The Solar System", questions: [PLANETS] });
  const [noor, tomas] = [await person("Noor", { node: 1 }), await person("Tomas", { node: 0 })];
  for (const student of [noor, tomas]) await play(student, pin);
  await playToThePodium(teacher, [noor, tomas], "First place");
  const address = tomas.page.url();
  await tomas.page.goto("about:blank");

  await press(teacher, "Play again");
  await expect(teacher.page.getByText("1 is back, 1 seat is kept")).toBeVisible();
  await expect(players(teacher).nth(1)).toHaveText(/Tomas, seat kept/);
  await next(teacher, "Start the quiz");
  await expect(answer(noor, "C, Jupiter")).toBeEnabled();
  await expect(teacher.page.getByText("0 of 1 answered")).toBeVisible();

  await tomas.page.goto(address);
  await expect(answer(tomas, "C, Jupiter")).toBeEnabled();
  await answer(tomas, "C, Jupiter").click();
  await expect(teacher.page.getByText("1 of 2 answered")).toBeVisible();
  await answer(noor, "C, Jupiter").click();
  await expect(heading(tomas, "Right")).toBeVisible();
});

test("a class plays another quiz without typing anything", async ({ person }) => {
  const teacher = await person("Ms Kowalski", { node: 0 });
  await host(teacher, { title: "Water", questions: [WATER] });
  const pin = await host(teacher, { title: "The Solar System", questions: [PLANETS] });
  const noor = await person("Noor", { node: 1 });
  await play(noor, pin);
  await playToThePodium(teacher, [noor]);
  await teacher.page.getByRole("link", { name: "Another quiz" }).click();
  await expect(heading(teacher, "Choose the next quiz for your class")).toBeVisible();
  await press(teacher, "Play next Water");
  await teacher.live();
  await expect(heading(teacher, "Water")).toBeVisible();
  await expect(heading(noor, "You are in, Noor.")).toBeVisible();
  await expect(noor.page.getByText("Water")).toBeVisible();
  await next(teacher, "Start the quiz");
  await expect(heading(noor, WATER.text)).toBeVisible();
  await answer(noor, "C, Saturn").click();
  await expect(heading(noor, "Right")).toBeVisible();
});

test("a game that was left at a reveal is on the list of quizzes, with its results and the way back", async ({ person }) => {
  const teacher = await person("Ms Kowalski", { node: 0 });
  const pin = await host(teacher, { title: "The Solar System", questions: [PLANETS, WATER] });
  const noor = await person("Noor", { node: 1 });
  await play(noor, pin);
  await next(teacher, "Start the quiz");
  await expect(answer(noor, "C, Jupiter")).toBeEnabled();
  await answer(noor, "C, Jupiter").click();
  await expect(teacher.page.getByText("Right answer")).toBeVisible();
  await teacher.page.goto(new URL("/quizzes", teacher.page.url()).href);

  const running = teacher.page.getByRole("region", { name: "Running games" });
  await expect(running).toContainText("question 1 of 2, 1 player");
  await running.getByRole("link", { name: "Results so far of The Solar System" }).click();
  await expect(teacher.page.getByText("Not finished: 1 of 2 questions")).toBeVisible();
  await expect(teacher.page.getByRole("row", { name: /Noor/ })).toContainText("1 of 1");
  await teacher.page.goBack();
  await running.getByRole("link", { name: "Back to the game The Solar System" }).click();
  await teacher.live();
  await press(teacher, "Next question");
  await expect(heading(noor, WATER.text)).toBeVisible();
});
