//! Chooses between SQLite and Redis with PostgreSQL at the start; the only place that does.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use realtime::broker::redis::Archive;
use realtime::broker::rewrite::Rewriter;
use realtime::broker::{Broker, Deliveries, embedded, redis};
use realtime::history::{History, embedded::EmbeddedHistory, redis::RedisHistory};
use realtime::peers::Peers;
use realtime::presence::PresenceStore;
use realtime::presence::embedded::EmbeddedPresence;
use realtime::presence::redis::{PresenceOptions, RedisPresence};
use storage::StorageError;
use storage::postgres::Postgres;
use storage::sqlite::{Sqlite, make_private};
use tracing::{info, warn};

use crate::archive::{ArchivedHistory, Archiver, MessageStore};
use crate::config::Config;
use crate::games::{self, embedded::EmbeddedGames, redis::RedisGames};
use crate::quizzes::{Quizzes, embedded::EmbeddedQuizzes, nowhere::NoQuizzes, postgres::PostgresQuizzes};
use crate::quota::{Counters, embedded::EmbeddedCounters, redis::RedisCounters};
use crate::retention::{Sweep, cluster::ClusterSweep, embedded::EmbeddedSweep};
use crate::rooms::{Rooms, embedded::EmbeddedRooms, nowhere::NoRooms, postgres::PostgresRooms};
use crate::session::Sessions;
use crate::session::revocation::{RevocationStore, embedded::EmbeddedRevocations, redis::RedisRevocations};
use crate::throttle::Ledger;
use crate::throttle::redis::RedisLedger;

/// The file or, after the prefix, the Redis key with the session key.
const KEY_FILE: &str = "session.key";
const KEY_NAME: &str = "session-key";
/// How often a node without a session key of its own asks Redis for one before it gives up.
const KEY_TRIES: u32 = 60;
const KEY_RETRY: Duration = Duration::from_millis(500);

/// Why storage could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// The data folder cannot be used.
    #[error(transparent)]
    Sqlite(#[from] storage::sqlite::OpenError),
    /// The list of Redis servers is invalid.
    #[error(transparent)]
    Servers(#[from] storage::redis::ServersError),
    /// Redis was reached and cannot be used as it is set up, or was not reached.
    #[error(transparent)]
    Redis(#[from] StorageError),
    /// The database was reached and cannot be used as it is, or none is named.
    #[error(transparent)]
    Database(#[from] storage::postgres::OpenError),
    /// A command is about the database, and none is named.
    #[error("no database is named: give --database postgres://USER:PASSWORD@HOST:PORT/NAME")]
    NoDatabase,
    /// The session key cannot be read or stored: where, and why.
    #[error("the session key cannot be kept in {0}: {1}")]
    Key(String, String),
}

/// The stores and connections that a node was opened with.
pub struct Backend {
    /// The name of this node, which no other run of a node has.
    pub node_name: String,
    /// Keeps channels' logs and announces.
    pub broker: Arc<dyn Broker>,
    /// The same broker, as what replaces entries of logs.
    pub rewriter: Arc<dyn Rewriter>,
    /// What the broker delivers to this node; one dispatcher takes it.
    pub deliveries: Deliveries,
    /// Reads the logs page by page.
    pub history: Arc<dyn History>,
    /// Stores who is in which channel, for all nodes.
    pub presence: Arc<dyn PresenceStore>,
    /// Stores what is said in the database; `None` where the logs last by themselves, or nothing does.
    pub archiver: Option<Arc<Archiver>>,
    /// Keeps the titles of rooms, and which are on the front page.
    pub rooms: Arc<dyn Rooms>,
    /// Stores authors' quizzes, pictures and results.
    pub quizzes: Arc<dyn Quizzes>,
    /// Counts what was stored, by person and network.
    pub counters: Arc<dyn Counters>,
    /// Removes what nobody has used for long.
    pub sweep: Arc<dyn Sweep>,
    /// Stores the games that are played.
    pub games: Arc<dyn games::GameStore>,
    /// Adds up what all nodes let through; `None` for a single node.
    pub ledger: Option<Arc<dyn Ledger>>,
    /// Stores the list of people who signed out.
    pub revocations: Arc<dyn RevocationStore>,
    /// The secret that sessions are signed with.
    pub session_key: String,
}

/// Opens the storage that the configuration names.
///
/// # Errors [`BackendError`], as a sentence for the operator.
pub async fn open(config: &Config) -> Result<Backend, BackendError> {
    let node_name = config.node_name.clone().unwrap_or_else(|| format!("node-{}", storage::random::text(6)));
    match config.redis_servers() {
        None => open_embedded(config, node_name),
        Some(servers) => open_redis(config, node_name, servers.clone()).await,
    }
}

fn open_embedded(config: &Config, node_name: String) -> Result<Backend, BackendError> {
    let folder = &config.data_dir;
    let store = Sqlite::open(folder)?;
    let session_key = match config.sessions.key() {
        Some(key) => key.to_owned(),
        None => {
            key_in_folder(folder).map_err(|error| BackendError::Key(folder.display().to_string(), error.to_string()))?
        }
    };
    let (broker, deliveries) = embedded::open(
        store.clone(),
        embedded::EmbeddedBrokerOptions { log: config.limits.log(config.storage.retain_rooms), keeps_all: true },
    );
    info!("rooms are kept in {}", folder.display());
    Ok(Backend {
        node_name,
        deliveries,
        history: Arc::new(EmbeddedHistory::new(store.clone())),
        presence: Arc::new(EmbeddedPresence::new(broker.clone())),
        quizzes: Arc::new(EmbeddedQuizzes::new(store.clone())),
        counters: Arc::new(EmbeddedCounters::new(store.clone())),
        sweep: Arc::new(EmbeddedSweep::new(store.clone())),
        games: Arc::new(EmbeddedGames::new(store.clone(), broker.clone())),
        revocations: Arc::new(EmbeddedRevocations::new(store.clone())),
        rooms: Arc::new(EmbeddedRooms::new(store)),
        archiver: None,
        ledger: None,
        rewriter: broker.clone(),
        broker,
        session_key,
    })
}

async fn open_redis(
    config: &Config,
    node_name: String,
    servers: storage::redis::Servers,
) -> Result<Backend, BackendError> {
    let log = config.limits.log(config.storage.retain_rooms);
    let peers = Peers::default();
    let database = match config.database.address()? {
        Some(address) => Some(Postgres::open(&address, config.database.database_connections.get()).await?),
        None => None,
    };
    let messages = database.clone().map(MessageStore::new);
    let options = redis::RedisBrokerOptions {
        log,
        sharded: config.sharded_pubsub,
        node: node_name.clone(),
        keyspace: config.redis_prefix.clone(),
        peers: peers.clone(),
        archive: messages.clone().map(|messages| Arc::new(messages) as Arc<dyn Archive>),
    };
    let servers = match &config.redis_ca {
        Some(authorities) => servers.trusting(authorities)?,
        None => servers,
    };
    let (broker, deliveries) = redis::open(servers, options).await?;
    let router = broker.router();
    let session_key = match config.sessions.key() {
        Some(key) => key.to_owned(),
        None => key_in_redis(&router).await?,
    };
    let presence = PresenceOptions { peers, ..PresenceOptions::new(node_name.as_str()) };
    let (quizzes, rooms): (Arc<dyn Quizzes>, Arc<dyn Rooms>) = match &database {
        Some(database) => {
            (Arc::new(PostgresQuizzes::new(database.clone())), Arc::new(PostgresRooms::new(database.clone())))
        }
        None => (Arc::new(NoQuizzes), Arc::new(NoRooms)),
    };
    info!("rooms are live in Redis{}", if database.is_some() { ", and what lasts is in PostgreSQL" } else { "" });
    Ok(Backend {
        node_name,
        deliveries,
        history: match &messages {
            Some(messages) => Arc::new(ArchivedHistory::new(broker.clone(), messages.clone())),
            None => Arc::new(RedisHistory::new(&broker)),
        },
        archiver: messages.map(|messages| Arc::new(Archiver::new(broker.clone(), messages))),
        presence: Arc::new(RedisPresence::new(router.clone(), presence)),
        sweep: Arc::new(ClusterSweep::new(router.clone(), database.clone())),
        quizzes,
        counters: Arc::new(RedisCounters::new(router.clone(), database)),
        games: Arc::new(RedisGames::new(broker.clone())),
        rooms,
        revocations: Arc::new(RedisRevocations::new(router.clone())),
        ledger: Some(Arc::new(RedisLedger::new(router))),
        rewriter: broker.clone(),
        broker,
        session_key,
    })
}

/// Migrates the database that the configuration names, and nothing else.
///
/// # Errors [`BackendError`], as a sentence for the operator.
pub async fn migrate(config: &Config) -> Result<(), BackendError> {
    let address = config.database.address()?.ok_or(BackendError::NoDatabase)?;
    Ok(Postgres::migrate_once(&address).await?)
}

/// The key that an earlier start left, or a new one in a file that only its owner can read.
fn key_in_folder(folder: &Path) -> std::io::Result<String> {
    let path = folder.join(KEY_FILE);
    if let Ok(key) = fs::read_to_string(&path)
        && key.trim().len() >= 32
    {
        make_private(&path);
        return Ok(key.trim().to_owned());
    }
    let key = Sessions::fresh_secret();
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
    file.write_all(key.as_bytes())?;
    file.sync_all()?;
    Ok(key)
}

/// The key that the first node stored for all, or a new one from this node if it is the first. Of several
/// servers it is on the first one, so that all nodes find the same.
async fn key_in_redis(router: &storage::redis::Router) -> Result<String, BackendError> {
    let (fresh, name) = (Sessions::fresh_secret(), router.keyspace().name(KEY_NAME));
    let mut tries = 0;
    loop {
        let mut set = ::redis::cmd("SET");
        set.arg(&name).arg(&fresh).arg("NX").arg("GET");
        let keep = match router.at(0, &name) {
            Ok(shard) => shard.run::<Option<String>>(&set).await,
            Err(error) => Err(error),
        };
        match keep {
            Ok(earlier) => {
                warn!(
                    "the session key is shared through Redis: whoever reads Redis can sign sessions; give --session-key-file to keep it apart"
                );
                return Ok(earlier.unwrap_or(fresh));
            }
            Err(error) if tries == KEY_TRIES => return Err(BackendError::Key("Redis".into(), error.to_string())),
            Err(_) => tries += 1,
        }
        tokio::time::sleep(KEY_RETRY).await;
    }
}
