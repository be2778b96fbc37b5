//! What only a browser has: the socket, storage, timers and the start of
//! hydration.
//!
//! Carries out what [`protocol::link::Link`] decides; has no rules of its own,
//! and no markup.

// The types of whole pages nest deeper than the compiler's default looks.
#![recursion_limit = "256"]

mod chance;
mod clock;
mod driver;
mod game_driver;
mod line;
mod page;
mod socket;
mod storage;

use app::game_link::GameConnector;
use app::link::Connector;
use leptos::prelude::{provide_context, window};
use leptos::server_fn::redirect::set_redirect_hook;
use wasm_bindgen::prelude::wasm_bindgen;

/// Called before the islands of the page that the server drew come to life.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
    // Every island inherits from the owner that was just made.
    provide_context(Connector { open: driver::open, message_id: chance::message_id, now_ms: clock::now_ms });
    provide_context(GameConnector { open: game_driver::open, now_ms: clock::now_ms });
    // An answer that leads elsewhere, such as to the room that was opened.
    let _ = set_redirect_hook(|address| drop(window().location().set_href(address)));
}
