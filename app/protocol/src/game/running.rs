//! A game that goes on, in a list of those that somebody hosts.

use serde::{Deserialize, Serialize};

use super::Phase;
use crate::{Pin, ResultsId};

/// A game that goes on, as its host finds it in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunningGame {
    /// Which: its host's page is `/host/{pin}`.
    pub pin: Pin,
    /// What its quiz is called.
    pub title: String,
    /// Which game of its class it is, from 1.
    pub round: u32,
    /// How far it is.
    pub phase: Phase,
    /// The question it is at, from 0; `None` before the first.
    pub at: Option<usize>,
    /// Questions and slides in all.
    pub questions: usize,
    /// How many seats it has now.
    pub players: usize,
    /// Whether the viewer began it, and may choose another quiz for its class.
    pub is_own: bool,
    /// What is kept of it so far, for whoever began it, if anything is.
    pub results: Option<ResultsId>,
}
