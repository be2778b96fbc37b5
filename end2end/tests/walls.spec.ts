// Pages whose sockets never open: they find out why, and say what can be done.
import type { Page } from "@playwright/test";

import { expect, test } from "../fixtures";
import { Proxy } from "../fixtures/proxy";

// Browsers say of each socket that it did not open, and of what was refused.
test.use({ expectedErrors: /./ });

/** Opens no socket there, as behind a filter. */
function filterSockets(page: Page) {
  return page.addInitScript(() => {
    const Real = window.WebSocket;
    window.WebSocket = class extends Real {
      constructor() {
        super(`${location.origin.replace("http", "ws")}/filtered`);
      }
    } as typeof WebSocket;
  });
}

test("a page whose address is not let in says so, and can be read", async ({ person, nodes, bot, room }) => {
  const raw = await bot();
  await raw.join(room);
  await raw.say("to be read");
  const ana = await person("Ana");
  const proxy = await Proxy.before(nodes[0]);
  await ana.page.goto(`${proxy.url}/rooms/${room}`);
  await ana.reads("to be read");
  await expect(ana.notice).toContainText("This server does not know the address in your address bar", { timeout: 20_000 });
  await expect(ana.notice).not.toContainText("blocked");
  await ana.say("kept until it is let in");
  await ana.reads("to be read", "kept until it is let in");
  expect(nodes[0].newLog()).toContain(`--allowed-origins ${proxy.url}`);
  await proxy.close();
});

test("a server that does not answer either is not called blocked", async ({ person, room }) => {
  const ana = await person("Ana");
  await filterSockets(ana.page);
  await ana.page.route("**/api/viewer", (route) => route.abort());
  await ana.page.goto(new URL(`/rooms/${room}`, ana.page.url()).href);
  const asked = () => ana.page.waitForEvent("requestfailed", (request) => request.url().endsWith("/api/viewer"));
  await asked();
  await expect(ana.notice).toContainText("You are offline.");
  // Once it answers over HTTP, it is known that something between lets no sockets through.
  await ana.page.unroute("**/api/viewer");
  await expect(ana.notice).toContainText("Live updates are blocked", { timeout: 20_000 });
});

test("where sockets are blocked the form sends, a reload shows, and a long text stays", async ({ person, bot, room }) => {
  const ana = await person("Ana");
  await filterSockets(ana.page);
  await ana.page.goto(new URL(`/rooms/${room}`, ana.page.url()).href);
  await expect(ana.notice).toContainText("Live updates are blocked", { timeout: 20_000 });
  await ana.composer.fill("x".repeat(4001));
  await ana.composer.press("Enter");
  await expect(ana.page.getByRole("alert").filter({ hasText: "4,000 fit" })).toBeVisible();
  await expect(ana.composer).toHaveValue("x".repeat(4001));
  await ana.say("by the form");
  await ana.reads("by the form");
  const raw = await bot();
  await raw.join(room);
  await raw.say("from elsewhere");
  await ana.page.reload();
  await ana.reads("by the form", "from elsewhere");
});
