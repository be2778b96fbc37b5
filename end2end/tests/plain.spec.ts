// Without JavaScript: forms lose nothing, and say once what was wrong.
import type { Browser, Page } from "@playwright/test";

import { expect, test } from "../fixtures";

async function plain(browser: Browser, url: string): Promise<Page> {
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await page.goto(url);
  return page;
}

test("going back in a room and writing something else says both", async ({ browser, nodes, room }) => {
  const page = await plain(browser, `${nodes[0].url}/rooms/${room}`);
  const field = page.getByRole("textbox", { name: /^Write to/ });
  const messages = page.getByRole("log").locator(".message__text");
  await field.fill("one");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(messages).toHaveText(["one"]);
  await page.goBack();
  await field.fill("two");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(messages).toHaveText(["one", "two"]);
  await page.context().close();
});

test("a text that is too long is there again", async ({ browser, nodes, room }) => {
  const address = `${nodes[0].url}/rooms/${room}`;
  const page = await plain(browser, address);
  const text = `</textarea>&lt; ${"long ".repeat(1000)}`.trim();
  await page.getByRole("textbox", { name: /^Write to/ }).fill(text);
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("alert").filter({ hasText: `That is ${text.length.toLocaleString("en")} characters; 4,000 fit. Shorten it or send it in parts.` })).toBeVisible();
  await expect(page.getByRole("textbox", { name: /^Write to/ })).toHaveValue(text);
  expect(page.url()).toBe(address);
  await page.context().close();
});

test("what was wrong is said once, at the address of the page", async ({ browser, nodes }) => {
  const page = await plain(browser, `${nodes[0].url}/host`);
  await page.getByLabel("PIN").fill("482 915");
  await page.getByLabel("Code").fill("abc234");
  await page.getByRole("button", { name: "Host here" }).click();
  const alert = page.getByRole("alert").filter({ hasText: /./ });
  await expect(alert).toBeVisible();
  await expect(page.getByLabel("PIN")).toHaveValue("482 915");
  await expect(page.getByLabel("Code")).toHaveValue(""); // a secret is typed anew
  expect(page.url()).toBe(`${nodes[0].url}/host`);
  await page.reload();
  await expect(alert).toHaveCount(0);
  await page.context().close();
});
