//! What only a browser has: the socket, storage, timers and the start of hydration.
//!
//! Carries out what [`client::Connection`] decides; has no rules of its own, and no markup.

// The types of whole pages nest deeper than the compiler's default looks.
#![recursion_limit = "256"]

mod browser;
mod clock;
mod driver;
mod game;
mod page;
mod random;
mod room;
mod socket;
mod storage;

use any_spawner::Executor;
use app::transport::game::GameConnector;
use app::transport::room::RoomConnector;
use leptos::prelude::{Owner, provide_context, window};
use leptos::server_fn::redirect::set_redirect_hook;
use wasm_bindgen::prelude::wasm_bindgen;

/// Is called before the islands of a page are rendered.
#[wasm_bindgen]
pub fn start() {
    console_error_panic_hook::set_once();
    // Fails if it was done before, which does no harm.
    let _ = Executor::init_wasm_bindgen();
    // Every island inherits from it, as long as the page is open.
    let owner = Owner::new();
    owner.set();
    std::mem::forget(owner);
    provide_context(RoomConnector {
        open: room::open,
        message_id: random::message_id,
        now_ms: clock::now_ms,
        was_open: socket::was_open,
    });
    provide_context(GameConnector { open: game::open, now_ms: clock::now_ms, was_open: socket::was_open });
    // An answer that redirects, such as to the room that was opened.
    let _ = set_redirect_hook(|address| drop(window().location().set_href(address)));
}
