// Who may be in a game, and who may host it.
import { expect, test } from "../fixtures";
import { Pupil } from "../fixtures/pupil";
import { open, Wall } from "../fixtures/wall";

test("the host sends somebody away, and is asked first", async ({ person }) => {
  const teacher = await person("Ms Rivera");
  const wall = await open(teacher);
  const [, mallory] = await wall.joins("Ada", "Mallory");
  await wall.players.nth(1).hover();
  await wall.sendsAway("Mallory");
  const asked = wall.page.getByRole("dialog", { name: "Remove Mallory?" });
  // The space bar, pressed at once, ticks nothing.
  await expect(asked.getByRole("heading")).toBeFocused();
  await wall.page.keyboard.press(" ");
  await expect(asked.getByRole("checkbox")).not.toBeChecked();
  await asked.getByRole("button", { name: "Cancel" }).click();
  await expect(wall.players).toHaveCount(2);
  await wall.sendsAway("Mallory");
  await asked.getByRole("button", { name: "Remove" }).click();
  await mallory.isSentAway();
  await expect(wall.players).toHaveCount(1);
  wall.leave();
});

test("whoever waits to be let in reads under which name, and the host reads it too", async ({ person }) => {
  const wall = await open(await person("Ms Rivera"));
  await wall.press("Menu");
  await wall.press("Approve each new player");
  await expect(wall.button("Let everyone join")).toBeVisible();
  await wall.page.keyboard.press("Escape");
  const { page } = await person("Guest");
  await page.goto(`${new URL(wall.page.url()).origin}/play/${wall.pin}`);
  await page.getByLabel("Your name", { exact: true }).fill("Ada B.");
  await page.getByRole("button", { name: "Join", exact: true }).click();
  await expect(page.getByText("You asked to join as Ada B.", { exact: true })).toBeVisible();
  await page.reload();
  await expect(page.getByText("You asked to join as Ada B.", { exact: true })).toBeVisible();
  await expect(wall.page.getByRole("region", { name: "Waiting to join" }).first().getByRole("listitem")).toHaveText([/Ada B\./]);
  await wall.press("Let in Ada B.");
  await expect(page.getByRole("heading", { name: "You are in, Ada B." })).toBeVisible();
});

test("another device hosts the game with a code, and both see the same", async ({ person, nodes }) => {
  const teacher = await person("Ms Rivera");
  const site = nodes[0].url;
  const wall = await open(teacher);
  const [ada] = await wall.joins("Ada");
  await wall.press("Menu");
  await wall.press("Show a code for another host");
  const code = (await wall.page.locator(".host-menu__code").textContent())!.trim();
  await wall.page.keyboard.press("Escape");

  const other = await person("Mr Okafor", { node: 1 });
  await other.page.goto(`${site}/host?pin=${wall.pin}`);
  await other.page.getByLabel("Code").fill(`${code}x`);
  await other.page.getByRole("button", { name: "Host here" }).click();
  await expect(other.page.getByRole("alert")).not.toBeEmpty();
  await other.page.getByLabel("PIN").fill(wall.pin);
  await other.page.getByLabel("Code").fill(code);
  await other.page.getByRole("button", { name: "Host here" }).click();
  const second = new Wall(other.page, wall.pin);
  await second.live();
  await second.press("Start the quiz");
  await ada.sees("ready", 0);
  await expect(wall.heading("Which planet has the shortest day?")).toBeVisible();
  wall.leave();
});

test("the door is locked from the lobby, and the game ended from the menu", async ({ person, nodes }) => {
  const teacher = await person("Ms Rivera");
  const wall = await open(teacher);
  await wall.joins("Ada");
  await wall.press("Lock the game");
  await expect(wall.button("Unlock the game")).toBeVisible();
  await expect(Pupil.join(nodes[0].url, wall.pin, "Late")).rejects.toThrow();
  await wall.press("Menu");
  await wall.press("End the game");
  const sure = wall.page.getByRole("group", { name: /End the game now/ });
  await sure.getByRole("button", { name: "End the game" }).click();
  await expect(wall.heading("Well played")).toBeVisible();
  wall.leave();
});

test("who is no host of a game is offered to become one", async ({ person, nodes }) => {
  const teacher = await person("Ms Rivera");
  const wall = await open(teacher);
  const stranger = await person("Somebody");
  await stranger.page.goto(`${nodes[0].url}/host/${wall.pin}`);
  await expect(stranger.page.getByRole("heading", { level: 1 })).toHaveText("This device is not hosting this game");
  await expect(stranger.page.getByLabel("PIN")).toHaveValue(`${wall.pin.slice(0, 3)} ${wall.pin.slice(3)}`);
});
