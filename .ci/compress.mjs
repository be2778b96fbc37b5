// Writes a .br and a .gz beside each file of the site that shrinks, unless they
// are newer than the file. Usage: node .ci/compress.mjs target/site
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const SHRINK = new Set([".wasm", ".pieces", ".js", ".css", ".svg", ".html", ".txt", ".json", ".webmanifest", ".xml", ".ico"]);

const best = {
  ".br": (bytes) =>
    promisify(brotliCompress)(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
  ".gz": (bytes) => promisify(gzip)(bytes, { level: 9 }),
};

const site = process.argv[2];
const entries = await readdir(site, { recursive: true, withFileTypes: true });
const files = entries.filter((e) => e.isFile()).map((e) => join(e.parentPath ?? e.path, e.name));
const present = new Set(files);

await Promise.all(files.map(async (file) => {
  const suffix = extname(file);
  if (suffix in best) {
    // What an earlier build left behind must not be served for a file that is gone.
    if (!present.has(file.slice(0, -suffix.length))) await rm(file);
  } else if (SHRINK.has(suffix)) {
    await Promise.all(Object.keys(best).map((kind) => compress(file, kind)));
  }
}));

async function compress(file, kind) {
  const [source, done] = await Promise.all([stat(file), stat(file + kind).catch(() => null)]);
  if (done && done.mtimeMs >= source.mtimeMs) return;
  await writeFile(file + kind, await best[kind](await readFile(file)));
}
