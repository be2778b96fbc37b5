//! Games as the rest of this node uses them: begun, gone on with, played.

use std::collections::HashSet;
use std::sync::Arc;

use bytes::Bytes;
use protocol::game::frame::Player;
use protocol::{HostId, Pin, Refusal, UserId, wire};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use quiz::Seat;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::warn;

use super::delays::Delays;
use super::lists::{List, Lists};
use super::local_game::LocalGame;
use super::local_games::{ANSWERS, LocalGames};
use super::{GameStore, Key, Loaded, Played, StoreError, keeper, participant, texts};
use crate::broker::{Broker, Ephemeral};
use crate::channel::Channel;
use crate::config::RateLimit;
use crate::hub::Hub;
use crate::presence::Presence;
use crate::quizzes::Library;
use crate::session::{HostRole, Sessions};

/// Bytes of the quizzes of games that are remembered, as JSON; past this, those go
/// that were not asked for lately.
const REMEMBERED_BYTES: u64 = 32 * 1024 * 1024;
/// How many that may be, as a first guess.
const REMEMBERED: usize = 1_000;
/// Players that a list of them names, at most.
const LISTED: usize = 2_000;

/// What a node needs to have games.
pub struct Parts {
    /// Keeps them.
    pub store: Arc<dyn GameStore>,
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
    pub local_games: Arc<LocalGames>,
    /// Players of a game, at most.
    pub players: usize,
    /// How many of them may come from one network.
    pub seats_per_address: RateLimit,
}

/// What is played, and how much it weighs.
#[derive(Clone)]
struct Remembered {
    played: Arc<Played>,
    bytes: u64,
}

/// Weighs what is remembered.
#[derive(Clone)]
struct Weight;

impl Weighter<Key, Remembered> for Weight {
    fn weight(&self, _: &Key, remembered: &Remembered) -> u64 {
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
    played: Cache<Key, Remembered, Weight>,
    keepers: TaskTracker,
    pub(super) ending: CancellationToken,
}

impl Games {
    /// Puts them together; nothing runs before somebody comes.
    pub fn new(parts: Parts) -> Arc<Self> {
        let Parts { store, broker, hub, presence, library, sessions, local_games, players, seats_per_address } = parts;
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
    /// # Errors
    /// The refusal to answer with.
    pub async fn load(&self, pin: &Pin) -> Result<Loaded, Refusal> {
        let loaded = self.store.load(pin).await.map_err(texts::unavailable)?;
        loaded.ok_or_else(texts::no_game)
    }

    /// As what the tokens make somebody a host; `None` where they do not, or no more.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub async fn host_role(&self, key: &Key, tokens: &[String]) -> Result<Option<HostRole>, Refusal> {
        let mut added = Vec::new();
        for token in tokens {
            match self.sessions.host_of(token, &key.pin, &key.id) {
                // Who signed out has no game any more, whoever shows its token.
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

    /// Whether an added host is one still.
    pub(super) async fn is_added(&self, key: &Key, host: &HostId) -> Result<bool, Refusal> {
        let hosts = self.store.hosts(key).await.map_err(texts::unavailable)?;
        Ok(hosts.iter().any(|one| one.id == *host))
    }

    /// What is played in a game as it was looked at; remembered, because in one round it
    /// never changes.
    ///
    /// # Errors
    /// The refusal to answer with; temporary where the class plays another round by now.
    pub async fn played_in(&self, loaded: &Loaded) -> Result<Arc<Played>, Refusal> {
        let round = loaded.state.round;
        if let Some(remembered) = self.played.get(&loaded.key).filter(|one| one.played.round == round) {
            return Ok(remembered.played);
        }
        let played = self.read_played(&loaded.key).await?;
        if played.round == round { Ok(played) } else { Err(texts::busy()) }
    }

    /// Who began a game: the same in all rounds.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub async fn owner(&self, key: &Key) -> Result<UserId, Refusal> {
        match self.played.get(key) {
            Some(remembered) => Ok(remembered.played.owner.clone()),
            None => Ok(self.read_played(key).await?.owner.clone()),
        }
    }

    async fn read_played(&self, key: &Key) -> Result<Arc<Played>, Refusal> {
        let played = self.store.played(key).await.map_err(texts::unavailable)?;
        let mut played = played.ok_or_else(texts::no_game)?;
        played.quiz.quiz = played.quiz.quiz.cleaned();
        let played = Arc::new(played);
        let bytes = wire::encode(&played.quiz).len() as u64;
        self.played.insert(key.clone(), Remembered { played: played.clone(), bytes });
        Ok(played)
    }

    /// Whether the class of a game may chat.
    ///
    /// An open chat is believed from what this node saw last. A closed one is
    /// looked up: the word that the host opened it, which the class may know by
    /// now from another node, is perhaps still under way to this one.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub async fn chat_is_open(&self, key: &Key) -> Result<bool, Refusal> {
        if self.local_games.has_open_chat(key) {
            return Ok(true);
        }
        let loaded = self.load(&key.pin).await?;
        Ok(loaded.key == *key && loaded.state.chat)
    }

    /// Who plays, for whoever asks for it. Of many who do, few read it.
    pub(super) async fn list(&self, key: &Key) -> Result<Arc<List>, StoreError> {
        self.lists.get(key, self.players(key)).await
    }

    /// Who plays, in the order of their coming, as far as a list names them; and how many.
    pub(super) async fn players(&self, key: &Key) -> Result<List, StoreError> {
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
        here.is_some_and(|here| here.iter().any(participant::is_host))
    }

    /// The same, for whoever is not in the game: asks where this node does not know.
    pub(super) async fn finds_host(&self, pin: &Pin) -> bool {
        let page = self.presence.members(&Channel::Game(pin.clone()), participant::before_hosts().as_ref()).await;
        page.is_ok_and(|page| page.members.first().is_some_and(|first| participant::is_host(&first.id)))
    }

    /// Tells the nodes of the hosts that there are more answers.
    pub(super) async fn announce_answers(&self, pin: &Pin) {
        self.announce(&Channel::Game(pin.clone()), Bytes::from_static(ANSWERS)).await;
    }

    pub(super) async fn announce(&self, channel: &Channel, notice: Bytes) {
        if let Err(error) = self.broker.announce(channel, Ephemeral::Notice(notice)).await {
            warn!("the other nodes were not told of a game: {error}");
        }
    }

    /// Begins to look after a game.
    pub(super) fn keep(self: &Arc<Self>, local_game: Arc<LocalGame>) {
        self.keepers.spawn(keeper::keep(self.clone(), local_game));
    }

    /// Begins something that this node ends before it stops.
    pub(super) fn spawn<T: Send + 'static>(&self, task: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        self.keepers.spawn(task)
    }

    /// Which people of a game are connected, on all nodes, hosts too; `None` where that is not known.
    pub(super) fn here(&self, pin: &Pin) -> Option<HashSet<UserId>> {
        let mut here = self.presence.everybody(&Channel::Game(pin.clone()))?;
        here.extend(self.local_games.players(pin));
        Some(here)
    }

    /// What is kept of games.
    pub fn store(&self) -> &Arc<dyn GameStore> {
        &self.store
    }

    /// Games with somebody on this node.
    pub fn local_games(&self) -> &LocalGames {
        &self.local_games
    }

    /// Ends all keepers.
    pub async fn stop(&self) {
        self.ending.cancel();
        self.keepers.close();
        self.keepers.wait().await;
    }
}
