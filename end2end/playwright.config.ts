import { execFileSync } from "node:child_process";

import { defineConfig } from "@playwright/test";

import type { Deployment } from "./fixtures/deployment";

export default defineConfig<object, { deployment: Deployment }>({
  testDir: "tests",
  fullyParallel: true,
  workers: 2,
  forbidOnly: true,
  retries: 0, // a flaky test is a bug
  timeout: 45_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: {
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: chromium(),
      args: [
        "--no-sandbox", // in containers there is none to be had
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-quic",
        "--no-first-run",
      ],
    },
  },
  // The same specs: one node that keeps everything itself, and two with Redis. What one of them left behind the other does not sweep away.
  projects: [
    { name: "embedded", outputDir: "test-results/embedded", use: { deployment: "embedded" }, testIgnore: /redis\.spec/ },
    // What looks the same on any number of nodes is left out.
    { name: "cluster", outputDir: "test-results/cluster", use: { deployment: "cluster" }, testIgnore: /(look|long|targets|editor)\.spec/ },
  ],
});

/** The machine's own Chromium; nothing is downloaded. */
function chromium(): string | undefined {
  if (process.env.PLAYWRIGHT_CHROMIUM) return process.env.PLAYWRIGHT_CHROMIUM;
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    try {
      return execFileSync("which", [name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    } catch {
      // Not under this name.
    }
  }
  return undefined; // Playwright's own, if somebody installed it
}
