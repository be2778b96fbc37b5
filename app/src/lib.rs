//! What people see: pages, their parts, and the state behind them.
//!
//! Draws the same on the server and in the browser. Opens no socket and keeps
//! no clock: both come in through [`link`].

// The types of views are as deep as the pages they describe.
#![recursion_limit = "256"]
// `#[component]` makes items `pub` that are seen in this crate only.
#![allow(unreachable_pub)]

#[cfg(not(erase_components))]
compile_error!("build with `--cfg erase_components`, as .cargo/config.toml does; is RUSTFLAGS set?");

pub use protocol;

pub mod api;
pub mod link;

mod components;
mod draft;
mod erase;
mod live;
mod pages;
mod shell;
mod state;
mod theme;
mod zone;

pub use pages::App;
pub use shell::shell;
