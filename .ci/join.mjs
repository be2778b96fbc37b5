// Joins the pieces of wasm that belong together, so that a page asks for one file
// and not for twenty. What `cargo leptos --split` cuts is up to thirty files of some
// hundred bytes each; on a slow line each costs more by being asked for than by its size.
//
// Usage: node .ci/join.mjs target/site PART[+PART...]...
// For each argument a file {first part}.{hash}.pieces: the length of its index as four
// bytes (little endian), the index as JSON ({name: [begin, length]}, begins counted from the end of the
// index), and the pieces. `joined.json` says which there are, and of which build; the server reads it
// (app/src/hydration/files.rs). The single files stay: what is not in a joined one is fetched as before.
import { createHash } from "node:crypto";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What the loader begins with. */
const PIECE = `const joined = [...document.querySelectorAll("link[rel=preload][href$='.pieces']")].map(async ({ href }) => {
  const bytes = await (await fetch(href)).arrayBuffer();
  const length = new DataView(bytes).getUint32(0, true);
  const index = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length)));
  return (name) => index[name] && new Uint8Array(bytes, 4 + length + index[name][0], index[name][1]);
}).map((opened) => opened.catch(() => () => undefined));
const piece = async (name) => {
  for (const find of await Promise.all(joined)) {
    const bytes = find(name);
    if (bytes) return new Response(bytes, { headers: { "Content-Type": "application/wasm" } });
  }
  return fetch(new URL("./" + name, import.meta.url));
};
`;

const [site, ...groups] = process.argv.slice(2).map((argument, at) => (at ? argument.split("+") : argument));
const folder = join(site, "pkg");
const files = await readdir(folder);

const manifestName = only(/^__wasm_split_manifest\..*\.json$/);
const manifest = JSON.parse(await readFile(join(folder, manifestName), "utf8"));
for (const file of files) if (/\.pieces(\.|$)/.test(file)) await rm(join(folder, file));

const parts = {};
for (const names of groups) {
  const [first] = names;
  const keys = names.map((name) => only(new RegExp(`^${name}_[0-9]+$`), Object.keys(manifest)));
  const pieces = new Set(keys.flatMap((key) => manifest[key]));
  const bytes = await joined([...pieces].map((piece) => `${piece}.wasm`));
  const hash = createHash("sha256").update(bytes).digest("base64url").slice(0, 22);
  parts[first] = `${first}.${hash}.pieces`;
  await writeFile(join(folder, parts[first]), bytes);
}
await writeFile(join(folder, "joined.json"), JSON.stringify({ manifest: manifestName, parts }));
await teach(join(folder, only(/^__wasm_split\..*\.js$/)));

async function joined(names) {
  const pieces = await Promise.all(names.map((name) => readFile(join(folder, name))));
  let begin = 0;
  const index = Object.fromEntries(names.map((name, at) => [name, [(begin += at ? pieces[at - 1].length : 0), pieces[at].length]]));
  const head = Buffer.from(JSON.stringify(index));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return Buffer.concat([length, head, ...pieces]);
}

/** Lets the loader take a piece out of a joined file that the page has asked for, and fetch it where there is none. */
async function teach(loader) {
  const text = await readFile(loader, "utf8");
  if (text.includes(PIECE)) return;
  const taught = text.replace(/fetch\(new URL\("\.\/([^"]+\.wasm)", import\.meta\.url\)\)/g, 'piece("$1")');
  if (taught === text) throw new Error(`${loader} does not fetch its pieces as it did`);
  await writeFile(loader, PIECE + taught);
}

function only(pattern, among = files) {
  const found = among.filter((name) => pattern.test(name));
  if (found.length !== 1) throw new Error(`${found.length} of ${pattern} in ${folder}`);
  return found[0];
}
