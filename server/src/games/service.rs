//! Games as the rest of this node uses them: begun, gone on with, played.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use protocol::game::frame::Player;
use protocol::quiz::problems;
use protocol::{Pin, QuizId, Refusal, UserId, wire};
use quiz::{Command, Rejection, Seat, State};
use rand::RngExt;
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use super::tables::{ANSWERS, KICKED, Table, Tables};
use super::{Begun, Commit, Key, Loaded, Played, Store, StoreError, keeper, sitting, words};
use crate::broker::{Broker, Passing};
use crate::channel::Channel;
use crate::hub::Hub;
use crate::metrics;
use crate::presence::Presence;
use crate::quizzes::{Library, QuizzesError};
use crate::session::Sessions;

/// Wrong PINs and codes from one address in a minute; more are refused unread.
const TRIES: u64 = 60;
/// PINs that are drawn until one is free.
const DRAWS: usize = 50;
/// A step that is overtaken is tried again so often.
const OVERTAKEN: usize = 10;
/// Quizzes of games that are remembered; past this, all are forgotten.
const REMEMBERED: usize = 1_000;
/// 60 bits.
const ID_LETTERS: usize = 12;
/// 30 bits: enough for what is tried sixty times a minute and good for two.
const CODE_LETTERS: usize = 6;
/// How long a code is good for.
const CODE_MS: u64 = 2 * 60 * 1000;
/// Players that a list of them names, at most.
const LISTED: usize = 2_000;

/// What a node needs to have games.
pub struct Parts {
    /// Keeps them.
    pub store: Arc<dyn Store>,
    /// Carries words between nodes.
    pub broker: Arc<dyn Broker>,
    /// Carries frames to this node's people.
    pub hub: Arc<Hub>,
    /// Who is there.
    pub presence: Arc<Presence>,
    /// What there is to play, and where results go.
    pub library: Library,
    /// Signs hosts' tokens and players' seats.
    pub sessions: Sessions,
    /// Games with somebody on this node.
    pub tables: Arc<Tables>,
    /// Players of a game, at most.
    pub players: usize,
}

/// This node's part in all games.
pub struct Games {
    pub(super) store: Arc<dyn Store>,
    pub(super) broker: Arc<dyn Broker>,
    pub(super) hub: Arc<Hub>,
    pub(super) presence: Arc<Presence>,
    pub(super) library: Library,
    pub(super) sessions: Sessions,
    pub(super) tables: Arc<Tables>,
    pub(super) players: usize,
    played: Mutex<HashMap<Key, Arc<Played>>>,
    keepers: TaskTracker,
    pub(super) ending: CancellationToken,
}

impl Games {
    /// Puts them together; nothing runs before somebody comes.
    pub fn new(parts: Parts) -> Arc<Self> {
        let Parts { store, broker, hub, presence, library, sessions, tables, players } = parts;
        Arc::new(Self {
            store,
            broker,
            hub,
            presence,
            library,
            sessions,
            tables,
            players,
            played: Mutex::default(),
            keepers: TaskTracker::new(),
            ending: CancellationToken::new(),
        })
    }

    /// Begins a game of a quiz that `owner` may play.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub async fn begin(&self, owner: &UserId, quiz: &QuizId) -> Result<Key, Refusal> {
        let quiz = self.library.open(owner, quiz, None).await.map_err(|error| refuse_quiz(&error))?;
        if let Some(problem) = problems(&quiz.quiz).first() {
            return Err(words::invalid(format!("This quiz is not finished yet. {}", problem.sentence)));
        }
        let state = State::new(&quiz.quiz, rand::rng().random());
        for _ in 0..DRAWS {
            // No game's PIN begins with a 0: it would get lost in a sheet.
            let drawn = rand::rng().random_range(100_000..1_000_000).to_string();
            let Ok(pin) = Pin::parse(&drawn) else { continue };
            let frame = wire::game_template(&pin, &quiz::show(&quiz.quiz, &state));
            let key = Key { pin, id: crate::random::text(ID_LETTERS) };
            let (owner, quiz, state) = (owner.clone(), quiz.clone(), state.clone());
            let begun = Begun { key, owner, quiz, state, frame };
            if self.store.create(&begun).await.map_err(|error| words::unavailable(&error))?.is_some() {
                info!(game = begun.key.id, "a game begins");
                return Ok(begun.key);
            }
        }
        Err(words::unavailable(&StoreError::Full("all PINs that were drawn are in use".into())))
    }

    /// The game of a PIN that somebody at `address` knows or guesses.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub async fn find(&self, pin: &Pin, address: IpAddr) -> Result<Loaded, Refusal> {
        let who = digest(address);
        let tries = self.store.tries(&who).await.map_err(|error| words::unavailable(&error))?;
        if tries > TRIES {
            return Err(words::too_many_tries());
        }
        match self.load(pin).await {
            Err(refusal) if refusal.code == protocol::ErrorCode::NoGame => {
                self.tried(&who).await?;
                Err(refusal)
            }
            found => found,
        }
    }

    /// The game of a PIN.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub async fn load(&self, pin: &Pin) -> Result<Loaded, Refusal> {
        let loaded = self.store.load(pin).await.map_err(|error| words::unavailable(&error))?;
        loaded.ok_or_else(words::no_game)
    }

    /// A new code that makes somebody else a host, and how long it is good for.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub async fn hand_over(&self, key: &Key) -> Result<(String, u64), Refusal> {
        let code = crate::random::text(CODE_LETTERS);
        self.store.hand_over(key, &code, CODE_MS).await.map_err(|error| words::unavailable(&error))?;
        Ok((code, CODE_MS))
    }

    /// Uses a code up. Wrong ones are counted as wrong PINs are.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub async fn take_over(&self, key: &Key, code: &str, address: IpAddr) -> Result<(), Refusal> {
        let code: String = code.chars().filter(|c| c.is_ascii_alphanumeric()).take(16).collect();
        let code = code.to_ascii_lowercase();
        if self.store.take_over(key, &code).await.map_err(|error| words::unavailable(&error))? {
            return Ok(());
        }
        self.tried(&digest(address)).await?;
        Err(words::wrong_code())
    }

    /// Whether one of the tokens makes somebody a host.
    pub fn is_host<'a>(&self, key: &Key, mut tokens: impl Iterator<Item = &'a str>) -> bool {
        tokens.any(|token| self.sessions.is_host(token, &key.pin, &key.id))
    }

    /// What is played; remembered, because it never changes.
    ///
    /// # Errors
    /// The store's; there is no such game where it is `Unavailable` for good.
    pub async fn played(&self, key: &Key) -> Result<Arc<Played>, Refusal> {
        if let Some(played) = self.remembered().get(key) {
            return Ok(played.clone());
        }
        let played = self.store.played(key).await.map_err(|error| words::unavailable(&error))?;
        let played = Arc::new(played.ok_or_else(words::no_game)?);
        let mut remembered = self.remembered();
        if remembered.len() >= REMEMBERED {
            remembered.clear();
        }
        remembered.insert(key.clone(), played.clone());
        Ok(played)
    }

    /// Carries a game on. With a version, only from that one: done twice, it is
    /// done once.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub async fn step(&self, key: &Key, version: Option<u64>, command: &Command) -> Result<(), Refusal> {
        let played = self.played(key).await?;
        for _ in 0..OVERTAKEN {
            let loaded = self.load(&key.pin).await?;
            if loaded.key != *key {
                return Err(words::no_game());
            }
            if version.is_some_and(|version| version != loaded.version) {
                return Err(words::not_now("The game has gone on already."));
            }
            let state = quiz::apply(&played.quiz.quiz, &loaded.state, command, loaded.now).map_err(refuse_step)?;
            if self.commit(&loaded, &played, &state, &[]).await.map_err(|error| words::unavailable(&error))? {
                return Ok(());
            }
        }
        Err(words::unavailable(&StoreError::Unavailable("a step was overtaken all the time".into())))
    }

    /// Commits what a game has become. False: somebody else was first.
    pub(super) async fn commit(
        &self,
        loaded: &Loaded,
        played: &Played,
        state: &State,
        seats: &[Seat],
    ) -> Result<bool, StoreError> {
        let quiz = &played.quiz.quiz;
        let commit = Commit {
            key: &loaded.key,
            expected: loaded.version,
            state,
            taking: state.taking(quiz),
            seats,
            frame: wire::game_template(&loaded.key.pin, &quiz::show(quiz, state)),
        };
        let is_done = self.store.commit(commit).await?.is_some();
        if is_done {
            ::metrics::counter!(metrics::GAME_STEPS).increment(1);
        }
        Ok(is_done)
    }

    /// Sends a player away for good.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub async fn kick(&self, key: &Key, player: &UserId) -> Result<(), Refusal> {
        if !self.store.kick(key, player).await.map_err(|error| words::unavailable(&error))? {
            return Err(words::not_now("This player is not in the game any more."));
        }
        let channel = Channel::Game(key.pin.clone());
        let notice = [KICKED, player.as_str().as_bytes()].concat();
        self.announce(&channel, Bytes::from(notice)).await;
        self.forget_leader(key, player).await
    }

    /// Nobody reads the name of somebody who was sent away again.
    async fn forget_leader(&self, key: &Key, player: &UserId) -> Result<(), Refusal> {
        let played = self.played(key).await?;
        for _ in 0..OVERTAKEN {
            let loaded = self.load(&key.pin).await?;
            let state = loaded.state.without(player);
            if loaded.key != *key || state == loaded.state {
                return Ok(());
            }
            if self.commit(&loaded, &played, &state, &[]).await.map_err(|error| words::unavailable(&error))? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Whether the class of a game may chat.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub async fn chat_is_open(&self, pin: &Pin) -> Result<bool, Refusal> {
        if let Some(is_open) = self.tables.chat(pin) {
            return Ok(is_open);
        }
        Ok(self.load(pin).await?.state.chat)
    }

    /// Who plays, in the order of their coming, as far as a list names them; and how many.
    pub(super) async fn players(&self, key: &Key) -> Result<(Vec<Player>, usize), StoreError> {
        let seats = self.store.seats(key).await?;
        let here = self.presence.everybody(&Channel::Game(key.pin.clone()));
        // Whoever asks from outside is told soon.
        let is_here = |id: &UserId| here.as_ref().is_none_or(|here| here.contains(id));
        let count = seats.len();
        let player = |seat: Seat| Player { here: is_here(&seat.id), id: seat.id, name: seat.name, score: seat.score };
        Ok((seats.into_iter().take(LISTED).map(player).collect(), count))
    }

    /// Whether a host is there, as far as this node knows.
    pub(super) fn has_host(&self, pin: &Pin) -> bool {
        let here = self.presence.everybody(&Channel::Game(pin.clone()));
        here.is_some_and(|here| here.iter().any(sitting::is_host))
    }

    /// The same, for whoever is not in the game: asks where this node does not know.
    pub(super) async fn finds_host(&self, pin: &Pin) -> bool {
        let page = self.presence.members(&Channel::Game(pin.clone()), sitting::before_hosts().as_ref()).await;
        page.is_ok_and(|page| page.members.first().is_some_and(|first| sitting::is_host(&first.id)))
    }

    /// Tells the nodes of the hosts that there are more answers.
    pub(super) async fn announce_answers(&self, pin: &Pin) {
        self.announce(&Channel::Game(pin.clone()), Bytes::from_static(ANSWERS)).await;
    }

    async fn announce(&self, channel: &Channel, notice: Bytes) {
        if let Err(error) = self.broker.announce(channel, Passing::Notice(notice)).await {
            warn!("the other nodes were not told of a game: {error}");
        }
    }

    /// Begins to look after a game.
    pub(super) fn keep(self: &Arc<Self>, table: Arc<Table>) {
        self.keepers.spawn(keeper::keep(self.clone(), table));
    }

    /// Games with somebody on this node.
    pub fn tables(&self) -> &Tables {
        &self.tables
    }

    /// Ends all keepers.
    pub async fn stop(&self) {
        self.ending.cancel();
        self.keepers.close();
        self.keepers.wait().await;
    }

    async fn tried(&self, who: &str) -> Result<(), Refusal> {
        self.store.tried(who).await.map_err(|error| words::unavailable(&error))?;
        Ok(())
    }

    fn remembered(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Arc<Played>>> {
        self.played.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An address as it is counted: nobody reads it anywhere.
fn digest(address: IpAddr) -> String {
    let digest = Sha256::digest(address.to_canonical().to_string());
    digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

fn refuse_step(rejection: Rejection) -> Refusal {
    match rejection {
        Rejection::BadSeconds => words::invalid(rejection.to_string()),
        _ => words::not_now(rejection.to_string()),
    }
}

fn refuse_quiz(error: &QuizzesError) -> Refusal {
    match error {
        QuizzesError::Unavailable(why) => words::unavailable(&StoreError::Unavailable(why.clone())),
        _ => words::invalid("There is no such quiz, or it is somebody else's."),
    }
}
