//! A quiz while it is written: the editor, and what it is made of.

mod answers;
mod bar;
mod choices;
mod details;
pub(crate) mod editor;
mod exact;
#[cfg(feature = "ssr")]
pub(crate) mod import;
mod line;
mod outline;
mod picture;
mod preview;
mod settings;
mod writing;
