// A room with very many people: who is there is told in pages, by keyboard too.
import AxeBuilder from "@axe-core/playwright";

import { expect, test } from "../fixtures";

const OTHERS = 230;

test("the list of a large room is read page by page with the keyboard", async ({ person, room, bot }, info) => {
  test.slow(); // a crowd needs time on a small machine
  const crowd = await Promise.all(Array.from({ length: OTHERS }, () => bot()));
  await Promise.all(crowd.map((one) => one.join(room)));
  const ana = await person("Ana", {}, { colorScheme: "light", reducedMotion: "reduce" });
  await ana.enter(room);
  const panel = ana.page.getByRole("complementary", { name: /here/ });
  const more = panel.getByRole("button", { name: "Show more people" });
  await expect(panel.getByRole("heading", { name: `${OTHERS + 1} here now` })).toBeVisible();
  await expect(ana.people).toHaveCount(100);
  await expect(panel).toContainText("and 131 more");
  const look = async (name: string) => {
    for (const colorScheme of ["light", "dark"] as const) {
      await ana.page.emulateMedia({ colorScheme });
      const { violations } = await new AxeBuilder({ page: ana.page }).include(".people__show").analyze();
      expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" | ")}`)).toEqual([]);
      await info.attach(`${name}-${colorScheme}`, { body: await ana.page.screenshot({ path: info.outputPath(`${name}-${colorScheme}.png`) }), contentType: "image/png" });
    }
  };

  await more.scrollIntoViewIfNeeded();
  await look("panel");
  await more.focus();
  await ana.page.keyboard.press("Enter");
  // The reader is in the list from the beginning, so a page may bring one new person less.
  await expect(panel).toContainText(/and 3[12] more/);
  await expect(panel.getByText(/^(199|200) people are listed$/)).toHaveRole("status");
  await expect(more).toBeFocused();

  // The numbers change, and the button stays where it is.
  const late = await bot();
  await late.join(room);
  await expect(panel.getByRole("heading", { name: `${OTHERS + 2} here now` })).toBeVisible();
  await expect(more).toBeFocused();

  await ana.page.keyboard.press("Enter");
  await expect(ana.people).toHaveCount(OTHERS + 2);
  await expect(more).toHaveCount(0);
  await expect(panel.getByRole("list")).toBeFocused();

  crowd.slice(0, 40).forEach((one) => one.close());
  await expect(ana.people).toHaveCount(OTHERS + 2 - 40, { timeout: 15_000 });
});

test("more people can be shown on a phone, and without JavaScript they are counted", async ({ person, room, bot }, info) => {
  const crowd = await Promise.all(Array.from({ length: 120 }, () => bot()));
  await Promise.all(crowd.map((one) => one.join(room)));
  const ana = await person("Ana", {}, { reducedMotion: "reduce" });
  await ana.page.setViewportSize({ width: 320, height: 640 });
  await ana.enter(room);
  await ana.page.getByRole("button", { name: "121 people here" }).click();
  const sheet = ana.page.getByRole("dialog");
  const more = sheet.getByRole("button", { name: "Show more people" });
  await more.scrollIntoViewIfNeeded();
  for (const colorScheme of ["light", "dark"] as const) {
    await ana.page.emulateMedia({ colorScheme });
    expect(await ana.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    await info.attach(`sheet-${colorScheme}`, { body: await ana.page.screenshot({ path: info.outputPath(`sheet-${colorScheme}.png`) }), contentType: "image/png" });
  }
  await more.click();
  await expect(sheet.getByRole("listitem")).toHaveCount(121);

  const plain = await ana.page.context().browser()!.newContext({ javaScriptEnabled: false });
  const page = await plain.newPage();
  await page.goto(ana.page.url());
  await expect(page.getByText(/and 2[01] more/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Show more people" })).toBeHidden();
  await plain.close();
});
