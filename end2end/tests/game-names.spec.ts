// A host calls a player by another name: before the game and in it, with the keyboard too.
import { expect, type Person, test } from "../fixtures";
import { barriers } from "../fixtures/barriers";
import { open, type Wall } from "../fixtures/wall";

/** Somebody plays on a phone. */
async function plays(pupil: Person, site: string, wall: Wall, name: string) {
  await pupil.page.goto(`${site}/play/${wall.pin}`);
  await pupil.page.getByLabel("Your name", { exact: true }).fill(name);
  await pupil.page.getByRole("button", { name: "Join", exact: true }).click();
  await expect(pupil.page.getByRole("heading", { name: `You are in, ${name}.` })).toBeVisible();
}

test("a host gives a player another name with the keyboard, and everybody reads it", async ({ person, nodes }) => {
  const wall = await open(await person("Ms Rivera"));
  const last = nodes.length - 1;
  const silly = await person("Guest", { node: last });
  await wall.joins("Ada");
  await plays(silly, nodes[last].url, wall, "Silly");
  const button = wall.button("Rename or remove Silly");
  await button.focus();
  await wall.page.keyboard.press("Enter");
  const about = wall.page.getByRole("dialog", { name: "Silly", exact: true });
  await expect(about.getByRole("heading")).toBeFocused();
  expect(await barriers(wall.page)).toEqual([]);
  // What is safe comes first; the way out is the last, and red.
  await expect(about.getByRole("button")).toHaveText(["Rename", "Cancel", "Remove"]);
  await expect(about.getByRole("button", { name: "Remove" })).toHaveClass(/button--remove/);

  // A name that somebody has is refused where it was typed, and a free one is offered.
  await wall.page.keyboard.press("Tab");
  const field = about.getByLabel("Name");
  await expect(field).toBeFocused();
  await expect(field).toHaveValue("Silly");
  await field.fill("ADA");
  await field.press("Enter");
  await expect(about.getByRole("alert")).toHaveText("The name ADA is taken in this game. Try ADA 2.");
  await expect(field).toBeFocused();
  await expect(about.getByRole("button", { name: "Use ADA 2" })).toBeVisible();
  await field.fill("Mia B.");
  await field.press("Enter");
  await expect(about).toBeHidden();
  await expect(wall.button("Rename or remove Mia B.")).toBeFocused();
  await expect(wall.players).toHaveText([/Ada/, /Mia B\./]);
  await expect(wall.page.getByText("is taken in this game")).toBeHidden();

  await expect(silly.page.getByRole("status").filter({ hasText: "changed your name" })).toHaveText(
    "The host changed your name to Mia B.",
  );
  await expect(silly.page.getByRole("heading", { name: "You are in, Mia B." })).toBeVisible();
  await expect(silly.page.locator(".play__name")).toHaveText("Mia B.");
  await silly.page.reload();
  await expect(silly.page.locator(".play__name")).toHaveText("Mia B.");
  wall.leave();
});

test("whoever is offered a free name takes it with one press", async ({ person }) => {
  const wall = await open(await person("Ms Rivera"));
  await wall.joins("Ada", "Ben");
  const about = await wall.about("Ben");
  await about.getByLabel("Name").fill("Ada");
  await about.getByRole("button", { name: "Rename" }).click();
  await about.getByRole("button", { name: "Use Ada 2" }).click();
  await expect(about).toBeHidden();
  await expect(wall.players).toHaveText([/Ada/, /Ada 2/]);
  // The same name is nothing to do.
  const again = await wall.about("Ada 2");
  await again.getByRole("button", { name: "Rename" }).click();
  await expect(again).toBeHidden();
  wall.leave();
});

test("in the game the menu renames too, and the phone is told while a question is open", async ({ person, nodes }) => {
  const wall = await open(await person("Ms Rivera"));
  const silly = await person("Guest");
  await wall.joins("Ada");
  await plays(silly, nodes[0].url, wall, "Silly");
  await wall.begin();
  await wall.press("Menu");
  await wall.page.locator(".host-menu__players summary").click();
  const about = await wall.about("Silly");
  await about.getByLabel("Name").fill("Mia");
  await about.getByRole("button", { name: "Rename" }).click();
  await expect(about).toBeHidden();
  await expect(wall.button("Rename or remove Mia")).toBeFocused();
  await expect(silly.page.getByText("The host changed your name to Mia.")).toBeVisible();
  await silly.page.getByRole("button", { name: "C, Jupiter" }).click();
  await expect(silly.page.getByRole("button", { name: "C, Jupiter" })).toHaveAttribute("aria-pressed", "true");
  await expect(wall.page.getByText("1 of 2 answered")).toBeVisible();
  wall.leave();
});
