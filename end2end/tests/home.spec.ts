// The front page: the way back into a game, the end of a session, and names that are too long.
import { expect, test } from "../fixtures";
import { ask, host, play } from "../fixtures/class";

// A browser reports what the server refuses, too.
test.use({ expectedErrors: /status of 422/ });

const PLANETS = ask("Which planet has the shortest day?", "Jupiter", ["Mercury", "Earth", "Neptune"]);

test("whoever has a seat in a game finds the way back on the front page, until the game ends", async ({ person, browser, nodes }) => {
  const teacher = await person("Ms Rivera");
  const noor = await person("Noor", { node: 1 });
  const pin = await host(teacher, { title: "Planets", questions: [PLANETS] });
  // Whoever has only looked at the door has no seat to go back to.
  await noor.page.goto(new URL(`/play/${pin}`, noor.page.url()).href);
  await noor.page.goto(new URL("/", noor.page.url()).href);
  await expect(noor.page.getByRole("link", { name: "Back to the game" })).toHaveCount(0);

  await play(noor, pin);
  await noor.page.goto(new URL("/", noor.page.url()).href);
  const open = noor.page.getByRole("region", { name: "Your game is still open" });
  await expect(open).toContainText("Planets");
  // It needs no scripts: the server says it.
  const plain = await browser.newContext({ javaScriptEnabled: false, storageState: await noor.context.storageState() });
  const page = await plain.newPage();
  await page.goto(nodes[0].url);
  await expect(page.getByRole("link", { name: "Back to the game" })).toBeVisible();
  await plain.close();

  await open.getByRole("link", { name: "Back to the game" }).click();
  await expect(noor.page.getByRole("heading", { name: "You are in, Noor." })).toBeVisible();
});

for (const javaScriptEnabled of [true, false]) {
  test(`whoever signs out is told so once, ${javaScriptEnabled ? "with" : "without"} JavaScript`, async ({ browser, nodes, watch }) => {
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    watch(page);
    await page.goto(nodes[0].url);
    const before = await page.getByLabel(/Hello, I.m/).inputValue();
    await page.getByText("Sign out", { exact: true }).click();
    await page.getByRole("button", { name: "Sign out and forget me here" }).click();
    const told = page.getByText("You are signed out. Here you are a new guest, under another name.");
    await expect(told).toBeVisible();
    expect(await page.getByLabel(/Hello, I.m/).inputValue()).not.toBe(before);
    await page.reload();
    await expect(page.getByLabel(/Hello, I.m/)).toBeVisible();
    await expect(told).toHaveCount(0);
    await context.close();
  });
}

test("nothing that is typed is cut off: what is too long is told with how much fits", async ({ person }) => {
  const ana = await person("Ana");
  const [name, title] = [ana.page.getByLabel(/Hello, I.m/), ana.page.getByLabel("Open a room")];
  await name.fill("N".repeat(40));
  await expect(ana.page.getByRole("alert").filter({ hasText: "That is 40 characters; 32 fit. Shorten it." })).toBeVisible();
  await expect(name).toHaveValue("N".repeat(40));
  await name.fill("Noor");
  await expect(ana.page.getByText("32 fit")).toHaveCount(0);
  await title.fill("t".repeat(1_200));
  await expect(ana.page.getByText("That is 1,200 characters; 64 fit. Shorten it.")).toBeVisible();
  await title.press("Enter");
  await expect(title).toHaveValue("t".repeat(1_200));
  expect(new URL(ana.page.url()).pathname).toBe("/");
});

test("without JavaScript a name and a title that are too long are there again, with how much fits", async ({ browser, nodes }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(nodes[0].url);
  await page.getByLabel("Open a room").fill("t".repeat(70));
  await page.getByRole("button", { name: "Open" }).click();
  await expect(page.getByText("That is 70 characters; 64 fit. Shorten it.")).toBeVisible();
  await expect(page.getByLabel("Open a room")).toHaveValue("t".repeat(70));
  await page.getByLabel(/Hello, I.m/).fill("N".repeat(33));
  await page.getByLabel(/Hello, I.m/).press("Enter");
  await expect(page.getByText("That is 33 characters; 32 fit. Shorten it.")).toBeVisible();
  await expect(page.getByLabel(/Hello, I.m/)).toHaveValue("N".repeat(33));
  await context.close();
});

test("the room that somebody comes into counts them from its first moment", async ({ nodes, room }) => {
  const html = await (await fetch(`${nodes[0].url}/rooms/${room}`)).text();
  expect(html).toContain("It is just you.");
  expect(html.replace(/<!--.*?-->|\s+/g, " ").replace(/<[^>]*>/g, " ").replace(/\s+/g, " ")).toContain(" 1 here now ");
});

test("day turns to night at once: no colour follows at a speed of its own", async ({ person, room }) => {
  const ana = await person("Ana", {}, { colorScheme: "light" });
  await ana.enter(room);
  await ana.page.evaluate(async () => {
    // The pill that says "Live" fades in when the room is entered: that begins with a frame, and ends first.
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    await frame();
    const running = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(running.map((transition) => transition.finished));
    const begun: string[] = [];
    Object.assign(window, { begun });
    addEventListener("transitionrun", (event) => begun.push(event.propertyName), true);
  });
  await ana.page.getByRole("button", { name: "Night" }).click();
  await expect(ana.page.locator("html")).toHaveAttribute("data-theme", "dark");
  const begun = await ana.page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    await frame();
    return (window as unknown as { begun: string[] }).begun;
  });
  expect(begun.filter((property) => /color/.test(property))).toEqual([]);
});
