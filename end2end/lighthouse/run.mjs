// Lets Lighthouse judge the pages of the release, each several times, and looks when
// they can be used where the line is slow; fails when a median is not what we hold.
// Usage: node run.mjs [RUNS] [PAGE...]
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { slowdown } from "./phone.mjs";
import { author, startNode, talk } from "./site.mjs";
import { browserOf, usable } from "./usable.mjs";

/**
 * Every kind of page. To have another one judged, add it here. `PIN` is that of a game, `QUIZ` what it is made of;
 * `isAuthors` shows a page to who wrote the quiz and hosts the game.
 * `requests` is how many it may make until it can be used.
 */
const PAGES = {
  home: { path: "/", requests: 12 },
  room: { path: "/rooms/garden" },
  game: { path: "/play/PIN", requests: 12 },
  stage: { path: "/host/PIN", isAuthors: true },
  quizzes: { path: "/quizzes", isAuthors: true },
  editor: { path: "/quizzes/QUIZ", isAuthors: true },
  "not-found": { path: "/nowhere/at-all", isMissing: true },
};
const PRESETS = { phone: [], desktop: ["--preset=desktop"] };
/** The lowest score of each kind; SEO is told only, because rooms are not for search engines. */
const LOWEST = { performance: 95, accessibility: 100, "best-practices": 100, seo: 0 };
/** The most milliseconds until a page can be used in a slow net, and how far things in it may move (CLS). */
const USABLE = { ms: 4_000, shift: 0.02 };
const FIGURES = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift"];

const LIGHTHOUSE = join(import.meta.dirname, "node_modules/.bin/lighthouse");
const REPORTS = join(import.meta.dirname, "../../target/lighthouse");

const runs = Number(process.argv[2] ?? 3);
const wanted = process.argv.slice(3);
const pages = Object.entries(PAGES).filter(([name]) => !wanted.length || wanted.includes(name));

rmSync(REPORTS, { recursive: true, force: true });
mkdirSync(REPORTS, { recursive: true });
const node = await startNode();
try {
  await talk(node.url, "garden", 5, 120);
  await talk(node.url, "kitchen", 2, 3);
  const { quiz, pin, cookie } = await author(node.url);
  for (const [, page] of pages) page.path = page.path.replace("PIN", pin).replace("QUIZ", quiz);
  for (const [, page] of pages) page.cookie = page.isAuthors ? cookie : "";
  console.log(`  ${"".padEnd(20)}${Object.keys(LOWEST).map((kind) => kind.padStart(16)).join("")}   FCP, LCP, TBT, CLS, processor slowed down`);
  for (const [name, page] of pages) {
    for (const [preset, flags] of Object.entries(PRESETS)) await judge(name, page, preset, flags);
  }
  console.log("  On a phone, slow 4G and a processor at a quarter: usable after, requests until then, CLS");
  for (const [name, page] of pages) await use(name, page);
} finally {
  await node.stop();
}
process.exit(process.exitCode ?? 0); // the people's sockets would keep it

/** Prints one line for a page as one kind of machine shows it, and what was wrong. */
async function judge(name, page, preset, flags) {
  const reports = [];
  for (let run = 1; run <= runs; run++) reports.push(await report(page, flags, join(REPORTS, `${name}-${preset}-${run}`)));
  const scores = Object.keys(LOWEST).map((kind) => median(reports.map((one) => 100 * one.categories[kind].score)));
  const figures = FIGURES.map((id) => {
    const value = median(reports.map((one) => one.audits[id].numericValue));
    return id.endsWith("shift") ? value.toFixed(3) : `${Math.round(value)} ms`;
  });
  figures.push(median(reports.map((one) => one.configSettings.throttling.cpuSlowdownMultiplier)).toFixed(1));
  const tooLow = Object.values(LOWEST).map((lowest, at) => Math.round(scores[at]) < lowest);
  const told = scores.map((score, at) => `${Math.round(score)}${tooLow[at] ? "!" : " "}`.padStart(16));
  console.log(`  ${name.padEnd(11)}${preset.padEnd(9)}${told.join("")}   ${figures.join(", ")}`);
  for (const line of complaints(reports)) console.log(`      ${line}`);
  if (tooLow.includes(true)) process.exitCode = 1;
}

/** Prints one line about when a page can be used. */
async function use(name, { path, cookie, requests = Infinity }) {
  const seen = [];
  for (let run = 1; run <= runs; run++) seen.push(await usable(node.url + path, cookie));
  const of = (figure) => median(seen.map((one) => one[figure]));
  const isTooMuch = of("ms") > USABLE.ms || of("requests") > requests || of("shift") > USABLE.shift;
  const told = `${Math.round(of("ms"))} ms`.padStart(12) + `${of("requests")}`.padStart(6) + of("shift").toFixed(3).padStart(9);
  console.log(`  ${name.padEnd(11)}${told}${isTooMuch ? " !" : ""}`);
  if (isTooMuch) process.exitCode = 1;
}

/** What Lighthouse says. On a busy machine it sometimes sees no beginning or no picture; that is no judgement, so it looks again. */
async function report(page, flags, output) {
  for (let left = 4; ; left--) {
    try {
      return await look(page, flags, output);
    } catch (error) {
      if (!left || !/\bNO_[A-Z_]+\b/.test(`${error.message} ${error.stderr}`)) throw error;
    }
  }
}

/**
 * Opens the page once, and has what was seen judged as on a machine so much slower as the phone is. That is known only
 * afterwards: another minute this machine may be half as fast.
 */
async function look(page, flags, output) {
  // Cookies belong to the browser: given as a head they would not come with a WebSocket.
  const browser = await browserOf(node.url, page.cookie);
  try {
    return await lookIn(browser, page, flags, output);
  } finally {
    await browser.close();
  }
}

async function lookIn({ port }, page, flags, output) {
  const seen = `${output}.seen`;
  const args = [
    ...[node.url + page.path, "--quiet", `--port=${port}`, "--disable-storage-reset"],
    ...[`--only-categories=${Object.keys(LOWEST)}`, ...flags],
    ...(page.isMissing ? ["--ignore-status-code"] : []),
  ];
  const lighthouse = (...more) => promisify(execFile)(LIGHTHOUSE, [...args, ...more]);
  await lighthouse(`--gather-mode=${seen}`);
  const times = calibrate(join(seen, "artifacts.json"));
  const written = ["--output=json", "--output=html", `--output-path=${output}`];
  await lighthouse(`--audit-mode=${seen}`, `--throttling.cpuSlowdownMultiplier=${times}`, ...written);
  rmSync(seen, { recursive: true });
  const found = JSON.parse(readFileSync(`${output}.report.json`));
  if (found.runtimeError) throw new Error(`${page.path}: ${found.runtimeError.code}: ${found.runtimeError.message}`);
  const unseen = FIGURES.map((id) => found.audits[id].errorMessage).find(Boolean);
  if (unseen) throw new Error(`${page.path}: ${unseen}`);
  if (page.isMissing) forgive(found);
  return found;
}

/** Writes into what was seen how many times slower it has to be taken, and gives it. A desktop is as fast as this machine. */
function calibrate(file) {
  const artifacts = JSON.parse(readFileSync(file));
  const { settings, BenchmarkIndex } = artifacts;
  if (settings.formFactor === "mobile") settings.throttling.cpuSlowdownMultiplier = Number(slowdown(BenchmarkIndex).toFixed(2));
  writeFileSync(file, JSON.stringify(artifacts));
  return settings.throttling.cpuSlowdownMultiplier;
}

/** Chromium logs as an error that a page answers 404. A page that is missing has to. */
function forgive({ requestedUrl, audits, categories }) {
  const log = audits["errors-in-console"];
  if (log.details.items.some(({ sourceLocation }) => sourceLocation?.url !== requestedUrl)) return;
  log.score = 1;
  const category = categories["best-practices"];
  const counted = category.auditRefs.filter(({ id, weight }) => weight > 0 && audits[id].score !== null);
  const sum = (values) => values.reduce((a, b) => a + b, 0);
  category.score = sum(counted.map(({ id, weight }) => weight * audits[id].score)) / sum(counted.map(({ weight }) => weight));
}

/** What Lighthouse found wrong, in any run, outside the performance figures. */
function complaints(reports) {
  const lines = reports.flatMap(({ categories, audits }) =>
    Object.values(categories)
      .filter(({ id }) => id !== "performance")
      .flatMap(({ id, auditRefs }) => auditRefs.filter(({ weight }) => weight > 0).map((one) => [id, audits[one.id]]))
      .filter(([, { score }]) => score !== null && score < 1)
      .map(([kind, { title }]) => `${kind}: ${title}`),
  );
  return [...new Set(lines)];
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
