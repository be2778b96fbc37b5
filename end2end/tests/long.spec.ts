// A talk of ten thousand messages, read back to its beginning.
import { expect, pour, test } from "../fixtures";
import type { Person } from "../fixtures";
import { Frame, Meter } from "../fixtures/meter";

test.use({
  flags: ["--rate-limit", "off"],
  expectedErrors: /net::ERR_FAILED/,
  trace: "off", // it would copy ten thousand rows at every step, and be what is measured
});

const MANY = 10_000;
const FRAMES = 90;
const LIVE = 20;
/** So many messages are laid out at most: the chunks around the reader, and those at the ends. */
const LAID_OUT = 400;
/** A browser that holds a place rounds it to whole pixels, before and after; a row has thirty. */
const ROUNDED = 1.5;

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

/** Scrolls by so many pixels before every frame; says how many frames there were in a second. */
function scroll(person: Person, step: number): Promise<number> {
  return person.log.evaluate(
    (log, [step, frames]) =>
      new Promise<number>((done) => {
        let seen = -1;
        let began = 0;
        const look = (now: number) => {
          if (++seen === 0) began = now;
          if (seen === frames) return done((1000 * frames) / (now - began));
          log.scrollBy(0, step);
          requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }),
    [step, FRAMES],
  );
}

/** Until the last row says so; without asking ten thousand of them for it. */
async function hear(person: Person, text: string) {
  await person.page.waitForFunction((text) => {
    const all = document.querySelectorAll(".message__text");
    return all[all.length - 1].textContent === text;
  }, text);
}

/** How many messages the browser has laid out. */
function laidOut(person: Person): Promise<number> {
  return person.messages.evaluateAll((all) => all.filter((text) => text.checkVisibility({ contentVisibilityAuto: true })).length);
}

/**
 * The message in the middle of the log, and how far from the top of the window.
 * Until a frame is painted where the log was scrolled to, nothing there is laid out.
 */
async function middle(person: Person): Promise<{ text: string; top: number }> {
  return person.log.evaluate(async (log) => {
    await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
    const { top, height } = log.getBoundingClientRect();
    const all = [...log.querySelectorAll<HTMLElement>(".message__text")].filter((text) => text.checkVisibility({ contentVisibilityAuto: true }));
    const found = all.find((text) => text.getBoundingClientRect().bottom > top + height / 2)!;
    const at = found.getBoundingClientRect().top;
    if (at > top + height) throw new Error("nothing is laid out in the middle of the log");
    return { text: found.textContent!, top: at };
  });
}

/** How far it has moved since. */
async function moved(person: Person, from: { text: string; top: number }): Promise<number> {
  const top = await person.messages.getByText(from.text, { exact: true }).evaluate((text) => text.getBoundingClientRect().top);
  return Math.abs(top - from.top);
}

test("ten thousand messages scroll at 60 frames a second", async ({ person, bot, room, browser }) => {
  test.setTimeout(180_000);
  await pour(room, MANY, bot);
  const ana = await person("Ana");
  await ana.enter(room);
  await readBack(ana);
  await expect(ana.messages).toHaveCount(MANY); // all there: to be found, selected, read aloud
  expect(await laidOut(ana)).toBeLessThanOrEqual(LAID_OUT);

  // How many frames are painted depends on who else uses the machine. What
  // counts is whether the page's own thread is done with each in time.
  const [meter, frame] = [await Meter.at(ana.page), await Frame.at(browser)];
  const inTime = async (what: string, times: number, doing: () => Promise<unknown>, also = () => "") => {
    const before = await frame.ms();
    const work = (await meter.busy(doing)) / times;
    const limit = (before + (await frame.ms())) / 2;
    console.log(`${what}: ${work.toFixed(1)} ms of work, and a frame has time for ${limit.toFixed(1)} ms${also()}`);
    expect(work, what).toBeLessThan(limit);
  };
  for (const [how, step] of [["slowly", 40], ["with a wheel", 120], ["back", -120], ["in haste", 600]] as const) {
    let painted = 0;
    const scrolling = async () => void (painted = await scroll(ana, step));
    await inTime(`scrolling ${how}, a frame`, FRAMES, scrolling, () => `, ${painted.toFixed(0)} frames/s`);
  }
  expect(await laidOut(ana)).toBeLessThanOrEqual(LAID_OUT);

  const raw = await bot();
  await raw.join(room);
  await inTime("a new message", LIVE, async () => {
    for (let n = 1; n <= LIVE; n++) await raw.say(`news ${n}`, room);
    await hear(ana, `news ${LIVE}`);
  });
  await frame.close();
});

test("what is read stays in its place while earlier messages come above and others write below", async ({ person, bot, room }) => {
  await pour(room, 1000, bot);
  const ana = await person("Ana");
  await ana.enter(room);
  await ana.log.hover();
  await ana.page.mouse.wheel(0, -1500);
  await expect.poll(() => ana.log.evaluate((log) => log.scrollTop)).toBeLessThan(0);
  const place = await middle(ana);
  await expect(ana.messages).not.toHaveCount(50); // fetched before anybody saw the top
  expect(await moved(ana, place)).toBeLessThanOrEqual(ROUNDED);

  await readBack(ana);
  await ana.log.evaluate((log) => log.scrollTo(0, -log.scrollHeight / 2));
  const half = await middle(ana);
  const raw = await bot();
  await raw.join(room);
  for (let n = 1; n <= 60; n++) await raw.say(`news ${n}`, room);
  await expect(ana.page.getByRole("button", { name: "60 new messages" })).toBeVisible();
  expect(await moved(ana, half)).toBeLessThanOrEqual(ROUNDED);
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
  const texts = await ana.messages.allTextContents();
  const wanted = ana.messages.filter({ hasText: /^line 501$/ });
  await expect(wanted).not.toBeInViewport();
  const found = await ana.page.evaluate(() => {
    getSelection()!.collapse(document.body, 0); // it looks from there on, and not from the place to write
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
  await expect(ana.messages).not.toHaveCount(50);
  await readBack(ana);
  await expect(ana.messages).toHaveCount(120);
  await expect(ana.log).toBeFocused();
});
