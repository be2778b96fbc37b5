//! What a player sees of a game, one sentence each.
