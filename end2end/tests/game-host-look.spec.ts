// The wall in every phase: nobody is kept out, and nothing scrolls sideways.
import { expect, test } from "../fixtures";
import { fitsEverybody } from "../fixtures/barriers";
import { host } from "../fixtures/class";
import { open, Wall } from "../fixtures/wall";

for (const colorScheme of ["light", "dark"] as const) {
  test(`every phase can be used by everybody, at every width, in ${colorScheme} colours`, async ({ person }, info) => {
    test.slow();
    const teacher = await person("Ms Rivera", undefined, { colorScheme, reducedMotion: "reduce" });
    const wall = await open(teacher);
    const look = (name: string) => fitsEverybody(wall.page, info, `host-${name}-${colorScheme}`);
    await look("empty");
    const [ada, noor] = await wall.joins("Ada", "نور", "Maximiliane-Josephin");
    await expect(wall.players).toHaveCount(3);
    await look("lobby");
    await wall.begin();
    await wall.press("No time limit");
    await expect(wall.ring).toBeHidden();
    await ada.answers({ choice: 2 });
    await noor.answers({ choice: 1 });
    await expect(wall.page.locator(".answered__count")).toHaveText("2 of 3 answered");
    await look("question");
    await wall.press("Menu");
    await expect(wall.page.getByRole("dialog", { name: "This game" })).toBeVisible();
    await look("menu");
    await wall.page.keyboard.press("Escape");
    await wall.press("Show the answer");
    await expect(wall.page.getByRole("figure")).toBeVisible();
    await look("reveal");
    await wall.showLeaderboard();
    await look("places");
    await wall.press("Next question");
    await ada.sees("open", 1);
    await wall.press("Skip");
    await expect(wall.heading("Third place")).toBeVisible();
    await look("third");
    await wall.press("Second place");
    await wall.press("First place");
    await expect(wall.heading("Well played")).toBeVisible();
    await look("podium");
    await wall.press("Results");
    await expect(wall.page.getByRole("row", { name: /Ada/ })).toBeVisible();
    await look("results");
    wall.leave();
  });
}

/** Where less than 4 px are between a count and its share, or the bar beneath. */
function gaps(columns: Element[]) {
  const box = (column: Element, part: string) => column.querySelector(`.bars__${part}`)!.getBoundingClientRect();
  return columns.flatMap((column) => {
    const [count, share, bar] = ["count", "share", "bar"].map((part) => box(column, part));
    const beside = share.left - count.right >= 4 || share.top >= count.bottom;
    return beside && bar.top - Math.max(count.bottom, share.bottom) >= 4 ? [] : [column.textContent];
  });
}

/** The checks that reach out of their bars. */
function cut(checks: Element[]) {
  const reaches = (check: Element) => check.getBoundingClientRect().bottom > check.parentElement!.getBoundingClientRect().bottom;
  return checks.filter(reaches).map((check) => check.parentElement!.className);
}

const LONG = "Because the gas giants kept most of the spin of the cloud that they were born of";

test("four answers of 80 letters are whole at the reveal, and the buttons in sight", async ({ person }) => {
  const teacher = await person("Ms Rivera", undefined, { viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" });
  const options = ["a", "b", "c", "d"].map((end, at) => ({ text: LONG.slice(0, 79) + end, right: at === 2 || undefined }));
  const pin = await host(teacher, { title: "Jupiter", questions: [{ kind: "choice", text: "Why does it turn so quickly?", seconds: 60, explanation: "It kept its spin.", options }] });
  const wall = new Wall(teacher.page, pin);
  const [ada, noor] = await wall.joins("Ada", "Noor");
  await wall.begin();
  await ada.answers({ choice: 2 });
  await noor.answers({ choice: 0 });
  await expect(wall.page.getByRole("figure")).toBeVisible();
  await expect(wall.button("Show the podium")).toBeInViewport({ ratio: 1 });
  for (const text of await wall.page.locator(".bars__text").all()) {
    await expect(text).toBeInViewport({ ratio: 1 });
    expect(await text.evaluate((it) => it.scrollHeight <= it.clientHeight + 1 || getComputedStyle(it).display === "inline")).toBe(true);
  }
  expect(await wall.page.locator(".bars__check:visible").evaluateAll(cut), "a check stays in its bar").toEqual([]);
  // How many chose it stands apart from its share, its bar and its letter.
  await expect(wall.page.locator(".bars__count")).toHaveText(["1", "0", "1", "0"]);
  await expect(wall.page.locator(".bars__share")).toHaveText(["50%", "0%", "50%", "0%"]);
  expect(await wall.page.locator(".bars__col").evaluateAll(gaps), "nothing is glued to a count").toEqual([]);
  // On a phone, too, no check is cut off by its bar.
  await wall.page.setViewportSize({ width: 390, height: 844 });
  expect(await wall.page.locator(".bars__check:visible").evaluateAll(cut)).toEqual([]);
  expect(await wall.page.locator(".bars__col").evaluateAll(gaps)).toEqual([]);
  // One of two was right, so one smiles.
  await expect(wall.page.locator(".explanation__crowd .avatar")).toHaveCount(2);
  await expect(wall.page.locator(".explanation__crowd .avatar__lid")).toHaveCount(1);
  wall.leave();
});

test("everybody who answered stands on one line, and a poll is not hatched", async ({ person }) => {
  const teacher = await person("Ms Rivera", undefined, { viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" });
  const options = ["Museum", "Zoo"].map((text) => ({ text }));
  const pin = await host(teacher, { title: "The trip", questions: [{ kind: "poll", text: "Where do we go?", seconds: 60, options }] });
  const wall = new Wall(teacher.page, pin);
  await wall.joins(...Array.from({ length: 36 }, (_, at) => `Pupil ${at + 1}`));
  await wall.begin();
  const arches = wall.page.locator(".answered__one");
  for (const [width, count] of [[1280, 36], [390, 18]]) {
    await wall.page.setViewportSize({ width, height: 800 });
    await expect(arches, `${width} px`).toHaveCount(count);
    const feet = await arches.evaluateAll((all) => new Set(all.map((arch) => Math.round(arch.getBoundingClientRect().bottom))).size);
    expect(feet, "one line").toBe(1);
  }
  await expect(wall.page.getByText("1 arch is 2 players")).toBeVisible();
  await wall.pupils[0].answers({ choice: 0 });
  await wall.press("Show the answer");
  await expect(wall.page.getByRole("figure")).toBeVisible();
  await expect(wall.page.getByRole("columnheader")).toHaveText(["Answer", "Players", "Share"]);
  const hatched = await wall.page.locator(".bars__bar").evaluateAll((bars) => bars.some((bar) => getComputedStyle(bar).backgroundImage !== "none"));
  expect(hatched).toBe(false);
  wall.leave();
});
