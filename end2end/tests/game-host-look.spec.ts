// The wall in every phase: nobody is kept out, and nothing scrolls sideways.
import { expect, test } from "../fixtures";
import { fitsEverybody } from "../fixtures/barriers";
import { open } from "../fixtures/wall";

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
    await wall.press("Show the leaderboard");
    await expect(wall.heading("Leaderboard")).toBeVisible();
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
