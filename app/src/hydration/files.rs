//! The files with the code of an island, as the build listed them.
//!
//! A browser would learn of them only from the main wasm, and request them a round trip later, or two; so
//! the page lists them.

use std::collections::HashMap;
use std::fs;
use std::sync::OnceLock;

use leptos::prelude::*;
use protocol::wire;
use serde::Deserialize;

/// The part with the driver of a game's socket, which belongs to no island.
const DRIVER: &str = "drive";

/// The files of a part, separated by spaces; `None` for code in the main file.
pub(crate) fn files(part: &'static str) -> Option<String> {
    static BUILT: OnceLock<Built> = OnceLock::new();
    let options = use_context::<LeptosOptions>()?;
    let built = BUILT.get_or_init(|| Built::load(&options));
    let files = built.files(part);
    (!files.is_empty()).then(|| files.join(" "))
}

/// The path of a file with a hash in its name, as the build listed it: `js: abc`.
pub(crate) fn hashed(options: &LeptosOptions, kind: &str) -> String {
    let hashes = options.hash_files.then(|| fs::read_to_string(&*options.hash_file).ok()).flatten();
    dotted(&hashes.unwrap_or_default(), kind)
}

fn dotted(hashes: &str, kind: &str) -> String {
    let of_kind = |line: &str| Some(line.strip_prefix(kind)?.strip_prefix(':')?.trim().to_owned());
    hashes.lines().find_map(of_kind).map_or_else(String::new, |hash| format!(".{hash}"))
}

/// The manifest of `cargo leptos --split`.
struct Built {
    folder: String,
    /// The script that links the parts.
    loader: String,
    /// The files of each part, by its name with a number behind it.
    parts: HashMap<String, Vec<String>>,
    /// The one file with all that a part needs, by the part's name.
    joined: HashMap<String, String>,
}

/// The manifest of `.ci/join.mjs`. During development there is none.
#[derive(Deserialize)]
struct Joined {
    /// The build whose parts were joined; those of another build must not be used.
    manifest: String,
    parts: HashMap<String, String>,
}

impl Built {
    fn load(options: &LeptosOptions) -> Self {
        let folder = format!("/{}", options.site_pkg_dir);
        let read = |name: &str| fs::read_to_string(format!("{}{folder}/{name}", options.site_root)).ok();
        let manifest = format!("__wasm_split_manifest{}.json", hashed(options, "manifest"));
        // A site that was built in one piece has no parts.
        let parts = read(&manifest).and_then(|text| wire::decode(&text)).unwrap_or_default();
        let joined = read("joined.json").and_then(|text| wire::decode::<Joined>(&text));
        let joined = joined.filter(|joined| joined.manifest == manifest).map(|joined| joined.parts);
        let loader = format!("{folder}/__wasm_split{}.js", hashed(options, "split"));
        Self { folder, loader, parts, joined: joined.unwrap_or_default() }
    }

    fn files(&self, part: &str) -> Vec<String> {
        if let Some(file) = self.joined.get(part) {
            return vec![format!("{}/{file}", self.folder), self.loader.clone()];
        }
        let of = |name: &str| {
            let is_of = |key: &str| key.rsplit_once('_').is_some_and(|(key, _)| key == name);
            self.parts.iter().find(|(key, _)| is_of(key)).map(|(_, files)| files.as_slice()).unwrap_or_default()
        };
        let driver = if matches!(part, "player_part" | "host_part") { of(DRIVER) } else { &[] };
        let mut files: Vec<_> =
            of(part).iter().chain(driver).map(|file| format!("{}/{file}.wasm", self.folder)).collect();
        if !files.is_empty() {
            files.push(self.loader.clone());
        }
        files.sort_unstable();
        files.dedup();
        files
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_its_content() {
        let hashes = "js: Fap2\nwasm: -YuC\n";
        assert_eq!(dotted(hashes, "js"), ".Fap2");
        assert_eq!(dotted(hashes, "wasm"), ".-YuC");
        assert_eq!(dotted(hashes, "css"), "");
    }

    #[test]
    fn a_part_comes_with_what_it_shares_and_a_game_with_its_driver() {
        let manifest = r#"{"front_part_528":["chunk_1.a","split_front.b"],"player_part_7":["chunk_1.a","split_play.c"],"drive_9":["split_drive.d"]}"#;
        let mut built = Built {
            folder: "/pkg".into(),
            loader: "/pkg/s.js".into(),
            parts: wire::decode(manifest).unwrap(),
            joined: HashMap::new(),
        };
        assert_eq!(built.files("front_part"), ["/pkg/chunk_1.a.wasm", "/pkg/s.js", "/pkg/split_front.b.wasm"]);
        assert_eq!(
            built.files("player_part"),
            ["/pkg/chunk_1.a.wasm", "/pkg/s.js", "/pkg/split_drive.d.wasm", "/pkg/split_play.c.wasm"]
        );
        assert!(built.files("").is_empty());
        built.joined.insert("front_part".into(), "front_part.c.pieces".into());
        assert_eq!(built.files("front_part"), ["/pkg/front_part.c.pieces", "/pkg/s.js"], "one file for all");
    }
}
