//! Which screen of the stage belongs to which phase of a game.

use protocol::game::{Game, Phase};

/// The screen of the stage; changes within one update it in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HostScreen {
    Lobby,
    Question(usize),
    Reveal(usize),
    Places(usize),
    Podium,
}

impl HostScreen {
    pub(super) fn of(game: &Game) -> Self {
        let at = game.at.unwrap_or_default();
        match game.phase {
            Phase::Lobby => Self::Lobby,
            Phase::Ready | Phase::Open | Phase::Closed => Self::Question(at),
            Phase::Reveal => Self::Reveal(at),
            Phase::Places => Self::Places(at),
            Phase::Podium | Phase::Ended => Self::Podium,
        }
    }
}
