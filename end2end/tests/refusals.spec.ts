// What is not allowed gets the answer that docs/protocol.md promises, and harms
// nobody else.
import { expect, test } from "../fixtures";

test("a frame that makes no sense is refused, and the connection lives", async ({ bot, room }) => {
  const raw = await bot();
  await raw.join(room);
  const refused: [frame: string, code: string][] = [
    ["{nope", "notJson"],
    ["[1,2]", "notJson"],
    ['{"type":"dance","payload":{}}', "unknownType"],
    ['{"type":"join","payload":{"roomId":""}}', "invalid"],
    ['{"type":"message","payload":{"message":5}}', "invalid"],
    ['{"type":"message","payload":{"message":"  "}}', "emptyMessage"],
    [JSON.stringify({ type: "message", payload: { message: "x".repeat(4001) } }), "messageTooLong"],
    ['{"type":"message","payload":{"roomId":"elsewhere","message":"hi"}}', "notInRoom"],
  ];
  for (const [frame, code] of refused) {
    raw.sendRaw(frame);
    expect(await raw.next("error"), frame.slice(0, 80)).toMatchObject({ code, temporary: false });
  }
  expect((await raw.say("still here")).offset).toBe(1);
});

test("an error names the message it answers", async ({ bot, room }) => {
  const raw = await bot();
  await raw.join(room);
  raw.send("message", { id: "mine", message: "" });
  expect((await raw.next("error")).id).toBe("mine");
});

test("a frame beyond all measure ends its own connection only", async ({ bot, room }) => {
  const raw = await bot();
  const other = await bot({ node: 1 });
  await raw.join(room);
  await other.join(room);
  raw.sendRaw("x".repeat(65 * 1024));
  expect((await raw.closed).code).toBe(1009);
  await other.say("that was loud");
});

test("a flood is told when to go on, and nobody else notices", async ({ bot, room }) => {
  const flood = await bot();
  const other = await bot({ node: 1 });
  await flood.join(room);
  await other.join(room);
  for (let i = 0; i < 40; i++) flood.send("message", { id: `f${i}`, message: `flood ${i}` });
  const refusal = await flood.next("error");
  expect(refusal).toMatchObject({ code: "rateLimited", temporary: true });
  expect(refusal.id).toMatch(/^f\d+$/);
  expect(refusal.retryAfterMs).toBeGreaterThan(0);
  await other.say("calm");
});

test("pages of other sites get no connection", async ({ nodes, bot, room }) => {
  await expect(bot({}, { origin: "https://evil.example" })).rejects.toThrow(/403/);
  await expect(bot({}, { origin: `${nodes[0].url}.evil.example` })).rejects.toThrow(/403/);
  await expect(bot({}, { origin: "null" })).rejects.toThrow(/403/);
  const own = await bot({}, { origin: nodes[0].url });
  await own.join(room);
});

test("script text is text", async ({ person, bot, room }) => {
  const ana = await person("Ana");
  await ana.enter(room);
  const raw = await bot({ node: 1 });
  await raw.join(room);
  const texts = [
    "<script>document.title = 'taken over'</script>",
    '<img src=x onerror="document.title = 1">',
    "</textarea><b>bold</b>",
    "javascript:alert(1)",
  ];
  for (const text of texts) await raw.say(text);
  await ana.reads(...texts);
  await ana.page.reload(); // now they come in the page's HTML
  await ana.live();
  await ana.reads(...texts);
  await expect(ana.log.locator("script, img, b, .message__text a")).toHaveCount(0);
  await expect(ana.page).not.toHaveTitle("taken over");
});
