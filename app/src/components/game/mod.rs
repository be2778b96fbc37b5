//! The parts of a game's pages, for players and for hosts.

pub(crate) mod answer;
pub(crate) mod host;
pub(crate) mod join;
pub(crate) mod player;
pub(crate) mod ring;
pub(crate) mod steps;
