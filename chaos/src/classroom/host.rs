//! The bot behind a teacher: presses buttons, and notes what it receives.

use std::convert::Infallible;
use std::future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use client::Connection;
use client::game::{Command, Effect, Event, GameProtocol, HostStep};
use futures::future::BoxFuture;
use protocol::ErrorCode;
use protocol::game::{Game, GameServerMessage};
use tokio::sync::mpsc;

use crate::driver::{Action, Bot};

/// What a teacher received.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes {
    /// The latest version of the game, and the game then.
    pub(super) game: Option<(u64, Game)>,
    pub(super) players: usize,
    /// When counts of answers came.
    pub(super) counts: Vec<Instant>,
    pub(super) answered: usize,
    /// What was refused for good.
    pub(super) refused: Vec<String>,
}

/// A button that a teacher presses.
#[derive(Debug)]
pub(super) struct Press {
    pub(super) step: HostStep,
    /// The version that the teacher saw.
    pub(super) version: Option<u64>,
}

/// Somebody who hosts a game.
pub(super) struct Host {
    pub(super) notes: Arc<Mutex<Notes>>,
    pub(super) presses: mpsc::Receiver<Press>,
}

impl Bot<GameProtocol> for Host {
    async fn next_action(&mut self) -> Option<Action<GameProtocol>> {
        loop {
            // Dropped: the task of this client is about to end, and cuts the connection.
            let Some(press) = self.presses.recv().await else { return future::pending().await };
            // The client means a step for the version that it shows now, which may be a later one.
            if lock(&self.notes).version() == press.version {
                return Some(Action::Command(Command::Step(press.step)));
            }
        }
    }

    /// Notes what the client may hide: refusals that it deals with.
    fn on_text(&mut self, _: &str, frame: Option<&GameServerMessage>, _: &Connection<GameProtocol>) {
        match frame {
            // A step that was done already.
            Some(GameServerMessage::Error(refusal)) if refusal.code == ErrorCode::NotNow => {}
            Some(GameServerMessage::Error(refusal)) if !refusal.temporary => {
                lock(&self.notes).refused.push(refusal.message.clone());
            }
            _ => {}
        }
    }

    fn on_event(&mut self, event: Event) {
        let mut notes = lock(&self.notes);
        match event {
            Event::Hosting(hosting) => {
                notes.players = hosting.players.len();
                notes.on_game(hosting.version, hosting.game);
            }
            Event::Changed(changed) => notes.on_game(changed.version, changed.game),
            Event::Players(players) => notes.players = players.count,
            Event::Count(count) => {
                notes.counts.push(Instant::now());
                notes.answered = count.answered;
            }
            // The other events of a page do not matter.
            _ => {}
        }
    }

    /// Hosts do not answer.
    fn carry_out(&mut self, _: Effect) -> Option<BoxFuture<'static, Infallible>> {
        None
    }
}

impl Notes {
    pub(super) fn version(&self) -> Option<u64> {
        self.game.as_ref().map(|(version, _)| *version)
    }

    fn on_game(&mut self, version: u64, game: Game) {
        if self.version().is_none_or(|known| known < version) {
            self.game = Some((version, game));
        }
    }
}

/// Notes to read or write in, for a moment.
pub(super) fn lock(notes: &Mutex<Notes>) -> MutexGuard<'_, Notes> {
    notes.lock().unwrap_or_else(PoisonError::into_inner)
}
