// Finds Rust modules of one folder that use each other in a circle, directly or through others.
//
// It reads paths with regular expressions: those of `use`, and those in code that begin with `crate`, `super`, `self`
// or a child. Tests at the end of a file are left out. A folder's mod.rs counts as one of its modules; that it
// re-exports what a child defines does not count as using the child.
"use strict";

module.exports = { circles };

const USE = /\b(pub(?:\([^)]*\))?\s+)?use\s+([^;]+);/g;
const PATH = /(?<![\w:$])(?:(?:crate|super|self)(?:::\w+)+|[a-z_]\w*(?:::\w+)+)/g;
const VISIBILITY = /pub\((?:in [\w:]+|super|crate)\)/g;
const TESTS_AT_END = /^#\[cfg\((?:all\()?test\b.*\)\]\n(?:pub )?mod \w+ \{[\s\S]*$/m;

// The circles in `folder`, and in the folders below it unless `andBelow` is false, each as the place of one `use`
// and the modules on the way round. `files` are the paths of all Rust files of the crate, `read` gives the text of one.
function circles(folder, files, read, andBelow = true) {
  const source = folder.replace(/(\/src)\/.*$/, "$1");
  const modules = new Map();
  for (const file of files.filter((file) => file.startsWith(`${source}/`))) {
    const path = modulePath(file.slice(source.length + 1));
    if (path) modules.set(path.join("::"), { file, path, text: code(read(file)) });
  }
  const crate = { modules, names: new Set([...modules.values()].flatMap(({ path }) => prefixes(path))) };
  for (const module of modules.values()) Object.assign(module, references(crate, module));
  const top = folder.slice(source.length + 1).split("/").filter(Boolean);
  const parents = new Set([...crate.names].map((name) => name.split("::").slice(0, -1).join("::")));
  const isAsked = (parent) => startsWith(parent, top) && (andBelow || parent.length === top.length);
  return [...parents].map(segments).filter(isAsked).flatMap((parent) => inFolder(crate, parent));
}

function modulePath(file) {
  // Programs are crates of their own.
  if (/^(main\.rs|bin\/)/.test(file)) return null;
  return file.replace(/\.rs$/, "").split("/").filter((part, at, all) => at < all.length - 1 || !/^(mod|lib)$/.test(part));
}

// Comments and tests removed; lines keep their numbers.
function code(text) {
  return text.replace(TESTS_AT_END, "").replace(/\/\/.*$/gm, "");
}

// What a module uses, as absolute paths with line numbers, and what it re-exports, by name.
function references(crate, { path, text }) {
  const uses = [];
  const exported = new Map();
  const line = (at) => text.slice(0, at).split("\n").length;
  const blank = (match) => match.replace(/[^\n]/g, " ");
  for (const { 1: pub, 2: tree, index } of text.matchAll(USE)) {
    for (const { path: used, name } of leaves(tree)) {
      const target = absolute(crate, path, used);
      if (target && pub) exported.set(name, target);
      else if (target) uses.push({ target, line: line(index) });
    }
  }
  for (const { 0: used, index } of text.replace(USE, blank).replace(VISIBILITY, blank).matchAll(PATH)) {
    const target = absolute(crate, path, segments(used));
    if (target) uses.push({ target, line: line(index) });
  }
  return { uses, exported };
}

// The paths of a `use` with braces, each with the name that it gets here.
function leaves(tree, prefix = []) {
  const open = tree.indexOf("{");
  if (open < 0) {
    const [path, alias] = tree.trim().split(/\s+as\s+/);
    const all = [...prefix, ...segments(path)].filter((part, at) => part !== "self" || at === 0);
    return [{ path: all, name: alias ?? all.at(-1) }];
  }
  const head = [...prefix, ...segments(tree.slice(0, open))];
  const parts = [""];
  let depth = 0;
  for (const char of tree.slice(open + 1, tree.lastIndexOf("}"))) {
    depth += { "{": 1, "}": -1 }[char] ?? 0;
    if (char === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += char;
  }
  return parts.filter((part) => part.trim()).flatMap((part) => leaves(part, head));
}

function absolute(crate, from, [first, ...rest]) {
  if (first === "crate") return rest;
  if (first === "self") return [...from, ...rest];
  if (first === "super") {
    let up = 1;
    while (rest[up - 1] === "super") up += 1;
    return [...from.slice(0, -up), ...rest.slice(up - 1)];
  }
  const child = [...from, first];
  return crate.names.has(child.join("::")) ? [...child, ...rest] : null;
}

// The module that defines what a path names, through re-exports.
function home(crate, path, steps = 0) {
  for (let at = path.length - 1; at >= 0 && steps < 10; at -= 1) {
    if (crate.names.has(path.slice(0, at + 1).join("::"))) continue;
    const target = crate.modules.get(path.slice(0, at).join("::"))?.exported.get(path[at]);
    if (target) return home(crate, [...target, ...path.slice(at + 1)], steps + 1);
  }
  let length = path.length;
  while (length > 0 && !crate.modules.has(path.slice(0, length).join("::"))) length -= 1;
  return path.slice(0, length);
}

function inFolder(crate, parent) {
  const edges = new Map();
  const member = (path) => (startsWith(path, parent) ? (path[parent.length] ?? "mod.rs") : null);
  for (const { path, file, uses } of crate.modules.values()) {
    const from = member(path);
    if (from === null) continue;
    for (const { target, line } of uses) {
      const to = member(home(crate, target));
      if (to === null || to === from) continue;
      if (!edges.has(from)) edges.set(from, new Map());
      if (!edges.get(from).has(to)) edges.get(from).set(to, `${file}:${line}`);
    }
  }
  const found = [];
  const seen = new Set();
  for (const start of edges.keys()) {
    const round = seen.has(start) ? null : wayBack(edges, start);
    if (!round) continue;
    round.forEach((module) => seen.add(module));
    found.push({ at: edges.get(start).get(round[1]), round });
  }
  return found;
}

// The shortest way from a module back to itself.
function wayBack(edges, start) {
  const ways = [[start]];
  const visited = new Set();
  for (const way of ways) {
    for (const next of edges.get(way.at(-1))?.keys() ?? []) {
      if (next === start) return [...way, start];
      if (!visited.has(next)) ways.push([...way, next]);
      visited.add(next);
    }
  }
  return null;
}

function segments(path) {
  return path.split("::").map((part) => part.trim()).filter(Boolean);
}

function prefixes(path) {
  return path.map((_, at) => path.slice(0, at + 1).join("::"));
}

function startsWith(path, start) {
  return start.every((part, at) => path[at] === part);
}
