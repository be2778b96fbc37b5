// Every page, by day and by night, narrow and wide: usable by everyone, quick
// to arrive, and no flash of the wrong theme.
import { expect, test } from "../fixtures";
import { ask, host } from "../fixtures/class";
import { fitsEverybody } from "../fixtures/barriers";

// A browser reports every 404, that of the page itself too.
test.use({ expectedErrors: /status of 404/ });

const PAGES = ["home", "room", "not found"] as const;
const FIRST_LOAD_KIB = 200;
const FIRST_REQUESTS = 12;
const PLANETS = ask("Which planet has the shortest day?", "Jupiter", ["Mercury", "Earth", "Neptune"]);

for (const colorScheme of ["light", "dark"] as const) {
  for (const which of PAGES) {
    test(`${which} by ${colorScheme === "light" ? "day" : "night"}: no barrier, no sideways scrolling`, async ({ person, room, bot }, info) => {
      const ana = await person("Ana", {}, { colorScheme, reducedMotion: "reduce" });
      if (which === "room") {
        await ana.enter(room);
        const raw = await bot();
        await raw.join(room);
        await raw.say("Who can water on Thursday? The list is at https://riverside.example/water");
        await ana.say("I can, before eight.");
        await expect(ana.messages).toHaveCount(2);
      } else if (which === "not found") {
        await ana.page.goto(new URL("/no/such/page", ana.page.url()).href);
      }
      await expect(ana.page.getByRole("heading", { level: 1 })).toBeVisible();
      await fitsEverybody(ana.page, info, `${which}-${colorScheme}`);
    });
  }
}

test("a missing page says so to programs too", async ({ nodes }) => {
  expect((await fetch(`${nodes[0].url}/no/such/page`)).status).toBe(404);
});

test(`the room page arrives with at most ${FIRST_LOAD_KIB} KiB of wasm, scripts and styles`, async ({ person, room }) => {
  const ana = await person("Ana");
  const parts: string[] = [];
  let bytes = 0;
  const context = await ana.page.context().browser()!.newContext(); // nothing cached
  const page = await context.newPage();
  const sized: Promise<void>[] = [];
  page.on("requestfinished", (request) => {
    if (!/\.(wasm|pieces|js|css)(\?|$)/.test(request.url())) return;
    sized.push(
      (async () => {
        const encoding = (await (await request.response())?.allHeaders())?.["content-encoding"];
        const { responseBodySize } = await request.sizes();
        expect(encoding, `${request.url()} is compressed`).toBe("br");
        bytes += responseBodySize;
        parts.push(`${new URL(request.url()).pathname} ${(responseBodySize / 1024).toFixed(1)} KiB`);
      })(),
    );
  });
  await page.goto(new URL(`/rooms/${room}`, ana.page.url()).href, { waitUntil: "networkidle" });
  await Promise.all(sized);
  console.log(`First load of a room: ${(bytes / 1024).toFixed(1)} KiB (${parts.join(", ")})`);
  expect(parts.some((part) => part.includes(".wasm"))).toBe(true);
  expect(parts.filter((part) => /split_|\.pieces|^\/styles\//.test(part)), "parts of other pages").toEqual([]);
  expect(bytes).toBeLessThanOrEqual(FIRST_LOAD_KIB * 1024);
  await context.close();
});

test(`the front page and a game arrive with at most ${FIRST_REQUESTS} requests`, async ({ person }) => {
  const teacher = await person("Ms Rivera");
  const pin = await host(teacher, { title: "Planets", questions: [PLANETS] });
  for (const path of ["/", `/play/${pin}`]) {
    const context = await teacher.page.context().browser()!.newContext(); // nothing cached
    const page = await context.newPage();
    const asked: string[] = [];
    page.on("request", (request) => void asked.push(new URL(request.url()).pathname));
    await page.goto(new URL(path, teacher.page.url()).href, { waitUntil: "networkidle" });
    await page.waitForFunction(() => performance.getEntriesByName("alive").length > 0);
    expect(asked.length, asked.join(", ")).toBeLessThanOrEqual(FIRST_REQUESTS);
    await context.close();
  }
});

test("a page comes to life though a file of joined pieces does not come: they are fetched one by one", async ({ person }) => {
  const ana = await person("Ana");
  await ana.page.route(/\.pieces$/, (route) => route.fulfill({ status: 404, body: "gone" }));
  const single = ana.page.waitForResponse(/split_front_part.*\.wasm$/);
  await ana.page.reload();
  await single;
  await ana.page.getByRole("button", { name: "Night" }).click();
  await expect(ana.page.locator("html")).toHaveAttribute("data-theme", "dark");
});

test("what only the front page needs comes with it: a room that is listed elsewhere appears there by itself", async ({ person, room, bot }) => {
  const ana = await person("Ana");
  const ben = await person("Ben", { node: 1 });
  const came: string[] = [];
  ana.page.on("requestfinished", (request) => void came.push(new URL(request.url()).pathname));
  await ana.page.reload({ waitUntil: "networkidle" });
  expect(came).toEqual(expect.arrayContaining([expect.stringMatching(/front_part\..*\.pieces$/), "/styles/home.css"]));
  const row = ana.page.locator(`main a[href="/rooms/${room}"]`);
  await expect(row).toHaveCount(0);
  const raw = await bot();
  await raw.join(room);
  const unlisted = ana.page.locator(`main a[href="/rooms/${room}-unlisted"]`);
  await raw.join(`${room}-unlisted`);
  await raw.say("only for who has the link", `${room}-unlisted`);
  await ben.page.getByLabel("Open a room").fill(room);
  await ben.page.getByRole("checkbox", { name: /List a new room/ }).check();
  await ben.page.getByRole("button", { name: "Open" }).click();
  await ben.live();
  await expect(row).toBeVisible({ timeout: 20_000 }); // the list is asked for every ten seconds
  await expect(unlisted).toHaveCount(0);
});
