//! A player of a game, as the scenarios need one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use anyhow::{Context, Result};
use client::game::{Command, Entry, GameClient, GameOptions, Input};
use protocol::game::{Game, Outcome};
use protocol::{Pin, UserId};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use tokio::sync::watch;
use tokio::time::timeout;

use super::player::{Player, lock};
use super::{PACE, Sheet};
use crate::crowd::session::Session;
use crate::driver::{Access, Driver};
use crate::stage::{LoadBalancer, Task};

/// Getting in takes at most so long.
const ENTER_WITHIN: Duration = Duration::from_secs(30);

/// When and how often a player answers.
#[derive(Clone, Copy, Debug)]
pub struct Habits {
    /// Up to so long after the question opened.
    pub within: Duration,
    /// A moment later again, and otherwise.
    pub repeats: bool,
    /// Not before the question has closed.
    pub is_late: bool,
}

/// What one student received.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// Who they are, once they are in.
    pub me: Option<UserId>,
    /// The latest version of the game, and the game then.
    pub game: Option<(u64, Game)>,
    /// The answers that count, by question.
    pub given: Sheet,
    /// How often an answer was accepted.
    pub accepted: u64,
    /// How often an answer was refused as a duplicate.
    pub duplicates: u64,
    /// How often an answer came too late.
    pub late: u64,
    /// When answers were no longer accepted, by question and the servers' clock in milliseconds since 1970,
    /// as it was announced last.
    pub closed: BTreeMap<usize, u64>,
    /// When the right answer was shown first, by question, in milliseconds since 1970.
    pub revealed: BTreeMap<usize, u64>,
    /// The outcome of each question.
    pub outcomes: BTreeMap<usize, Outcome>,
    /// What must never happen, as sentences.
    pub wrongs: Vec<String>,
    /// How long they were away, every time that they had to come back.
    pub away: Vec<Duration>,
}

/// Somebody who plays. Dropped, the connection is cut.
pub struct Student {
    notes: Arc<Mutex<Notes>>,
    _life: Task,
}

impl Student {
    /// Comes into a game.
    ///
    /// # Errors
    /// They are not let in.
    pub async fn enter(
        load_balancer: Arc<LoadBalancer>,
        pin: Pin,
        name: String,
        habits: Habits,
        seed: u64,
    ) -> Result<Self> {
        let mut rng = SmallRng::seed_from_u64(seed);
        let Session { cookie, .. } = Session::open(&load_balancer, rng.next_u32()).await?;
        let notes = Arc::new(Mutex::new(Notes::default()));
        let (is_in, mut entered) = watch::channel(false);
        let player_rng = SmallRng::seed_from_u64(rng.next_u64());
        let player = Player::new(pin.clone(), habits, player_rng, notes.clone(), is_in);
        let entry = Entry::Player { nickname: None, seat: None };
        let client = GameClient::new(GameOptions { pin, entry, pending_answer: None });
        let driver = Driver::new(client, player, Access { load_balancer, cookie, rng }, PACE);
        let life = Task::spawn(driver.run(Input::Command(Command::Enter(name))));
        let entered = timeout(ENTER_WITHIN, entered.wait_for(|is_in| *is_in)).await;
        entered.context("a student does not get in")?.context("a student does not get in")?;
        Ok(Self { notes, _life: life })
    }

    /// What they have received so far, locked: drop it soon.
    pub fn notes(&self) -> MutexGuard<'_, Notes> {
        lock(&self.notes)
    }
}
