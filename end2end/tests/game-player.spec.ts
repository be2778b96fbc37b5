// What a player of a game sees, on a phone and with other means than eyes.
import { fitsEverybody } from "../fixtures/barriers";
import { ask, play } from "../fixtures/class";
import { GameHost } from "../fixtures/game-host";
import { expect, type Person, test } from "../fixtures";

test.use({ expectedErrors: /WebSocket connection to .* failed|Failed to load resource|ERR_[A-Z_]+/ });
test.setTimeout(90_000);

const PLANETS = ask("Which planet has the shortest day?", "Jupiter", ["Mercury", "Earth", "Neptune"], 60, "It turns once in 10 hours.");

const heading = (player: Person, name: string | RegExp) => player.page.getByRole("heading", { name, level: 1 });
const button = (player: Person, name: string) => player.page.getByRole("button", { name, exact: true });
const begin = (node: Parameters<typeof GameHost.begin>[0], ...questions: object[]) =>
  GameHost.begin(node, { title: "The Solar System", questions });

test("a player types the PIN on the front page and is in under a nickname that is free", async ({ person, nodes }) => {
  const host = await begin(nodes[0], PLANETS);
  const [ada, other] = [await person("Ada"), await person("Ada", { node: 1 })];
  await play(ada, host.pin);

  await other.page.getByLabel("Type the PIN from the big screen").fill("000 000");
  await button(other, "Join the game").click();
  await expect(other.page.getByRole("alert").filter({ hasText: /PIN/ })).toBeVisible();
  await other.page.getByLabel("Type the PIN from the big screen").fill(`${host.pin.slice(0, 3)} ${host.pin.slice(3)}`);
  await other.page.keyboard.press("Enter");
  await expect(heading(other, "The Solar System")).toBeVisible();

  await other.page.getByLabel("Your name", { exact: true }).fill("ada");
  await button(other, "Join").click();
  await expect(other.page.getByRole("alert").filter({ hasText: "Try" })).toBeVisible();
  const offer = other.page.getByRole("button", { name: /^Play as / });
  const free = (await offer.textContent())!.replace("Play as ", "");
  await offer.click();
  await expect(heading(other, `You are in, ${free}.`)).toBeVisible();
});

test("without scripts a form leads to the game, or says why not", async ({ browser, nodes }) => {
  const host = await begin(nodes[0], PLANETS);
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${nodes[0].url}/play`);
  await page.getByLabel("Type the PIN from the big screen").fill("12");
  await page.getByRole("button", { name: "Join the game" }).click();
  await expect(page.getByText(/six digits/)).toBeVisible();
  await page.getByLabel("Type the PIN from the big screen").fill(host.pin);
  await page.getByRole("button", { name: "Join the game" }).click();
  await expect(page.getByRole("heading", { name: "The Solar System" })).toBeVisible();
  await context.close();
});

test("every kind of question is answered in its own way, with keys too", async ({ person, nodes }) => {
  const options = (right: string[], wrong: string[]) => [
    ...right.map((text) => ({ text, right: true })),
    ...wrong.map((text) => ({ text })),
  ];
  const host = await begin(
    nodes[0],
    PLANETS,
    { kind: "several", text: "Which are gas giants?", seconds: 60, options: options(["Jupiter", "Saturn"], ["Mars"]) },
    { kind: "typed", text: "Which planet is red?", seconds: 60, acceptedAnswers: ["Mars"] },
    { kind: "number", text: "How many planets are there?", seconds: 60, number: "8" },
    { kind: "order", text: "From the Sun outwards", seconds: 60, options: options([], ["Venus", "Earth", "Mars"]) },
    { kind: "poll", text: "Would you go there?", seconds: 60, options: options([], ["Yes", "No"]) },
  );
  const noor = await person("Noor");
  await play(noor, host.pin);

  await host.start();
  await expect(button(noor, "C, Jupiter")).toBeVisible();
  await expect(heading(noor, PLANETS.text)).toBeFocused();
  await noor.page.keyboard.press("3");
  await expect(heading(noor, "Right")).toBeVisible();
  await expect(noor.page.getByText(PLANETS.explanation!)).toBeVisible();

  await host.nextQuestion();
  await button(noor, "A, Jupiter").click();
  await expect(button(noor, "A, Jupiter")).toHaveAttribute("aria-pressed", "true");
  await button(noor, "Lock in").click();
  await expect(heading(noor, "Partly right")).toBeVisible();

  await host.nextQuestion();
  await noor.page.getByLabel("Your answer").fill(" mars ");
  await noor.page.keyboard.press("Enter");
  await expect(heading(noor, "Right")).toBeVisible();

  await host.nextQuestion();
  const number = noor.page.getByLabel("Your answer");
  await expect(number).toHaveAttribute("inputmode", "decimal");
  await number.fill("eight");
  await button(noor, "Lock in").click();
  await expect(noor.page.getByRole("alert").filter({ hasText: "Type a number" })).toBeVisible();
  await number.fill("9");
  await button(noor, "Lock in").click();
  await expect(heading(noor, "Not this one")).toBeVisible();

  await host.nextQuestion();
  const rows = noor.page.getByRole("list").filter({ hasText: "Venus" }).getByRole("listitem");
  for (const [place, planet] of ["Venus", "Earth", "Mars"].entries()) {
    // At most as often as there are rows: from the last place to the first.
    while (!(await rows.nth(place).textContent())!.includes(planet)) {
      const up = button(noor, `Move ${planet} up`);
      await up.click();
      await expect(up).toBeFocused();
    }
  }
  await button(noor, "Lock in").click();
  await expect(heading(noor, "Right")).toBeVisible();

  await host.nextQuestion();
  await expect(button(noor, "B, No")).toBeVisible();
  await noor.page.keyboard.press("b");
  await expect(heading(noor, "Thanks for voting")).toBeVisible();
  await expect(noor.page.getByText("Nobody else chose it.")).toBeVisible();
});

test("an answer that is given while the connection is cut is kept, sent and counted", async ({ person, nodes, loadBalancer }) => {
  const host = await begin(nodes[0], PLANETS);
  const balancer = await loadBalancer();
  const noor = await person("Noor", { loadBalancer: balancer });
  await play(noor, host.pin);
  await host.start();
  await expect(button(noor, "C, Jupiter")).toBeVisible();
  balancer.shut();
  await expect(noor.connection).not.toHaveText(/Live/);
  await button(noor, "C, Jupiter").click();
  await expect(noor.page.getByText("Your answer is kept. It is sent when you are back.")).toBeVisible();
  balancer.reopen();
  await noor.networkReturns();
  await expect(heading(noor, "Right")).toBeVisible();
});

test("whoever comes back into a question is asked for an answer once the page takes it", async ({ person, nodes }) => {
  const host = await begin(nodes[0], PLANETS);
  const [noor, tomas] = [await person("Noor"), await person("Tomas", { node: 1 })];
  for (const player of [noor, tomas]) await play(player, host.pin);
  await host.start();
  await expect(button(noor, "C, Jupiter")).toBeEnabled();
  let arrive = () => {};
  const arrives = new Promise<void>((resolve) => (arrive = resolve));
  await noor.page.route(/\.wasm$/, (route) => arrives.then(() => route.continue()));
  await noor.page.reload();
  await expect(button(noor, "C, Jupiter")).toBeVisible();
  await expect(button(noor, "C, Jupiter")).toBeDisabled();
  arrive();
  await expect(button(noor, "C, Jupiter")).toBeEnabled();
  await noor.page.keyboard.press("3");
  await expect(button(noor, "C, Jupiter")).toHaveAttribute("aria-pressed", "true");
});

test("time marks are said, and whose time is over reads so", async ({ person, nodes }) => {
  const host = await begin(nodes[0], { ...PLANETS, seconds: 7 });
  const noor = await person("Noor");
  await play(noor, host.pin);
  await host.start();
  await expect(noor.page.getByRole("timer")).toHaveAttribute("aria-label", /seconds left/);
  await expect(noor.page.getByRole("status").filter({ hasText: "5 seconds left." })).toBeAttached();
  await host.sees("reveal");
  await expect(heading(noor, "No answer")).toBeVisible();
  await expect(noor.page.getByRole("status").filter({ hasText: "No answer. No points. It was Jupiter." })).toBeAttached();
});

test("a player reads that the game is paused, and that the host is gone and back", async ({ person, nodes }) => {
  const host = await begin(nodes[0], PLANETS);
  const noor = await person("Noor");
  await play(noor, host.pin);
  await host.start();
  host.step("pause");
  await expect(noor.page.getByText("Paused.")).toBeVisible();
  await noor.page.keyboard.press("3");
  await expect(button(noor, "C, Jupiter")).toHaveAttribute("aria-pressed", "false");
  host.step("resume");
  await expect(noor.page.getByText("Answer now.")).toBeVisible();
  host.leave();
  await expect(noor.page.getByText("The host is gone for a moment. The game waits, your points are safe.")).toBeVisible({ timeout: 20_000 });
});

test("on a phone all four answers are in sight, however long the question is", async ({ person, nodes }) => {
  const long = "On which of the planets does a year take longer than a long human life, though it is as blue as the sea, with more moons than fingers on two hands?";
  const host = await begin(nodes[0], ask(long, "Neptune, the farthest one", ["Mercury, the smallest one", "Earth, where all of us live", "Jupiter, the largest of all"], 60));
  const noor = await person("Noor", {}, { viewport: { width: 360, height: 640 } });
  await play(noor, host.pin);
  await host.start();
  for (const letter of ["A", "B", "C", "D"]) {
    await expect(noor.page.getByRole("button", { name: new RegExp(`^${letter}, `) })).toBeInViewport({ ratio: 1 });
  }
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`nobody is kept out of any phase by ${colorScheme === "light" ? "day" : "night"}`, async ({ person, nodes }, info) => {
    const host = await begin(nodes[0], PLANETS);
    const noor = await person("Noor", {}, { colorScheme, reducedMotion: "reduce" });
    const fits = (phase: string) => fitsEverybody(noor.page, info, `player-${phase}-${colorScheme}`);
    await noor.page.goto(new URL("/play", noor.page.url()).href);
    await fits("pin");
    await noor.page.goto(new URL(`/play/${host.pin}`, noor.page.url()).href);
    await expect(button(noor, "Join")).toBeVisible();
    await fits("nickname");
    await play(noor, host.pin);
    await fits("lobby");
    await host.start();
    await expect(button(noor, "C, Jupiter")).toBeVisible();
    await fits("open");
    await button(noor, "C, Jupiter").click();
    await host.sees("reveal");
    await expect(heading(noor, "Right")).toBeVisible();
    await fits("result");
    host.step("next");
    await expect(heading(noor, "Leaderboard")).toBeVisible();
    await fits("places");
    host.step("next");
    await expect(noor.page.getByText(/^of 1 player$/)).toBeVisible();
    await fits("podium");
    host.step("end");
    await expect(heading(noor, "The game is over")).toBeVisible();
    await fits("ended");
  });
}
