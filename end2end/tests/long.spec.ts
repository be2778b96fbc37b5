// A talk of ten thousand messages, read back to its beginning.
import { expect, pour, test } from "../fixtures";
import type { Person } from "../fixtures";
import { Meter } from "../fixtures/meter";

test.use({ flags: ["--rate-limit", "off"], expectedErrors: /net::ERR_FAILED/ });

const MANY = 10_000;
const FEW = 200;
const LIVE = 20;

/** Scrolls up, and again when more is there, until the first message is. */
async function readBack(person: Person) {
  await person.log.evaluate(
    (log) =>
      new Promise<void>((done) => {
        const up = () => {
          if (!log.querySelector(".log__earlier")) return done();
          log.scrollTo(0, -log.scrollHeight);
          requestAnimationFrame(up);
        };
        up();
      }),
  );
}

/** From the top towards the end and back. */
async function wheel(person: Person, ticks: number) {
  for (const step of [120, -120]) {
    for (let tick = 0; tick < ticks / 2; tick++) await person.page.mouse.wheel(0, step);
  }
}

/** Window by window, and from end to end. */
async function keys(person: Person) {
  for (const key of ["PageDown", "PageUp"]) {
    for (let press = 0; press < 12; press++) await person.page.keyboard.press(key);
  }
  for (const key of ["End", "Home", "End", "Home"]) await person.page.keyboard.press(key);
}

/** How many messages the browser has laid out. */
function laidOut(person: Person): Promise<number> {
  return person.said.evaluateAll((all) => all.filter((text) => text.checkVisibility({ contentVisibilityAuto: true })).length);
}

/** The message in the middle of the log, and how far from the top of the window. */
async function middle(person: Person): Promise<{ text: string; top: number }> {
  return person.log.evaluate((log) => {
    const { top, height } = log.getBoundingClientRect();
    const all = [...log.querySelectorAll<HTMLElement>(".said__text")].filter((text) => text.checkVisibility({ contentVisibilityAuto: true }));
    const found = all.find((text) => text.getBoundingClientRect().top > top + height / 2)!;
    return { text: found.textContent!, top: found.getBoundingClientRect().top };
  });
}

/** How far it has moved since. */
async function moved(person: Person, from: { text: string; top: number }): Promise<number> {
  const top = await person.said.getByText(from.text, { exact: true }).evaluate((text) => text.getBoundingClientRect().top);
  return Math.abs(top - from.top);
}

test("ten thousand messages cost a slow computer hardly more than two hundred", async ({ person, bot, room }) => {
  test.setTimeout(300_000);
  const measured: { scroll: number; live: number }[] = [];
  for (const howMany of [FEW, MANY]) {
    const here = `${room}-${howMany}`;
    await pour(here, howMany, bot);
    const ana = await person("Ana");
    await ana.enter(here);
    const meter = await Meter.at(ana);
    const back = await meter.busy(() => readBack(ana));
    await expect(ana.said).toHaveCount(howMany); // all there: to be found, selected, read aloud
    expect(await laidOut(ana)).toBeLessThanOrEqual(500);

    const raw = await bot();
    await raw.join(here);
    await meter.slowDown();
    const live = await meter.busy(async () => {
      for (let n = 1; n <= LIVE; n++) await raw.say(`news ${n}`, here);
      await ana.page.locator(".log-frame__new", { hasText: `${LIVE} new` }).waitFor();
    });
    await ana.log.hover();
    await ana.log.focus();
    const frames: string[] = [];
    const scroll = await meter.busy(async () => {
      frames.push(await meter.frames(() => wheel(ana, 120)), await meter.frames(() => keys(ana)));
    });
    expect(await laidOut(ana)).toBeLessThanOrEqual(500);
    measured.push({ scroll, live });
    console.log(
      `${howMany} messages: ${((50 * back) / (howMany - 50)).toFixed(0)} ms for a page of earlier ones; ${await meter.size()}; ` +
        `on a slow processor wheel ${frames[0]}, keys ${frames[1]}, ${scroll.toFixed(0)} ms busy; ` +
        `${(live / LIVE).toFixed(1)} ms for a new message`,
    );
    await ana.page.close();
  }
  const [few, many] = measured;
  expect(many.scroll).toBeLessThan(6 * few.scroll);
  expect(many.live).toBeLessThan(6 * few.live);
});

test("what is read stays in its place while earlier messages come above and others write below", async ({ person, bot, room }) => {
  await pour(room, 1000, bot);
  const ana = await person("Ana");
  await ana.enter(room);
  await ana.log.hover();
  await ana.page.mouse.wheel(0, -1500);
  const place = await middle(ana);
  await expect(ana.said).not.toHaveCount(50); // fetched before anybody saw the top
  expect(await moved(ana, place)).toBeLessThanOrEqual(1);

  await readBack(ana);
  await ana.log.evaluate((log) => log.scrollTo(0, -log.scrollHeight / 2));
  const half = await middle(ana);
  const raw = await bot();
  await raw.join(room);
  for (let n = 1; n <= 60; n++) await raw.say(`news ${n}`, room);
  await expect(ana.page.getByRole("button", { name: "60 new messages" })).toBeVisible();
  expect(await moved(ana, half)).toBeLessThanOrEqual(1);
});

test("what is read stays in its place when the window was turned", async ({ person, bot, room }) => {
  await pour(room, 600, bot);
  const ana = await person("Ana");
  await ana.enter(room);
  await readBack(ana);
  await ana.page.setViewportSize({ width: 400, height: 800 });
  for (let step = 0; step < 12; step++) {
    const place = await middle(ana);
    await ana.log.evaluate((log) => log.scrollBy(0, 200));
    await ana.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    expect(Math.abs((await moved(ana, place)) - 200)).toBeLessThanOrEqual(1);
  }
});

test("what is out of sight can be found, selected and read aloud", async ({ person, bot, room }) => {
  await pour(room, 1000, bot);
  const ana = await person("Ana");
  await ana.enter(room);
  await readBack(ana);
  const texts = await ana.said.allTextContents();
  const wanted = ana.said.filter({ hasText: /^line 501$/ });
  await expect(wanted).not.toBeInViewport();
  const found = await ana.page.evaluate(() => {
    (window as unknown as { find(text: string): boolean }).find("line 501");
    return getSelection()!.focusNode!.textContent;
  });
  expect(found).toBe("line 501");

  const selected = await ana.log.evaluate((log) => {
    getSelection()!.selectAllChildren(log);
    return getSelection()!.toString();
  });
  for (const text of [texts[0], texts[500], texts[999]]) expect(selected).toContain(text.trim());

  const cdp = await ana.context.newCDPSession(ana.page);
  const { nodes } = await cdp.send("Accessibility.getFullAXTree");
  const names = new Set(nodes.map((node) => node.name?.value));
  for (const text of [texts[0], texts[500], texts[999]]) expect(names).toContain(text);
});

test("the keyboard is not lost with the last page of earlier messages", async ({ person, bot, room }) => {
  await pour(room, 120, bot);
  const ana = await person("Ana");
  await ana.page.route("**/api/history", (route) => route.abort()); // nothing comes by itself
  await ana.enter(room);
  await ana.scrollUp();
  const button = ana.log.getByRole("button");
  await expect(button).toHaveText(/Try again/);
  await ana.page.unroute("**/api/history");
  await button.focus();
  await ana.page.keyboard.press("Enter");
  await expect(ana.said).not.toHaveCount(50);
  await readBack(ana);
  await expect(ana.said).toHaveCount(120);
  await expect(ana.log).toBeFocused();
});
