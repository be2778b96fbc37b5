//! The parts that pages are made of, each filed by what it shows.
//!
//! They take plain props, ask nothing of the server that their props do not name, and know
//! nothing of the transport.
//!
//! The code of an island ([`crate::island`]) comes with every page's first load. The islands of some pages
//! are in a part: its code is a file of its own, loaded by the pages that have them.

pub(crate) mod avatar;
pub(crate) mod chat;
pub(crate) mod dialog;
pub(crate) mod field;
pub(crate) mod formula;
pub(crate) mod front;
pub(crate) mod game;
pub(crate) mod icon;
pub(crate) mod name_tag;
pub(crate) mod namesake;
pub(crate) mod notice;
pub(crate) mod open_room;
pub(crate) mod people;
pub(crate) mod pill;
pub(crate) mod quiz;
pub(crate) mod reader_clock;
pub(crate) mod room_list;
pub(crate) mod share;
mod sign_out;
pub(crate) mod talk;
pub(crate) mod theme_switch;
