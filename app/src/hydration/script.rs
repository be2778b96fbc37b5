//! How the islands of a page are hydrated.
//!
//! Content comes before code. No island is rendered before the page is painted, and its files are requested
//! by then, or after 300 ms on a slow connection: half a round trip later than styles and fonts, they arrive
//! when those are through, and the connection does not idle for a round trip. Islands are rendered one after
//! the other, each in many short tasks (`hydration/tasks.rs`), so that input is handled in between. A tab in
//! the background is never painted, and begins at once.
//!
//! Each island is rendered anew and replaces what the server rendered (`crate::island`). What a person did
//! there is carried over: text, the cursor, ticks, files, what they opened, how far they scrolled. Animations
//! continue where they were.
//!
//! A form works before hydration; a button outside of forms does not, so one that is pressed meanwhile is
//! pressed again, once, when all islands are hydrated. So is Enter in a field where it sends: it does so only
//! after hydration, and nobody presses it twice.
//!
//! If something fails, now or later, the page says so and offers to load it again; none of our listeners
//! blocks its plain forms then.

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
