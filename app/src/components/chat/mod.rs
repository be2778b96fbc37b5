//! The chat of a room.

pub(crate) mod arrival;
mod changed;
pub(crate) mod composer;
pub(crate) mod dividers;
pub(crate) mod earlier;
pub(crate) mod empty;
pub(crate) mod later;
pub(crate) mod log;
pub(crate) mod message;
mod namesake;
pub(crate) mod own;
pub(crate) mod scroll;
mod text;
pub(crate) mod typing;
