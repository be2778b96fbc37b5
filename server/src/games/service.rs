//! Games as the rest of this node uses them.

use std::collections::HashSet;
use std::sync::Arc;

use protocol::game::frame::Player;
use protocol::{HostId, Name, Pin, Refusal, UserId, wire};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use quiz::Seat;
use realtime::broker::{Broker, Ephemeral};
use realtime::channel::Channel;
use realtime::hub::Hub;
use realtime::notice::Notice;
use realtime::presence::Presence;
use storage::StorageError;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::warn;

use super::delays::Delays;
use super::lists::{List, Lists};
use super::local_game::LocalGame;
use super::local_games::LocalGames;
use super::notice::GameNotice;
use super::{GameSnapshot, GameStore, Key, RoundQuiz, keeper, participant, texts};
use crate::limits::RateLimit;
use crate::quizzes::Library;
use crate::session::{HostRole, Sessions};

/// How many bytes of games' quizzes are remembered, as JSON; beyond that, those that were not
/// used lately are dropped.
const REMEMBERED_BYTES: u64 = 32 * 1024 * 1024;
/// How many quizzes that may be, as a first estimate.
const REMEMBERED: usize = 1_000;
/// How many players a list contains at most.
const LISTED: usize = 2_000;

/// The parts of a node that games use.
pub struct GamesParts {
    /// Keeps games, seats and answers, and decides by its own clock.
    pub store: Arc<dyn GameStore>,
    /// Carries notices about games between nodes; `store` announces steps.
    pub broker: Arc<dyn Broker>,
    /// Carries frames to this node's clients.
    pub hub: Arc<Hub>,
    /// Knows who is connected to which game.
    pub presence: Arc<Presence>,
    /// Has the quizzes, and takes the results.
    pub library: Library,
    /// Signs the tokens of hosts and seats.
    pub sessions: Sessions,
    /// Games with somebody on this node.
    pub local_games: Arc<LocalGames>,
    /// The largest number of players in a game.
    pub players: usize,
    /// How many of them may come from one network.
    pub seats_per_address: RateLimit,
}

/// A quiz, and its size in bytes.
#[derive(Clone)]
struct CachedQuiz {
    played: Arc<RoundQuiz>,
    bytes: u64,
}

#[derive(Clone)]
struct Weight;

impl Weighter<Key, CachedQuiz> for Weight {
    fn weight(&self, _: &Key, remembered: &CachedQuiz) -> u64 {
        remembered.bytes.max(1)
    }
}

/// This node's part in all games.
pub struct Games {
    pub(super) store: Arc<dyn GameStore>,
    pub(super) broker: Arc<dyn Broker>,
    pub(super) hub: Arc<Hub>,
    pub(super) presence: Arc<Presence>,
    pub(super) library: Library,
    pub(super) sessions: Sessions,
    pub(super) local_games: Arc<LocalGames>,
    pub(super) players: usize,
    pub(super) seats_per_address: RateLimit,
    pub(super) delays: Delays,
    lists: Lists,
    played: Cache<Key, CachedQuiz, Weight>,
    keepers: TaskTracker,
    pub(super) ending: CancellationToken,
}

impl Games {
    /// A node without running games; keepers start when somebody enters.
    pub fn new(parts: GamesParts) -> Arc<Self> {
        let GamesParts { store, broker, hub, presence, library, sessions, local_games, players, seats_per_address } =
            parts;
        Arc::new(Self {
            store,
            broker,
            hub,
            presence,
            library,
            sessions,
            local_games,
            players,
            seats_per_address,
            delays: Delays::default(),
            lists: Lists::default(),
            played: Cache::with_weighter(REMEMBERED, REMEMBERED_BYTES, Weight),
            keepers: TaskTracker::new(),
            ending: CancellationToken::new(),
        })
    }

    /// The game of a PIN.
    ///
    /// # Errors The refusal to answer with.
    pub async fn load(&self, pin: &Pin) -> Result<GameSnapshot, Refusal> {
        let loaded = self.store.load(pin).await.map_err(texts::unavailable)?;
        loaded.ok_or_else(texts::no_game)
    }

    /// The host's role that the tokens prove; `None` where none of them does, or does any more.
    ///
    /// # Errors The refusal to answer with.
    pub async fn host_role(&self, key: &Key, tokens: &[String]) -> Result<Option<HostRole>, Refusal> {
        let mut added = Vec::new();
        for token in tokens {
            match self.sessions.host_of(token, &key.pin, &key.id) {
                // An owner who signed out hosts no more, whoever shows the token.
                Some(HostRole::Owner) if self.sessions.has_ended(&self.owner(key).await?) => {}
                Some(HostRole::Owner) => return Ok(Some(HostRole::Owner)),
                Some(HostRole::Added(host)) => added.push(host),
                None => {}
            }
        }
        if added.is_empty() {
            return Ok(None);
        }
        let hosts = self.store.hosts(key).await.map_err(texts::unavailable)?;
        let host = added.into_iter().find(|host| hosts.iter().any(|one| one.id == *host));
        Ok(host.map(HostRole::Added))
    }

    /// Whether a host was added and not removed.
    pub(super) async fn is_added(&self, key: &Key, host: &HostId) -> Result<bool, Refusal> {
        let hosts = self.store.hosts(key).await.map_err(texts::unavailable)?;
        Ok(hosts.iter().any(|one| one.id == *host))
    }

    /// The quiz of a game that was read; remembered, because it never changes in one round.
    ///
    /// # Errors The refusal to answer with; temporary where the class plays another round by now.
    pub async fn round_quiz(&self, loaded: &GameSnapshot) -> Result<Arc<RoundQuiz>, Refusal> {
        let round = loaded.state.round;
        if let Some(remembered) = self.played.get(&loaded.key).filter(|one| one.played.round == round) {
            return Ok(remembered.played);
        }
        let played = self.load_played(&loaded.key).await?;
        if played.round == round { Ok(played) } else { Err(texts::busy()) }
    }

    /// The person who began a game: the same in all rounds.
    ///
    /// # Errors The refusal to answer with.
    pub async fn owner(&self, key: &Key) -> Result<UserId, Refusal> {
        match self.played.get(key) {
            Some(remembered) => Ok(remembered.played.owner.clone()),
            None => Ok(self.load_played(key).await?.owner.clone()),
        }
    }

    async fn load_played(&self, key: &Key) -> Result<Arc<RoundQuiz>, Refusal> {
        let played = self.store.round_quiz_of(key).await.map_err(texts::unavailable)?;
        let mut played = played.ok_or_else(texts::no_game)?;
        played.quiz.quiz = played.quiz.quiz.cleaned();
        let played = Arc::new(played);
        let bytes = wire::encode(&played.quiz).len() as u64;
        self.played.insert(key.clone(), CachedQuiz { played: played.clone(), bytes });
        Ok(played)
    }

    /// Whether the chat of a game's class is open.
    ///
    /// If this node read it as open last, that is believed. Otherwise it is looked up, because the class may
    /// know from another node that the host has opened it.
    ///
    /// # Errors The refusal to answer with.
    pub async fn chat_is_open(&self, key: &Key) -> Result<bool, Refusal> {
        if self.local_games.has_open_chat(key) {
            return Ok(true);
        }
        let loaded = self.load(&key.pin).await?;
        Ok(loaded.key == *key && loaded.state.chat)
    }

    /// The list of players, shared by all who ask at about the same time.
    pub(super) async fn list(&self, key: &Key) -> Result<Arc<List>, StorageError> {
        self.lists.get(key, self.players(key)).await
    }

    /// The players in the order of their seats, up to the limit of a list, and how many there are.
    pub(super) async fn players(&self, key: &Key) -> Result<List, StorageError> {
        let seats = self.store.seats(key).await?;
        let connected = self.presence.members_called(&Channel::Game(key.pin.clone()), |_| true);
        // Without presence, all count as connected.
        let is_here = |id: &UserId| connected.as_ref().is_none_or(|connected| connected.contains(id));
        let count = seats.len();
        let player = |seat: Seat| Player { here: is_here(&seat.id), id: seat.id, name: seat.name, score: seat.score };
        Ok((seats.into_iter().take(LISTED).map(player).collect(), count))
    }

    /// Whether a host is connected, as far as this node knows.
    pub(super) fn has_host(&self, pin: &Pin) -> bool {
        self.presence.is_any_called(&Channel::Game(pin.clone()), participant::is_host).unwrap_or(false)
    }

    /// Whether a host is connected; reads presence where this node does not know it (yet). In a class of more
    /// than one page of members without a host on the first, one is taken to be there.
    pub(super) async fn is_host_connected_anywhere(&self, pin: &Pin) -> bool {
        let channel = Channel::Game(pin.clone());
        if let Some(is_there) = self.presence.is_any_called(&channel, participant::is_host) {
            return is_there;
        }
        let page = self.presence.members(&channel, None).await;
        page.is_ok_and(|page| page.next.is_some() || page.members.iter().any(|one| participant::is_host(&one.name)))
    }

    /// Tells the nodes with hosts that there are more answers.
    pub(super) async fn announce_answers(&self, pin: &Pin) {
        self.announce(&Channel::Game(pin.clone()), &GameNotice::Answers).await;
    }

    pub(super) async fn announce(&self, channel: &Channel, notice: &GameNotice) {
        let notice = Notice::Application(notice.encode()).encode();
        if let Err(error) = self.broker.announce(channel, Ephemeral::Notice(notice)).await {
            warn!("the other nodes were not told of a game: {error}");
        }
    }

    /// Starts the keeper of a game.
    pub(super) fn spawn_keeper(self: &Arc<Self>, local_game: Arc<LocalGame>) {
        self.keepers.spawn(keeper::run(self.clone(), local_game));
    }

    /// Starts a task that this node waits for before it stops.
    pub(super) fn spawn<T: Send + 'static>(&self, task: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        self.keepers.spawn(task)
    }

    /// Which players of a game are connected, on all nodes; `None` where that is not known.
    pub(super) fn connected_players(&self, pin: &Pin) -> Option<HashSet<UserId>> {
        let is_player = |called: &Name| !participant::is_host(called);
        let mut connected = self.presence.members_called(&Channel::Game(pin.clone()), is_player)?;
        connected.extend(self.local_games.players(pin));
        Some(connected)
    }

    /// The store of all games of the deployment.
    pub fn store(&self) -> &Arc<dyn GameStore> {
        &self.store
    }

    /// Games with somebody on this node.
    pub fn local_games(&self) -> &LocalGames {
        &self.local_games
    }

    /// Ends all keepers, and waits for them.
    pub async fn stop(&self) {
        self.ending.cancel();
        self.keepers.close();
        self.keepers.wait().await;
    }
}
