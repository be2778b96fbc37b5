//! A running game in the list of those that somebody hosts.

use serde::{Deserialize, Serialize};

use super::Phase;
use crate::{Pin, ResultsId};

/// A running game, as its host finds it in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunningGame {
    /// The PIN; the host's page is `/host/{pin}`.
    pub pin: Pin,
    /// The title of the quiz that is played in this round.
    pub title: String,
    /// The round of the class, from 1.
    pub round: u32,
    /// How far the game is, when the list was made.
    pub phase: Phase,
    /// The index of the current question, from 0; `None` before the first.
    pub at: Option<usize>,
    /// The number of questions and slides.
    pub questions: usize,
    /// How many players have a seat, connected or not.
    pub players: usize,
    /// Whether the viewer began it, and may choose another quiz for its class.
    pub is_own: bool,
    /// The results so far, for the game's owner, if any are stored.
    pub results: Option<ResultsId>,
}
