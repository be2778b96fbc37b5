//! The editor of a quiz, and its parts.

mod answers;
mod bar;
mod choices;
mod details;
pub(crate) mod editor;
mod exact;
mod field_error;
#[cfg(feature = "ssr")]
pub(crate) mod import;
mod one_line_field;
mod outline;
mod picture;
mod preview;
mod settings;
mod writing;
