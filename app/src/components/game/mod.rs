//! What the pages of a game are made of: for its players, and for its host.

pub(crate) mod answer;
pub(crate) mod host;
pub(crate) mod join;
pub(crate) mod player;
pub(crate) mod ring;
pub(crate) mod steps;
