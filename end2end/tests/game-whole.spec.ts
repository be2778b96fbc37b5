// A whole game in browsers: a teacher and students on different nodes, who
// reload, come late, are sent away, and whose node dies.
import { ask, host, next, play } from "../fixtures/class";
import { expect, type Person, test } from "../fixtures";

test.use({ expectedErrors: /WebSocket connection to .* failed|Failed to load resource: net::|ERR_[A-Z_]+/ });
test.setTimeout(120_000);

const PLANETS = ask("Which planet has the shortest day?", "Jupiter", ["Mercury", "Earth", "Neptune"], 60, "It turns once in 10 hours.");
const WATER = ask("Which planet would float?", "Saturn", ["Mars", "Venus", "Uranus"], 60);

const answer = (student: Person, name: string) => student.page.getByRole("button", { name, exact: true });
const heading = (person: Person, name: string | RegExp) => person.page.getByRole("heading", { name });

test("a teacher and three students play, on different nodes", async ({ person, nodes }) => {
  const teacher = await person("Ms Kowalski", { node: 0 });
  const pin = await host(teacher, { title: "The Solar System", questions: [PLANETS, WATER] });
  const [noor, tomas, priya] = [
    await person("Noor", { node: 1 }),
    await person("Tomas", { node: 0 }),
    await person("Priya", { node: 1 }),
  ];
  for (const student of [noor, tomas, priya]) await play(student, pin);
  await expect(teacher.page.getByRole("list", { name: "Players" }).getByRole("listitem")).toHaveCount(3);

  await next(teacher, "Start the quiz");
  for (const someone of [teacher, noor, tomas, priya]) await expect(heading(someone, PLANETS.text)).toBeVisible();
  await answer(noor, "C, Jupiter").click();
  await expect(answer(noor, "C, Jupiter")).toHaveAttribute("aria-pressed", "true");
  await answer(tomas, "A, Mercury").click();
  await expect(teacher.page.getByText("2 of 3 answered")).toBeVisible();

  // Whoever reloads is where they were, with what they chose.
  await noor.page.reload();
  await expect(answer(noor, "C, Jupiter")).toHaveAttribute("aria-pressed", "true");
  await tomas.page.reload();
  await expect(answer(tomas, "A, Mercury")).toHaveAttribute("aria-pressed", "true");
  await priya.page.reload();
  await expect(answer(priya, "C, Jupiter")).toHaveAttribute("aria-pressed", "false");
  await teacher.page.reload();
  await expect(heading(teacher, PLANETS.text)).toBeVisible();
  await expect(teacher.page.getByText("2 of 3 answered")).toBeVisible();

  // The last answer ends the question for all.
  await expect(answer(priya, "C, Jupiter")).toBeEnabled();
  await answer(priya, "C, Jupiter").press("3");
  await expect(heading(noor, "Right")).toBeVisible();
  await expect(heading(priya, "Right")).toBeVisible();
  await expect(heading(tomas, "Not this one")).toBeVisible();
  await expect(teacher.page.getByText("Right answer")).toBeVisible();
  await expect(teacher.page.getByText(PLANETS.explanation!)).toBeVisible();

  await next(teacher, "Show the leaderboard");
  await expect(teacher.page.getByRole("list", { name: "Leaderboard" }).getByRole("listitem").first()).toContainText(/Noor|Priya/);

  // A late one plays from here, and one is sent away for good.
  const late = await person("Mateo", { node: nodes.length - 1 });
  await late.page.goto(new URL(`/play/${pin}`, late.page.url()).href);
  await late.page.getByLabel("Your name", { exact: true }).fill("Mateo");
  await late.page.getByRole("button", { name: "Join", exact: true }).click();
  await next(teacher, "Next question");
  for (const student of [noor, priya, late]) {
    await expect(heading(student, WATER.text)).toBeVisible();
    await answer(student, "C, Saturn").click();
  }
  await answer(tomas, "A, Mars").click();
  await expect(heading(late, "Right")).toBeVisible();
  await next(teacher, "Show the podium");
  await next(teacher, "Second place");
  await next(teacher, "First place");
  await expect(heading(teacher, /Well played/)).toBeVisible();
  await expect(late.page.getByText(/of 4 players/)).toBeVisible();
});

test("who is sent away does not come back", async ({ person }) => {
  const teacher = await person("Ms Kowalski");
  const pin = await host(teacher, { title: "The Solar System", questions: [PLANETS] });
  const rude = await person("Rude", { node: 1 });
  await play(rude, pin);
  await teacher.page.getByRole("button", { name: "Rename or remove Rude" }).click();
  await teacher.page.getByRole("dialog", { name: "Rude", exact: true }).getByRole("button", { name: "Remove" }).click();
  await teacher.page.getByRole("dialog", { name: "Remove Rude?" }).getByRole("button", { name: "Remove" }).click();
  await expect(heading(rude, "You are not in this game")).toBeVisible();
  await rude.page.reload();
  await expect(heading(rude, "You are in, Rude.")).toBeHidden();
  await expect(teacher.page.getByRole("list", { name: "Players" }).getByRole("listitem")).toHaveCount(0);
});

test("the game goes on when its node dies in an open question", async ({ person, loadBalancer, nodes }) => {
  const balancer = (await loadBalancer()).leadTo(0);
  const teacher = await person("Ms Kowalski", { loadBalancer: balancer });
  const noor = await person("Noor", { loadBalancer: balancer });
  const tomas = await person("Tomas", { node: 1 });
  const pin = await host(teacher, { title: "The Solar System", questions: [PLANETS] });
  await play(noor, pin);
  await play(tomas, pin);
  await next(teacher, "Start the quiz");
  await answer(noor, "C, Jupiter").click();
  await expect(answer(noor, "C, Jupiter")).toHaveAttribute("aria-pressed", "true");
  await expect(teacher.page.getByText("1 of 2 answered")).toBeVisible();
  await nodes[0].kill();
  if (nodes.length === 1) await nodes[0].start();
  balancer.leadTo(1);
  await expect(teacher.connection).toHaveText(/Live/, { timeout: 20_000 });
  await answer(tomas, "A, Mercury").click();
  await expect(heading(noor, "Right")).toBeVisible({ timeout: 20_000 });
  await expect(teacher.page.getByText("Right answer")).toBeVisible();
});
