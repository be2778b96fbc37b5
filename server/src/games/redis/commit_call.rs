//! Changes of a game in Redis: each is one script, which also appends the frame.

use std::sync::Arc;

use protocol::wire::{self, Template};
use protocol::{UserId, limits};
use quiz::{AnswerWindow, Seat, State};
use realtime::broker::random_epoch;
use redis::ScriptInvocation;
use storage::StorageError;
use storage::redis::Shard;

use super::RedisGames;
use super::keys::Keys;
use crate::games::{Commit, EntrancePolicy, GAME_TTL_SECONDS, Key, NewGame, NextRound};

/// The arguments of `commit.lua`.
pub(super) struct CommitCall<'a> {
    key: &'a Key,
    /// The expected version; empty: there must be no such game.
    expected: String,
    state: &'a State,
    taking: Option<AnswerWindow>,
    seats: &'a [Seat],
    away: &'a [UserId],
    frame: &'a Template,
    /// Fields that change besides the state.
    fields: Vec<(&'static str, String)>,
    /// Keys that the change deletes.
    past: Vec<String>,
}

impl<'a> CommitCall<'a> {
    /// The change that creates a game.
    pub(super) fn begins(begun: &'a NewGame) -> Self {
        let NewGame { key, owner, quiz, state, frame } = begun;
        let fields = vec![("owner", owner.to_string()), ("quiz", wire::encode(quiz))];
        let expected = String::new();
        Self { key, expected, state, taking: None, seats: &[], away: &[], frame, fields, past: Vec::new() }
    }

    /// The change that a step makes.
    pub(super) fn step(commit: &'a Commit<'_>) -> Self {
        let Commit { key, expected, state, taking, seats, away, frame } = commit;
        let (expected, taking) = (expected.to_string(), *taking);
        Self { key, expected, state, taking, seats, away, frame, fields: Vec::new(), past: Vec::new() }
    }

    /// Starts the next round: no answer of the last one is found any more.
    pub(super) fn next_round(next: &'a NextRound<'_>, keys: &Keys) -> Self {
        let NextRound { key, expected, quiz, state, seats, frame } = next;
        let fields = vec![("quiz", wire::encode(quiz)), ("round", state.round.to_string())];
        let past = (0..limits::QUESTIONS).flat_map(|at| [keys.answers(key, at), keys.counted(key, at)]).collect();
        Self { key, expected: expected.to_string(), state, taking: None, seats, away: &[], frame, fields, past }
    }
}

impl RedisGames {
    /// Makes a change and returns the new version; `None`: the game was not at the expected one.
    pub(super) async fn change(&self, change: &CommitCall<'_>) -> Result<Option<u64>, StorageError> {
        let shard: Arc<Shard> = self.shard(&change.key.pin)?;
        let epoch = random_epoch();
        let fill = |call: &mut ScriptInvocation<'_>, run: &str| {
            let live = self.keys.of_change(change.key, change.state.at, &shard);
            let first_past = live.len() + 1;
            for key in live.iter().chain(&change.past) {
                call.key(key);
            }
            let CommitCall { key, expected, state, taking, seats, away, frame, fields, .. } = change;
            let (question, opened, closes) = window_arguments(*taking);
            call.arg(&key.id).arg(expected).arg(wire::encode(state));
            call.arg(question).arg(opened).arg(closes).arg(flag(taking.is_some())).arg(EntrancePolicy::of(state) as u8);
            call.arg(GAME_TTL_SECONDS).arg(&frame.head).arg(&frame.tail).arg(epoch.as_str()).arg(run);
            call.arg(self.log.entries).arg(shard.publish_command());
            call.arg(seats.len()).arg(away.len()).arg(first_past);
            for seat in *seats {
                call.arg(seat.id.as_str()).arg(wire::encode(seat));
            }
            for player in *away {
                call.arg(player.as_str());
            }
            for (field, value) in fields {
                call.arg(field).arg(value);
            }
        };
        let version: Option<String> = shard.invoke_on(&self.commit, fill).await?;
        version.map(|version| version.parse().map_err(|_| StorageError::corrupt("a version"))).transpose()
    }
}

fn window_arguments(taking: Option<AnswerWindow>) -> (String, String, String) {
    let text = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    match taking {
        Some(AnswerWindow { question, opened_at, closes_at }) => {
            (question.to_string(), opened_at.to_string(), text(closes_at))
        }
        None => Default::default(),
    }
}

fn flag(is_set: bool) -> &'static str {
    if is_set { "1" } else { "0" }
}
