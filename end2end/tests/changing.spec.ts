// What somebody wrote is edited and deleted: others see it at once, and those who come later see nothing else.
import { expect, test } from "../fixtures";
import type { Bot } from "../fixtures/bot";

const SECRET = "the key lies under the third pot";

/** Says something; returns its number in the room. */
async function says(bot: Bot, room: string, text: string): Promise<number> {
  return (await bot.say(text, room)).offset;
}

test("an edit is seen at once, after a reload and without scripts", async ({ person, bot, room, browser, nodes }) => {
  const ana = await person("Ana", { node: 0 });
  await ana.enter(room);
  const ben = await bot({ node: 1 });
  await ben.join(room);
  const helo = await says(ben, room, "helo");
  await ana.reads("helo");
  const message = ana.page.locator(`#m-${helo}`);
  await expect(message.getByText("edited")).toHaveCount(0);
  ben.send("edit", { roomId: room, target: helo, message: "hello", id: "e1" });
  await ana.reads("hello");
  await expect(message.getByText("edited")).toBeVisible();
  await says(ben, room, "next");

  await ana.page.reload();
  await ana.reads("hello", "next");
  await expect(message.getByText("edited")).toBeVisible();
  const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await plain.goto(`${nodes[0].url}/rooms/${room}`);
  await expect(plain.locator(".message__text")).toHaveText(["hello", "next"]);
  await expect(plain.locator(`#m-${helo}`).getByText("edited")).toBeVisible();
  await plain.context().close();
});

test("a deleted text is nowhere any more, and a line says who deleted it", async ({ person, bot, room, nodes }) => {
  const ana = await person("Ana", { node: 0 });
  await ana.enter(room);
  const ben = await bot({ node: 1 });
  const { you } = await ben.join(room);
  const secret = await says(ben, room, SECRET);
  await says(ben, room, "next");
  await ana.reads(SECRET, "next");
  ben.send("delete", { roomId: room, target: secret, id: "d1" });
  await ana.reads("next");
  const line = ana.page.getByText(`Deleted by ${you.name}`);
  await expect(line).toBeVisible();
  expect(await ana.page.content()).not.toContain(SECRET);

  await ana.page.reload();
  await ana.reads("next");
  await expect(line).toBeVisible();
  expect(await ana.page.content()).not.toContain(SECRET);
  expect(await (await ana.page.request.get(`${nodes[0].url}/rooms/${room}`)).text()).not.toContain(SECRET);
  const late = await (await bot({ node: 0 })).join(room, { epoch: "any", offset: 0 });
  expect(late.recovered).toBe(true);
  expect(JSON.stringify(late)).not.toContain(SECRET);
});

test("who reads an old page sees what was changed long after it", async ({ person, bot, room }) => {
  const ben = await bot({ node: 1 });
  await ben.join(room);
  const first = await says(ben, room, "the first, helo");
  for (let number = 1; number <= 70; number++) await ben.say(`number ${number}`, room);
  const ana = await person("Ana", { node: 0 });
  await ana.enter(room);
  await expect(ana.messages.last()).toHaveText("number 70");
  ben.send("edit", { roomId: room, target: first, message: "the first, hello", id: "e1" });
  await ben.next("edited");
  await ana.log.evaluate((log) => log.scrollTo(0, -log.scrollHeight));
  await expect(ana.messages.first()).toHaveText("the first, hello");
});
