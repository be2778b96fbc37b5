// Who is not in a game misses nothing of it, and is not told to be offline.
import { expect, test } from "../fixtures";
import { open } from "../fixtures/wall";

test("nobody is told to be offline after a refused nickname, nor by a game that is over", async ({ person }) => {
  const wall = await open(await person("Ms Rivera"));
  await wall.joins("Ada");
  const noor = await person("Noor");
  await noor.page.clock.install();
  await noor.page.goto(new URL(`/play/${wall.pin}`, noor.page.url()).href);
  const join = async (name: string) => {
    await noor.page.getByLabel("Your name", { exact: true }).fill(name);
    await noor.page.getByRole("button", { name: "Join", exact: true }).click();
  };
  await join("Ada");
  await expect(noor.page.getByRole("alert").filter({ hasText: "Ada" })).toBeVisible();
  await noor.page.clock.fastForward(10_000);
  await expect(noor.notice).toHaveCount(0);
  await wall.press(/^Menu/);
  await wall.press("End the game");
  await wall.page.getByRole("group", { name: /End the game now/ }).getByRole("button", { name: "End the game" }).click();
  await expect(wall.heading("Well played")).toBeVisible();
  await join("Noor");
  await expect(noor.page.getByText("This game is over.")).toBeVisible();
  await noor.page.clock.fastForward(10_000);
  await expect(noor.notice).toHaveCount(0);
  wall.leave();
});
