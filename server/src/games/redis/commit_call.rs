//! Changes of a game in Redis: each is one script, which also appends the frame.

use protocol::wire;
use protocol::{UserId, limits};
use quiz::{AnswerWindow, Seat, State};
use realtime::channel::Channel;
use realtime::event::Event;
use redis::ScriptInvocation;
use storage::StorageError;

use super::RedisGames;
use super::keys::Keys;
use crate::games::store::{stepped, version_of};
use crate::games::{Commit, EntrancePolicy, GAME_TTL_SECONDS, Key, NewGame, NextRound};

/// One change, as `games/change.lua` makes it.
pub(super) struct CommitCall<'a> {
    key: &'a Key,
    /// The expected version; 0: there must be no such game.
    expected: u64,
    state: &'a State,
    taking: Option<AnswerWindow>,
    seats: &'a [Seat],
    away: &'a [UserId],
    event: Event,
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
        let event = stepped(frame.clone());
        Self { key, expected: 0, state, taking: None, seats: &[], away: &[], event, fields, past: Vec::new() }
    }

    /// The change that a step makes.
    pub(super) fn step(commit: Commit<'a>) -> Self {
        let Commit { key, expected, state, taking, seats, away, frame } = commit;
        let (event, fields, past) = (stepped(frame), Vec::new(), Vec::new());
        Self { key, expected, state, taking, seats, away, event, fields, past }
    }

    /// Starts the next round: no answer of the last one is found any more.
    pub(super) fn next_round(next: NextRound<'a>, keys: &Keys) -> Self {
        let NextRound { key, expected, quiz, state, seats, frame } = next;
        let fields = vec![("quiz", wire::encode(quiz)), ("round", state.round.to_string())];
        let past = (0..limits::QUESTIONS).flat_map(|at| [keys.answers(key, at), keys.counted(key, at)]).collect();
        let event = stepped(frame);
        Self { key, expected, state, taking: None, seats, away: &[], event, fields, past }
    }
}

impl RedisGames {
    /// Makes a change and returns the new version; `None`: the game was not at the expected one.
    pub(super) async fn commit_change(&self, change: &CommitCall<'_>) -> Result<Option<u64>, StorageError> {
        let CommitCall { key, expected, state, taking, seats, away, event, fields, past } = change;
        let live = self.keys.of_change(key, state.at);
        let fill = |call: &mut ScriptInvocation<'_>| {
            for key in live.iter().chain(past) {
                call.key(key);
            }
            let (question, opened, closes) = window_arguments(*taking);
            call.arg(&key.id).arg(wire::encode(state)).arg(question).arg(opened).arg(closes);
            call.arg(flag(taking.is_some())).arg(EntrancePolicy::of(state) as u8).arg(GAME_TTL_SECONDS);
            call.arg(live.len()).arg(seats.len()).arg(away.len());
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
        let channel = Channel::Game(key.pin.clone());
        version_of(self.broker.commit(&channel, *expected, &self.change, fill, event).await)
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
