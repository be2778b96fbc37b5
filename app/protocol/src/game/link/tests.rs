//! The rules of a game's link, one sentence each.
