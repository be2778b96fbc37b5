//! The host of a game.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use protocol::game::frame::{Create, Open, Step};
use protocol::game::{Game, GameClientMessage, GameServerMessage, Phase};
use protocol::{Pin, QuizId};
use rand::rngs::SmallRng;
use rand::{Rng, RngExt, SeedableRng};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use super::game_socket::GameSocket;
use crate::crowd::session::Session;
use crate::stage::{LoadBalancer, Task};

const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// A step must have changed the game within this time; until then it is sent again, at the same version.
const STEP_WITHIN: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What a teacher received.
#[derive(Clone, Debug, Default)]
struct Notes {
    game: Option<(u64, Game)>,
    players: usize,
    counts: Vec<std::time::Instant>,
    answered: usize,
    refused: Vec<String>,
}

/// A host. Dropped, the connection is cut.
pub struct Teacher {
    /// The PIN of the game.
    pub pin: Pin,
    notes: Arc<Mutex<Notes>>,
    steps: mpsc::Sender<GameClientMessage>,
    _life: Task,
}

impl Teacher {
    /// Begins a game of a quiz.
    ///
    /// # Errors
    /// It cannot be begun.
    pub async fn begin(load_balancer: Arc<LoadBalancer>, session: Session, quiz: QuizId, seed: u64) -> Result<Self> {
        let mut rng = SmallRng::seed_from_u64(seed);
        let mut socket = GameSocket::open(&load_balancer, &session.cookie, rng.next_u32()).await?;
        socket.send(&GameClientMessage::Create(Create { quiz })).await?;
        let hosting = async {
            loop {
                match socket.next_frame().await? {
                    GameServerMessage::Hosting(hosting) => return Ok(hosting),
                    GameServerMessage::Error(refusal) => bail!("no game: {}", refusal.message),
                    _ => {}
                }
            }
        };
        let hosting = timeout(ANSWER_WITHIN, hosting).await.context("no game in time")??;
        let notes = Notes { game: Some((hosting.version, hosting.game)), ..Notes::default() };
        let notes = Arc::new(Mutex::new(notes));
        let (steps, wanted) = mpsc::channel(4);
        let (pin, token) = (hosting.pin, hosting.token);
        let host = Host { load_balancer, session, pin: pin.clone(), token, rng, notes: notes.clone(), wanted };
        Ok(Self { pin, notes, steps, _life: Task::spawn(host.stay(socket)) })
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
        let phase = self.game().map(|game| game.phase);
        let step = |version| match phase {
            Some(Phase::Lobby) => GameClientMessage::Start(Step { version }),
            Some(Phase::Reveal) => GameClientMessage::Skip(Step { version }),
            _ => GameClientMessage::Next(Step { version }),
        };
        self.step(step).await
    }

    /// Goes to the podium.
    ///
    /// # Errors
    /// The game does not change.
    pub async fn end(&self) -> Result<()> {
        self.step(|version| GameClientMessage::End(Step { version })).await
    }

    /// Sends a step, again and again until the game has another version.
    async fn step(&self, step: impl Fn(Option<u64>) -> GameClientMessage) -> Result<()> {
        let version = self.version();
        let taken = async {
            while self.version() == version {
                self.steps.send(step(version)).await.context("the teacher is gone")?;
                for _ in 0..50 {
                    if self.version() != version {
                        break;
                    }
                    sleep(LOOK_EVERY).await;
                }
            }
            anyhow::Ok(())
        };
        timeout(STEP_WITHIN, taken).await.context("nothing comes of a step")?
    }

    fn version(&self) -> Option<u64> {
        lock(&self.notes).game.as_ref().map(|(version, _)| *version)
    }
}

struct Host {
    load_balancer: Arc<LoadBalancer>,
    session: Session,
    pin: Pin,
    token: String,
    rng: SmallRng,
    notes: Arc<Mutex<Notes>>,
    wanted: mpsc::Receiver<GameClientMessage>,
}

impl Host {
    async fn stay(mut self, first: GameSocket) {
        let mut socket = Some(first);
        loop {
            if let Some(socket) = socket.take() {
                // The end of a connection need not be reported.
                let _ = self.listen(socket).await;
            }
            sleep(Duration::from_millis(self.rng.random_range(0..500))).await;
            socket = self.come_back().await.ok();
        }
    }

    async fn come_back(&mut self) -> Result<GameSocket> {
        let mut socket = GameSocket::open(&self.load_balancer, &self.session.cookie, self.rng.next_u32()).await?;
        let open = Open { pin: self.pin.clone(), token: Some(self.token.clone()), code: None };
        socket.send(&GameClientMessage::Open(open)).await?;
        Ok(socket)
    }

    async fn listen(&mut self, mut socket: GameSocket) -> Result<()> {
        loop {
            tokio::select! {
                frame = socket.next_frame() => self.on_frame(frame?)?,
                step = self.wanted.recv() => match step {
                    Some(step) => socket.send(&step).await?,
                    None => return Ok(()),
                },
            }
        }
    }

    fn on_frame(&self, frame: GameServerMessage) -> Result<()> {
        let mut notes = lock(&self.notes);
        match frame {
            GameServerMessage::Hosting(hosting) => {
                notes.players = hosting.players.len();
                notes.on_game(hosting.version, hosting.game);
            }
            GameServerMessage::Game(changed) => notes.on_game(changed.version, changed.game),
            GameServerMessage::Players(players) => notes.players = players.count,
            GameServerMessage::Count(count) => {
                notes.counts.push(std::time::Instant::now());
                notes.answered = count.answered;
            }
            GameServerMessage::Error(refusal) if refusal.temporary => bail!("{}", refusal.message),
            // A step that was done already.
            GameServerMessage::Error(refusal) if refusal.code == protocol::ErrorCode::NotNow => {}
            GameServerMessage::Error(refusal) => notes.refused.push(refusal.message),
            _ => {}
        }
        Ok(())
    }
}

impl Notes {
    fn on_game(&mut self, version: u64, game: Game) {
        if self.game.as_ref().is_some_and(|(known, _)| *known >= version) {
            return;
        }
        self.game = Some((version, game));
    }
}

fn lock(notes: &Mutex<Notes>) -> MutexGuard<'_, Notes> {
    notes.lock().unwrap_or_else(PoisonError::into_inner)
}
