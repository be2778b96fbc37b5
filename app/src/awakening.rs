//! How the islands of a page come to life in a browser.
//!
//! What is to be read comes before what makes it move: the files are asked for
//! once the page is painted, so that they do not share a slow line with its
//! styles and fonts. Each island has a turn of its own, for a finger may be
//! waiting. A tab in the background is never painted, and joins at once.
//!
//! A form works before; a button of no form does not, so one that is pressed
//! meanwhile is pressed again, once, when all are alive. So is Enter in a place
//! to write: there it sends only when the page is alive, and nobody presses it twice.

use std::fs;

use leptos::nonce::use_nonce;
use leptos::prelude::*;

const SCRIPT: &str = include_str!("awakening.js");

/// The script that wakes the islands.
#[component]
pub(crate) fn Awakening(options: LeptosOptions) -> impl IntoView {
    // Around the islands nothing comes to life, so nothing is noted down for it.
    if let Some(page) = Owner::current_shared_context() {
        page.set_is_hydrating(false);
    }
    let hashes = options.hash_files.then(|| fs::read_to_string(&*options.hash_file).ok()).flatten().unwrap_or_default();
    let file = |kind| format!("/{}/{}{}.{kind}", options.site_pkg_dir, options.output_name, dotted(&hashes, kind));
    view! {
        <script type="module" nonce=use_nonce()>
            {format!("{SCRIPT}({:?}, {:?});", file("js"), file("wasm"))}
        </script>
    }
}

/// What a file's name says about its content, as the build wrote it down: `js: abc`.
fn dotted(hashes: &str, kind: &str) -> String {
    let of_kind = |line: &str| Some(line.strip_prefix(kind)?.strip_prefix(':')?.trim().to_owned());
    hashes.lines().find_map(of_kind).map_or_else(String::new, |hash| format!(".{hash}"))
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
}
