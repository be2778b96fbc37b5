//! How the islands of a page come to life in a browser.
//!
//! What is to be read comes before what makes it move. Nothing is drawn before the
//! page is painted, and its files are asked for by then, or after 300 ms where the
//! line is slow: half a round trip later than its styles and fonts, they arrive when
//! those are through, and the line does not stand idle for a round trip. Islands
//! come one after the other, each in many short tasks (`hydration\/tasks.rs`), for a finger may be waiting. A tab in the background is
//! never painted, and joins at once.
//!
//! Each is drawn anew and put in the place of the server's drawing (`crate::island`).
//! What a person did there goes along: letters, the cursor, ticks, files, what they
//! opened, how far they scrolled. What moves goes on where it was.
//!
//! A form works before; a button of no form does not, so one that is pressed
//! meanwhile is pressed again, once, when all are alive. So is Enter in a place
//! to write: there it sends only when the page is alive, and nobody presses it twice.
//!
//! Where something fails, now or later, the page says so and offers to load it
//! again; nothing of ours stands between the person and its plain forms then.

use leptos::nonce::use_nonce;
use leptos::prelude::*;

use crate::hydration::files::hashed;

const SCRIPT: &str = include_str!("hydration.js");

/// The script that hydrates the islands.
#[component]
pub(crate) fn HydrationScript(options: LeptosOptions) -> impl IntoView {
    // Content outside of islands is not hydrated, so nothing is serialised for it.
    if let Some(page) = Owner::current_shared_context() {
        page.set_is_hydrating(false);
    }
    let file = |kind| format!("/{}/{}{}.{kind}", options.site_pkg_dir, options.output_name, hashed(&options, kind));
    view! {
        <script nonce=use_nonce()>
            {format!("{SCRIPT}({:?}, {:?});", file("js"), file("wasm"))}
        </script>
    }
}
