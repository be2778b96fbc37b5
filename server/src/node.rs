//! One server process: its parts, put together once and shared by every request.

use std::sync::Arc;

use axum::Router;
use realtime::broker::{Broker, Deliveries};
use realtime::channel::Channel;
use realtime::dispatcher::Dispatcher;
use realtime::history::{History, shared::SharedHistory};
use realtime::hub::Hub;
use realtime::presence::{Presence, Settings};
use storage::StorageError;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::application::{self, RoomsAndGames};
use crate::archive::Archiver;
use crate::backend::Backend;
use crate::chat::{Chat, ClassChatGate};
use crate::config::Config;
use crate::games::{Games, GamesParts, LocalGames};
use crate::handlers::{GameSockets, RoomSockets};
use crate::http::{EntranceRules, Gate, Identity, QuizFiles};
use crate::limits::TrustedProxies;
use crate::quizzes::Library;
use crate::quota::Quotas;
use crate::readiness::Readiness;
use crate::retention::Sweep;
use crate::rooms::{Directory, Renaming};
use crate::router::{AuthorPages, FormErrors, GamePages, Pages, RoomPages, Routes};
use crate::session::{Authors, RevokedUsers, Revoker, Sessions};
use crate::throttle::Throttle;
use crate::workers::Workers;
use crate::ws::{ConnectionTimeouts, Connections, Gateway, MessageLimits, Service, route_for};

/// How many clients join rooms at a time: enough to keep the log busy. With more, newcomers of a storm wait
/// longer for their handshake, and nobody is in sooner.
const MAX_CONCURRENT_JOINS: usize = 64;

/// The parts of one node. Known to the composition alone: each handler gets the parts that it uses.
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
    /// Refuses what would exceed a quota of its person, its address or the store.
    pub quotas: Arc<Quotas>,
    /// Removes what nobody has used for long.
    pub sweep: Arc<dyn Sweep>,
    /// Stores what is said in the database, where there is one.
    pub archiver: Option<Arc<Archiver>>,
    /// This node's part in all games.
    pub games: Arc<Games>,
    local_games: Arc<LocalGames>,
    /// The subscriptions of this node's connections.
    pub hub: Arc<Hub>,
    /// Checks and posts messages to rooms.
    pub chat: Arc<Chat>,
    /// Signs and verifies sessions and tokens.
    pub sessions: Sessions,
    /// Signs people out, and learns of sign-outs on other nodes.
    pub revoker: Arc<Revoker>,
    /// Who may write quizzes and start games.
    pub authors: Authors,
    /// How much one session and one address may do.
    pub throttle: Arc<Throttle>,
    /// Pings silent connections, and closes those that do not answer.
    pub connections: Arc<Connections>,
    trusted_proxies: Arc<TrustedProxies>,
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
        let directory = Arc::new(Directory::new(opened.rooms, opened.presence));
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
        let brokers = (opened.broker.clone(), opened.rewriter);
        let chat = Chat::new(brokers, classes, quotas.clone(), config.limits.message_chars);
        let node = Self {
            name: opened.node_name,
            chat: Arc::new(chat.noting_in(directory.clone()).archived_by(opened.archiver.clone())),
            authors: Authors::new(sessions.clone(), config.author_key()),
            sessions,
            throttle: Throttle::start(config.limits.rate_limit, opened.ledger, leaving.clone()),
            broker: opened.broker,
            history,
            presence,
            directory,
            library,
            quotas,
            sweep: opened.sweep,
            archiver: opened.archiver,
            games,
            local_games,
            hub,
            trusted_proxies: config.trusted_proxies.clone().into(),
            connections,
            revoker: Arc::new(revoker),
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

    /// The service of the WebSockets of rooms.
    pub(crate) fn room_sockets(&self) -> Arc<RoomSockets> {
        Arc::new(RoomSockets {
            chat: self.chat.clone(),
            directory: self.directory.clone(),
            games: self.games.clone(),
            hub: self.hub.clone(),
            presence: self.presence.clone(),
            sessions: self.sessions.clone(),
            throttle: self.throttle.clone(),
            rooms_per_connection: self.config.limits.rooms_per_connection,
        })
    }

    fn game_sockets(&self) -> Arc<GameSockets> {
        Arc::new(GameSockets {
            games: self.games.clone(),
            sessions: self.sessions.clone(),
            authors: self.authors.clone(),
            throttle: self.throttle.clone(),
        })
    }

    fn gateway(&self) -> Arc<Gateway> {
        Arc::new(Gateway {
            allowed_origins: self.config.allowed_origins.clone(),
            trusted_proxies: self.trusted_proxies.clone(),
            require_session: self.config.require_session,
            message_limits: MessageLimits {
                frame_bytes: self.config.limits.frame_bytes,
                whole_within: self.config.limits.header_within,
            },
            outbox_bytes: self.config.limits.outbox_bytes,
            sessions: self.sessions.clone(),
            throttle: self.throttle.clone(),
            connections: self.connections.clone(),
            join_permits: Arc::new(Semaphore::new(MAX_CONCURRENT_JOINS)),
            sockets: self.sockets.clone(),
            leaving: self.leaving.clone(),
        })
    }

    /// What is behind all routes; `/ws` is served by `service`.
    pub(crate) fn routes<S: Service>(&self, service: Arc<S>) -> Routes {
        let gateway = self.gateway();
        let entrance =
            EntranceRules { hosts: self.config.hosts.clone(), trusted_proxies: self.trusted_proxies.clone() };
        Routes {
            sockets: Router::new()
                .route("/ws", route_for(gateway.clone(), service))
                .route("/games", route_for(gateway, self.game_sockets())),
            pages: self.pages(),
            entrance: Arc::new(entrance),
            readiness: Arc::new(Readiness::new(self.broker.clone(), self.leaving.clone())),
        }
    }

    fn pages(&self) -> Pages {
        let (throttle, trusted_proxies) = (self.throttle.clone(), self.trusted_proxies.clone());
        let gate = Gate::new(throttle.clone(), self.config.allowed_origins.clone(), trusted_proxies.clone());
        Pages {
            rooms: Arc::new(self.room_pages()),
            authors: Arc::new(AuthorPages {
                authors: self.authors.clone(),
                games: self.games.clone(),
                library: self.library.clone(),
                sessions: self.sessions.clone(),
                throttle: throttle.clone(),
                trusted_proxies: trusted_proxies.clone(),
            }),
            games: Arc::new(GamePages {
                authors: self.authors.clone(),
                games: self.games.clone(),
                sessions: self.sessions.clone(),
                trusted_proxies: trusted_proxies.clone(),
            }),
            files: QuizFiles {
                authors: self.authors.clone(),
                sessions: self.sessions.clone(),
                library: self.library.clone(),
                throttle: throttle.clone(),
                workers: Workers::default(),
                trusted_proxies: trusted_proxies.clone(),
            },
            gate: Arc::new(gate),
            identity: Arc::new(Identity { sessions: self.sessions.clone(), authors: self.authors.clone() }),
            form_errors: FormErrors { sessions: self.sessions.clone(), throttle, trusted_proxies },
            answer_within: self.config.limits.answer_within,
        }
    }

    fn room_pages(&self) -> RoomPages {
        RoomPages {
            authors: self.authors.clone(),
            chat: self.chat.clone(),
            directory: self.directory.clone(),
            games: self.games.clone(),
            history: self.history.clone(),
            presence: self.presence.clone(),
            quotas: self.quotas.clone(),
            renaming: Renaming::new(self.presence.clone(), self.broker.clone()),
            revoker: self.revoker.clone(),
            room_listing: self.config.room_listing(),
            sessions: self.sessions.clone(),
            throttle: self.throttle.clone(),
            trusted_proxies: self.trusted_proxies.clone(),
        }
    }

    /// Subscribes to the notices for all nodes.
    ///
    /// # Errors Not possible yet; try again.
    pub async fn subscribe_to_nodes(&self) -> Result<(), StorageError> {
        self.broker.subscribe(&Channel::Nodes).await
    }
}
