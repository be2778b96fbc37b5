//! What all parts of the stage need: the game's state, how people enter, and the next step to send.

use client::game::HostStep;
use leptos::prelude::*;
use protocol::game::Game;
use protocol::game::frame::Player;
use protocol::{Pin, QuizId, UserId};
use serde::{Deserialize, Serialize};

use super::podium;
use super::qr::QrCode;
use crate::components::formula;
use crate::game_store::GameStore;

/// What the parts of the stage share.
#[derive(Clone, Copy)]
pub(super) struct Host {
    pub(super) store: GameStore,
    pub(super) pin: StoredValue<Pin>,
    pub(super) join_instructions: StoredValue<JoinInstructions>,
    pub(super) afterwards: StoredValue<Afterwards>,
    /// The round whose podium the page began with: without scripts no button shows the places, so there the
    /// buttons after the podium are shown from the beginning.
    pub(super) began_over: Option<u32>,
    /// The players of the round before, if this page has seen it.
    pub(super) before: RwSignal<Before>,
}

impl Host {
    pub(super) fn game<T>(self, read: impl FnOnce(&Game) -> T) -> T {
        self.store.board.with(|board| read(&board.game))
    }

    pub(super) fn game_now<T>(self, read: impl FnOnce(&Game) -> T) -> T {
        self.store.board.with_untracked(|board| read(&board.game))
    }

    pub(super) fn players<T>(self, read: impl FnOnce(&[Player]) -> T) -> T {
        self.store.players.with(|players| read(&players.players))
    }

    pub(super) fn players_now<T>(self, read: impl FnOnce(&[Player]) -> T) -> T {
        self.store.players.with_untracked(|players| read(&players.players))
    }

    /// Whether there is nobody to play with: in a further round, nobody who is back.
    pub(super) fn is_alone(self) -> bool {
        let is_first = self.game(|game| game.round) == 1;
        self.players(|players| !players.iter().any(|player| is_first || player.here))
    }

    /// The number of all players, also those who are not listed.
    pub(super) fn players_count(self) -> usize {
        self.store.players.with(|players| players.count.max(players.players.len()))
    }

    pub(super) fn player(self, id: &UserId) -> Option<Player> {
        self.players_now(|players| players.iter().find(|player| player.id == *id).cloned())
    }

    /// How many have answered the current question.
    pub(super) fn answered(self) -> usize {
        let at = self.game(|game| game.at);
        self.store
            .count
            .with(|count| count.filter(|count| Some(count.question) == at).map_or(0, |count| count.answered))
    }

    /// How many places of the podium are not shown yet.
    pub(super) fn places_missing(self) -> usize {
        self.game(podium::missing)
    }

    /// Whether the buttons after the podium are shown.
    pub(super) fn has_ways_on(self) -> bool {
        self.places_missing() == 0 || self.began_over == Some(self.game(|game| game.round))
    }

    pub(super) fn pin(self) -> Pin {
        self.pin.get_value()
    }

    /// A text of the game with its formulas.
    pub(super) fn text(self, text: &str) -> AnyView {
        formula::alone_in_game(self.store, text)
    }

    pub(super) fn step(self, step: HostStep) {
        self.store.step(step);
    }
}

/// How people enter, with the server's name as they reach it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JoinInstructions {
    /// The address that players type, such as `hubbub.example/play`.
    pub(crate) site: String,
    /// What other hosts type: `hubbub.example/host`.
    pub(crate) host_site: String,
    /// The address of the game as a QR code, for the cameras of phones.
    pub(crate) code: QrCode,
}

/// What a host can do after the game.
pub(super) struct Afterwards {
    /// The quiz, if this host is the game's owner: the results are theirs, and so is the
    /// choice of another quiz.
    pub(super) quiz: Option<QuizId>,
    /// Why the form was refused.
    pub(super) refusal: Option<String>,
}

/// A round with the ids of its players.
pub(super) type Before = Option<(u32, Vec<UserId>)>;
