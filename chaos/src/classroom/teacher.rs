//! The host of a game, as the scenarios need one.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use client::game::{Entry, GameClient, GameOptions, HostStep, Input};
use protocol::game::{Game, Phase};
use protocol::{Pin, QuizId, wire};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use super::PACE;
use super::host::{Host, Notes, Press, lock};
use crate::crowd::session::Session;
use crate::driver::{Access, Driver};
use crate::stage::{LoadBalancer, Task};

const ENTER_WITHIN: Duration = Duration::from_secs(10);
/// A step must have changed the game within this time.
const STEP_WITHIN: Duration = Duration::from_secs(20);
/// A teacher who sees nothing come of a step for so long presses again.
const PRESS_EVERY: Duration = Duration::from_secs(1);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A host. Dropped, the connection is cut.
pub struct Teacher {
    /// The PIN of the game.
    pub pin: Pin,
    notes: Arc<Mutex<Notes>>,
    presses: mpsc::Sender<Press>,
    _life: Task,
}

impl Teacher {
    /// Begins a game of a quiz.
    ///
    /// # Errors
    /// It cannot be begun.
    pub async fn begin(load_balancer: Arc<LoadBalancer>, session: Session, quiz: QuizId, seed: u64) -> Result<Self> {
        let mut rng = SmallRng::seed_from_u64(seed);
        let (pin, cookie) = host_game(&load_balancer, &session, &quiz, rng.next_u32()).await?;
        let notes = Arc::new(Mutex::new(Notes::default()));
        let (presses, pressed) = mpsc::channel(4);
        let entry = Entry::Host { token: None, code: None };
        let client = GameClient::new(GameOptions { pin: pin.clone(), entry, pending_answer: None });
        let host = Host { notes: notes.clone(), presses: pressed };
        let driver = Driver::new(client, host, Access { load_balancer, cookie, rng }, PACE);
        let teacher = Self { pin, notes, presses, _life: Task::spawn(driver.run(Input::Start)) };
        let is_in = async {
            while teacher.game().is_none() {
                sleep(LOOK_EVERY).await;
            }
        };
        timeout(ENTER_WITHIN, is_in).await.context("the teacher does not get in")?;
        Ok(teacher)
    }

    /// The game, as this teacher received it last.
    pub fn game(&self) -> Option<Game> {
        lock(&self.notes).game.as_ref().map(|(_, game)| game.clone())
    }

    /// How many are in the game, as this teacher received it last.
    pub fn players(&self) -> usize {
        lock(&self.notes).players
    }

    /// How many have answered, as this teacher received it last.
    pub fn answered(&self) -> usize {
        lock(&self.notes).answered
    }

    /// Takes the times at which counts came.
    pub fn take_counts(&self) -> Vec<std::time::Instant> {
        std::mem::take(&mut lock(&self.notes).counts)
    }

    /// What was refused for good.
    pub fn refused(&self) -> Vec<String> {
        lock(&self.notes).refused.clone()
    }

    /// Goes to the next question: from the lobby, or past the places.
    ///
    /// # Errors
    /// The game does not change.
    pub async fn go_on(&self) -> Result<()> {
        let step = match self.game().map(|game| game.phase) {
            Some(Phase::Lobby) => HostStep::Start,
            Some(Phase::Reveal) => HostStep::Skip,
            _ => HostStep::Next,
        };
        self.step(step).await
    }

    /// Goes to the podium.
    ///
    /// # Errors
    /// The game does not change.
    pub async fn end(&self) -> Result<()> {
        self.step(HostStep::End).await
    }

    /// Presses a button, again and again until the game has another version.
    async fn step(&self, step: HostStep) -> Result<()> {
        let version = lock(&self.notes).version();
        let is_over = || lock(&self.notes).version() != version;
        let done = async {
            while !is_over() {
                self.presses.send(Press { step: step.clone(), version }).await.context("the teacher is gone")?;
                let _ = timeout(PRESS_EVERY, async {
                    while !is_over() {
                        sleep(LOOK_EVERY).await;
                    }
                })
                .await;
            }
            anyhow::Ok(())
        };
        timeout(STEP_WITHIN, done).await.context("nothing comes of a step")?
    }
}

/// Begins a game as a page does. Returns its PIN, and the cookies of a browser that may host it.
async fn host_game(
    load_balancer: &LoadBalancer,
    session: &Session,
    quiz: &QuizId,
    random: u32,
) -> Result<(Pin, String)> {
    let answer = load_balancer.post("/api/host-game", &format!("quiz={quiz}"), Some(&session.cookie), random).await?;
    ensure!(answer.status == 200, "no game: {} {}", answer.status, answer.body);
    let pin = wire::decode(&answer.body).context("the PIN cannot be read")?;
    let right = answer.header("set-cookie").and_then(|cookie| cookie.split(';').next()).context("no right to host")?;
    Ok((pin, format!("{}; {right}", session.cookie)))
}
