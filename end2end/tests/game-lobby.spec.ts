// Who is let into a game, who is not, and who is sent away again: as a host and their pupils see it.
import { expect, type Person, test } from "../fixtures";
import { barriers } from "../fixtures/barriers";
import { open, type Wall } from "../fixtures/wall";

test.use({ expectedErrors: /WebSocket connection to .* failed|Failed to load resource|ERR_[A-Z_]+/ });
test.setTimeout(90_000);

const heading = (person: Person, name: string) => person.page.getByRole("heading", { name, level: 1 });
const waiting = (wall: Wall) => wall.page.getByRole("region", { name: "Waiting to join" }).first();
const WAITS = "Waiting for the host to let you in.";

/** A wall whose newcomers wait. */
async function approving(teacher: Person): Promise<Wall> {
  const wall = await open(teacher);
  await wall.press("Menu");
  await wall.press("Approve each new player");
  await expect(wall.button("Let everyone join")).toBeVisible();
  await wall.page.keyboard.press("Escape");
  return wall;
}

async function asks(pupil: Person, wall: Wall, name: string) {
  await pupil.page.goto(`${new URL(wall.page.url()).origin}/play/${wall.pin}`);
  await pupil.page.getByLabel("Your name", { exact: true }).fill(name);
  await pupil.page.getByRole("button", { name: "Join", exact: true }).click();
}

test("who waits is listed in the order of their coming, and let in; the keys stay in the list", async ({ person }) => {
  const wall = await approving(await person("Ms Rivera"));
  const [zoe, ada] = [await person("Guest one"), await person("Guest two")];
  await asks(zoe, wall, "Zoe");
  await expect(heading(zoe, WAITS)).toBeVisible();
  await expect(waiting(wall).getByRole("listitem")).toHaveCount(1);
  await asks(ada, wall, "Ada");
  await expect(waiting(wall).getByRole("listitem")).toHaveText([/Zoe/, /Ada/]);
  expect(await barriers(wall.page)).toEqual([]);
  await wall.press("Let in Zoe");
  await expect(heading(zoe, "You are in, Zoe.")).toBeVisible();
  await expect(wall.button("Let in Ada")).toBeFocused();
  await wall.press("Turn away Ada");
  await expect(ada.page.getByText("The host did not let you in.")).toBeVisible();
  await expect(wall.button("Menu")).toBeFocused();
});

test("who loads the page again goes on waiting, and is let in behind a locked door", async ({ person }) => {
  const wall = await approving(await person("Ms Rivera"));
  const ada = await person("Guest");
  await asks(ada, wall, "Ada");
  await expect(heading(ada, WAITS)).toBeVisible();
  await ada.page.reload();
  await expect(heading(ada, WAITS)).toBeVisible();
  await wall.press("Lock the game");
  await expect(wall.button("Unlock the game").first()).toBeVisible();
  await wall.press("Let in Ada");
  await expect(heading(ada, "You are in, Ada.")).toBeVisible();
});

test("who waits when the game ends reads that it is over, and is offered to the host no more", async ({ person }) => {
  const wall = await approving(await person("Ms Rivera"));
  const ada = await person("Guest");
  await asks(ada, wall, "Ada");
  await expect(waiting(wall)).toBeVisible();
  await wall.press(/^Menu/);
  await wall.press("End the game");
  await wall.page.getByRole("group", { name: /End the game now/ }).getByRole("button", { name: "End the game" }).click();
  await expect(ada.page.getByText("This game is over.")).toBeVisible();
  await expect(heading(ada, WAITS)).toBeHidden();
  await wall.press(/^Menu/);
  await expect(waiting(wall)).toBeHidden();
});

test("several are sent away at once and their network is blocked, until the host ends that", async ({ person }) => {
  const wall = await open(await person("Ms Rivera"));
  const [, ben, cem] = await wall.joins("Ada", "Ben", "Cem");
  await wall.press("Menu");
  await wall.page.locator(".host-menu__players summary").click();
  await wall.page.getByLabel("Choose Ben").check();
  await wall.page.getByLabel("Choose Cem").check();
  await wall.press("Remove 2 players");
  const asked = wall.page.getByRole("dialog", { name: "Remove 2 players?" });
  await asked.getByLabel("Also block new joins from there for 10 minutes").check();
  await asked.getByRole("button", { name: "Remove" }).click();
  await Promise.all([ben.isSentAway(), cem.isSentAway()]);
  await expect(wall.page.locator(".host-menu__players summary")).toBeFocused();
  const late = await person("Guest");
  await asks(late, wall, "Late");
  await expect(late.page.getByRole("alert").filter({ hasText: "for 10 minutes" })).toBeVisible();
  await late.page.reload();
  await expect(late.page.getByLabel("Your name", { exact: true })).toHaveValue("Late");
  await wall.press("End the block");
  await expect(wall.button("End the block")).toBeHidden();
  await late.page.getByRole("button", { name: "Join", exact: true }).click();
  await expect(heading(late, "You are in, Late.")).toBeVisible();
  wall.leave();
});

test("a code goes when it is used, and the host whom it added can be removed", async ({ person }) => {
  const wall = await open(await person("Ms Rivera"));
  await wall.press("Menu");
  await wall.press("Show a code for another host");
  const code = wall.page.locator(".host-menu__code");
  const other = await person("Mr Okafor");
  await other.page.goto(`${new URL(wall.page.url()).origin}/host?pin=${wall.pin}`);
  await other.page.getByLabel("Code").fill((await code.textContent())!.trim());
  await other.page.getByRole("button", { name: "Host here" }).click();
  await expect(other.page).toHaveURL(new RegExp(`/host/${wall.pin}$`));
  const remove = wall.page.getByRole("button", { name: /^Remove .* as co-host$/ });
  await expect(remove).toBeVisible();
  await expect(code).toBeHidden();
  await remove.click();
  await expect(heading(other, "You cannot host this game")).toBeVisible();
  await expect(wall.page.locator("#host-menu")).toBeFocused();
});
