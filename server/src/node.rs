//! One server process: its parts, put together once and shared by every request.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::HeaderMap;
use protocol::{Member, MessageId, Refusal, RoomId, UserId};
use realtime::broker::{Broker, Deliveries, Ephemeral};
use realtime::channel::Channel;
use realtime::dispatcher::Dispatcher;
use realtime::history::{History, shared::SharedHistory};
use realtime::hub::Hub;
use realtime::presence::{Presence, Settings};
use storage::StorageError;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::warn;

use crate::application::{self, RoomsAndGames};
use crate::backend::Backend;
use crate::chat::{Chat, ClassChatGate, Posted};
use crate::config::Config;
use crate::games::{Games, GamesParts, LocalGames, is_class_room};
use crate::quizzes::Library;
use crate::quota::{Payer, Quotas};
use crate::readiness::Readiness;
use crate::retention::Sweep;
use crate::rooms::Directory;
use crate::session::{Authors, RevokedUsers, Revoker, Sessions};
use crate::throttle::Throttle;
use crate::workers::Workers;
use crate::ws::{ConnectionTimeouts, Connections};

/// How many clients join rooms at a time: enough to keep the log busy. With more, newcomers of a storm wait
/// longer for their handshake, and nobody is in sooner.
const MAX_CONCURRENT_JOINS: usize = 64;

/// A room is noted as active with its first message, and with each so many after it.
const NOTED_EVERY: u64 = 64;

/// The parts of one node, shared by every request.
pub struct Node {
    /// The node's name in logs and between nodes.
    pub name: String,
    /// The settings that it was started with.
    pub config: Config,
    /// Keeps channels' logs and announces.
    pub broker: Arc<dyn Broker>,
    /// Reads the logs page by page.
    pub history: Arc<dyn History>,
    /// Who is in which channel, and who of them on this node.
    pub presence: Arc<Presence>,
    /// The list of rooms, and previews of them.
    pub directory: Arc<Directory>,
    /// Quizzes, pictures and results of games.
    pub library: Library,
    /// How much may be stored.
    pub quotas: Arc<Quotas>,
    /// Removes what nobody has used for long.
    pub sweep: Arc<dyn Sweep>,
    /// This node's part in all games.
    pub games: Arc<Games>,
    local_games: Arc<LocalGames>,
    /// The subscriptions of this node's connections.
    pub hub: Arc<Hub>,
    /// Checks and posts messages to rooms.
    pub chat: Chat,
    /// Signs and verifies sessions and tokens.
    pub sessions: Sessions,
    /// Signs people out, and learns of sign-outs on other nodes.
    pub revoker: Revoker,
    /// Who may write quizzes and start games.
    pub authors: Authors,
    /// How much one session and one address may do.
    pub throttle: Arc<Throttle>,
    /// One permit for each client that is entering or leaving a room.
    pub join_permits: Arc<Semaphore>,
    /// Threads for work that a single request can make expensive.
    pub workers: Workers,
    /// Watches whether connections are alive.
    pub connections: Arc<Connections>,
    readiness: Readiness,
    /// Cancelled when the node shuts down: it is no longer ready and closes its connections.
    pub leaving: CancellationToken,
    /// Tracks the task of each WebSocket, to wait for their end.
    pub sockets: TaskTracker,
}

impl Node {
    /// Puts the parts together. The deliveries are for the dispatcher.
    pub fn assemble(config: Config, opened: Backend) -> (Arc<Self>, Deliveries) {
        let hub = Arc::new(Hub::new(opened.broker.clone(), application::CONTROL_FRAMES));
        let local_games = Arc::<LocalGames>::default();
        let tell = {
            let (hub, local_games) = (hub.clone(), local_games.clone());
            Box::new(move |channel: &_, presence| application::publish_presence(&hub, &local_games, channel, presence))
        };
        let settings = Settings { grace: config.limits.presence_grace, ..Settings::default() };
        let presence = Arc::new(Presence::start(opened.presence.clone(), tell, settings));
        let history = Arc::new(SharedHistory::new(opened.history));
        let directory = Directory::new(opened.rooms, opened.presence);
        let leaving = CancellationToken::new();
        let limits = &config.limits;
        let patience = ConnectionTimeouts {
            hello_within: limits.hello_within,
            ping_every: limits.ping_every,
            pong_within: limits.pong_within,
            write_within: limits.write_within,
            drain_within: limits.drain_within,
        };
        let (keys, rules) = (config.sessions.keys(&opened.session_key), config.sessions.rules());
        let revoked = Arc::<RevokedUsers>::default();
        let sessions = Sessions::with(keys, rules, revoked.clone());
        let connections = Connections::start(patience, revoked.clone(), leaving.clone());
        let revoker = {
            let (connections, local_games) = (connections.clone(), local_games.clone());
            Revoker::start(opened.revocations, revoked, rules.lifetime, move |users| {
                connections.end_those_of(users);
                local_games.end_those_of(users);
            })
        };
        let quotas = Arc::new(Quotas::new(opened.counters, config.storage.quotas()));
        let library = Library::new(opened.quizzes, quotas.clone());
        let games = Games::new(GamesParts {
            store: opened.games,
            broker: opened.broker.clone(),
            hub: hub.clone(),
            presence: presence.clone(),
            library: library.clone(),
            sessions: sessions.clone(),
            local_games: local_games.clone(),
            players: limits.players,
            seats_per_address: limits.seats_per_address,
        });
        let classes = games.clone();
        let classes: ClassChatGate = Box::new(move |key| {
            let games = classes.clone();
            Box::pin(async move { games.chat_is_open(&key).await })
        });
        let node = Self {
            name: opened.node_name,
            chat: Chat::new(opened.broker.clone(), classes, quotas.clone(), config.limits.message_chars),
            authors: Authors::new(sessions.clone(), config.author_key()),
            sessions,
            throttle: Throttle::start(config.limits.rate_limit, opened.ledger, leaving.clone()),
            broker: opened.broker,
            history,
            presence,
            directory: Arc::new(directory),
            library,
            quotas,
            sweep: opened.sweep,
            games,
            local_games,
            hub,
            join_permits: Arc::new(Semaphore::new(MAX_CONCURRENT_JOINS)),
            workers: Workers::default(),
            readiness: Readiness::default(),
            connections,
            revoker,
            config,
            leaving,
            sockets: TaskTracker::new(),
        };
        (Arc::new(node), opened.deliveries)
    }

    /// The parts that take deliveries.
    pub(crate) fn dispatcher(&self) -> Dispatcher {
        let (presence, games, connections) =
            (self.presence.clone(), self.local_games.clone(), self.connections.clone());
        let application = RoomsAndGames { presence: presence.clone(), games, connections };
        Dispatcher { hub: self.hub.clone(), presence, application: Arc::new(application) }
    }

    /// The account that something stored for this request is charged to.
    pub fn payer(&self, person: &UserId, headers: &HeaderMap, address: IpAddr) -> Payer {
        Payer { person: person.clone(), address: Some(address), is_known: self.authors.has_key(headers) }
    }

    /// Posts a message to a room, which is in the list from then on.
    ///
    /// # Errors As [`Chat::post`].
    pub async fn post(&self, room: &RoomId, author: &Member, id: &MessageId, text: &str) -> Result<Posted, Refusal> {
        let said = self.chat.post(room, author, id, text).await?;
        let is_noted = said.appended.position.offset % NOTED_EVERY == 1 && !said.appended.repeated;
        // A class chat is not in the list: it is found by its game.
        if is_noted && !is_class_room(room) {
            self.directory.note_message(room).await;
        }
        Ok(said)
    }

    /// Renames somebody on all nodes. Returns in how many rooms they are on this one.
    pub async fn rename(&self, member: &Member) -> usize {
        let rooms = self.presence.rename(member);
        let notice = Ephemeral::Notice(Presence::notice_of(member).into());
        if let Err(error) = self.broker.announce(&Channel::Nodes, notice).await {
            // A node that has the person in a common room learns it by presence.
            warn!("the other nodes were not told of a new name: {error}");
        }
        rooms
    }

    /// Subscribes to the notices for all nodes.
    ///
    /// # Errors Not possible yet; try again.
    pub async fn subscribe_to_nodes(&self) -> Result<(), StorageError> {
        self.broker.subscribe(&Channel::Nodes).await
    }

    /// Whether people can be sent to this node now.
    ///
    /// # Errors A sentence that says why not.
    pub async fn ready(&self) -> Result<(), String> {
        if self.leaving.is_cancelled() {
            return Err("this node is leaving".into());
        }
        self.readiness.check(async { self.broker.ready().await.map_err(|error| error.to_string()) }).await
    }
}

/// Counts a refusal, in whichever form it is sent.
pub fn count_refusal(refusal: &Refusal) {
    metrics::counter!(crate::metrics::ERRORS, "code" => refusal.code.as_str()).increment(1);
}
