// When a page can be used on a phone in a slow net: what a person waits for after they see it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "@playwright/test";

import { freePort } from "./site.mjs";

/** Lighthouse's slow 4G, as a browser brings it about by itself: its docs/throttling.md, "DevTools throttling". */
const SLOW_4G = { offline: false, latency: 562.5, downloadThroughput: (1474.56 * 1024) / 8, uploadThroughput: (675 * 1024) / 8 };
/** "A quarter" of this machine, whatever this machine is. */
const SLOWER = 4;
const PHONE = { viewport: { width: 412, height: 823 }, deviceScaleFactor: 1.75, isMobile: true, hasTouch: true };

/**
 * Opens the page with nothing kept. `ms` is from the first byte that is asked for until all of the page is alive,
 * `requests` are those until then, and `shift` is how far things moved until nothing more came (CLS).
 */
export async function usable(url, cookie) {
  const browser = await chromium.launch({ executablePath: process.env.CHROME_PATH, args: ["--no-sandbox"] });
  try {
    const context = await browser.newContext(PHONE);
    await context.addCookies(cookies(url, cookie));
    const page = await context.newPage();
    let requests = 0;
    page.on("request", (request) => /^http/.test(request.url()) && requests++);
    const devtools = await context.newCDPSession(page);
    await devtools.send("Network.enable");
    await devtools.send("Network.emulateNetworkConditions", SLOW_4G);
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
    await page.addInitScript(watchShifts);
    await page.goto(url, { waitUntil: "commit" });
    await page.waitForFunction(() => performance.getEntriesByName("alive").length > 0, undefined, { timeout: 60_000 });
    const seen = requests;
    const ms = await page.evaluate(() => performance.getEntriesByName("alive")[0].startTime);
    await page.waitForLoadState("networkidle");
    await page.evaluate(() => document.fonts.ready.then(() => new Promise(requestAnimationFrame)).then(() => true));
    return { ms, requests: seen, shift: await page.evaluate(() => window.shifted) };
  } finally {
    await browser.close();
  }
}

/** A browser that has kept nothing but these cookies, and the port of its developer tools. */
export async function browserOf(url, cookie) {
  const folder = mkdtempSync(join(tmpdir(), "hubbub-browser-"));
  const port = await freePort();
  const args = [`--remote-debugging-port=${port}`, "--no-sandbox", "--disable-background-networking", "--disable-component-update"];
  const context = await chromium.launchPersistentContext(folder, { executablePath: process.env.CHROME_PATH, args, viewport: null });
  await context.addCookies(cookies(url, cookie));
  const close = async () => {
    await context.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { port, close };
}

/** Cookies as a head has them, for the browser. */
function cookies(url, head = "") {
  return head.split("; ").filter(Boolean).map((pair) => {
    const [name, ...value] = pair.split("=");
    return { name, value: value.join("="), url: new URL(url).origin };
  });
}

function watchShifts() {
  window.shifted = 0;
  const add = (list) => list.getEntries().forEach((one) => one.hadRecentInput || (window.shifted += one.value));
  new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });
}
