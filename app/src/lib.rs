//! What people see: pages, their parts, and the state behind them.
//!
//! The server renders whole pages. Only islands ([`island`]) are hydrated: their code alone comes to the
//! browser, which renders them anew. They render the same on both sides, open no socket and keep no clock:
//! both come in through [`transport`].

// The types of views nest as deep as the pages that they describe.
#![recursion_limit = "256"]
// `#[component]` makes items `pub` that are used in this crate only.
#![allow(unreachable_pub)]

#[cfg(not(erase_components))]
compile_error!("build with `--cfg erase_components`, as .cargo/config.toml does; is RUSTFLAGS set?");

pub use protocol;

pub mod api;
pub mod transport;

mod boxed_view;
#[cfg(feature = "ssr")]
mod clock;
mod components;
mod connect_blocker;
mod device;
mod editor_store;
mod focus;
mod game_store;
mod hydration;
mod initial_state;
mod island;
mod nickname;
#[cfg(feature = "ssr")]
mod page_styles;
#[cfg(feature = "ssr")]
mod page_title;
#[cfg(feature = "ssr")]
mod pages;
mod room_store;
mod row_focus;
#[cfg(feature = "ssr")]
mod shell;
mod state;
mod storage;
mod theme;
mod time_zone;
mod unread;
mod upload;

#[cfg(feature = "ssr")]
pub use pages::App;
#[cfg(feature = "ssr")]
pub use shell::shell;
