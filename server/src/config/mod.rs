//! Every setting, from flags or the environment, checked at the start.
//!
//! The only place that reads the environment.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use ::storage::redis::{Keyspace, Servers};
use clap::{Parser, ValueEnum};

use self::secrets::{quiz_key, quiz_key_in};
use self::values::{RedisServers, parse_listen, parse_metrics_listen, parse_node_name, parse_origin, parse_pace};
use crate::http::Host;
use crate::limits::TrustedProxy;

mod database;
mod environment;
mod limits;
mod secrets;
mod storage;
mod values;
mod warnings;

pub use self::database::{Command, DatabaseSettings};
pub use self::limits::Limits;
pub use self::secrets::{Secret, SessionSettings};
pub use self::storage::Storage;

/// Live rooms for people in a browser: one binary, any number of nodes.
#[derive(Clone, Debug, Parser)]
#[command(name = "hubbub", version, about)]
pub struct Config {
    /// Address and port to serve.
    #[arg(long, env = "HUBBUB_LISTEN", value_name = "ADDRESS:PORT", value_parser = parse_listen)]
    pub listen: Option<SocketAddr>,

    /// Address and port of the figures for Prometheus, at /metrics, or off. Keep it from strangers. Absent, it is
    /// the node's port and 1000 on 127.0.0.1, and a node whose port for it is taken starts without.
    #[arg(long, env = "HUBBUB_METRICS_LISTEN", value_name = "ADDRESS:PORT", value_parser = parse_metrics_listen)]
    pub metrics_listen: Option<MetricsListen>,

    /// The port alone, on 127.0.0.1; used when no --listen is given.
    #[arg(long, env = "SERVER_PORT", value_name = "PORT", hide = true)]
    pub server_port: Option<u16>,

    /// Redis, for rooms that live on several nodes: HOST:PORT or redis://USER:PASSWORD@HOST:PORT.
    /// Several, separated by commas, share the rooms out among them; in the same order on all nodes.
    /// redis-cluster://HOST:PORT is a Redis Cluster. Without it the rooms live in the data folder.
    #[arg(long, env = "REDIS_URL", value_name = "URLS", value_parser = RedisServers, hide_env_values = true)]
    pub redis: Option<Servers>,

    /// The same as --redis, under the name that some stacks use.
    #[arg(long, env = "REDIS_SERVER", value_name = "URLS", value_parser = RedisServers, hide = true, hide_env_values = true)]
    pub redis_server: Option<Servers>,

    /// File with the authorities (PEM) to trust for rediss:// and rediss-cluster://; the system's if absent.
    #[arg(long, env = "HUBBUB_REDIS_CA", value_name = "FILE")]
    pub redis_ca: Option<PathBuf>,

    /// What the names of everything in Redis begin with; the same on all nodes of a deployment, and another one
    /// for each deployment that shares the same Redis. 1 to 32 of a-z, 0-9, hyphen, dot and underscore.
    #[arg(long, env = "HUBBUB_REDIS_PREFIX", value_name = "NAME", default_value = Keyspace::DEFAULT_PREFIX,
        value_parser = Keyspace::parse)]
    pub redis_prefix: Keyspace,

    /// Use Redis' sharded pub/sub; all nodes alike. Of use with a Redis whose proxy spreads channels;
    /// a Redis Cluster always does.
    #[arg(long, env = "HUBBUB_SHARDED_PUBSUB")]
    pub sharded_pubsub: bool,

    /// Folder of the data when no Redis is used.
    #[arg(long, env = "HUBBUB_DATA_DIR", value_name = "FOLDER", default_value = "data")]
    pub data_dir: PathBuf,

    /// Folder with the built pages; looked for beside the program if absent.
    #[arg(long, env = "HUBBUB_SITE_DIR", value_name = "FOLDER")]
    pub site_dir: Option<PathBuf>,

    /// What this node is called in logs and between nodes; drawn at random if absent.
    #[arg(long, env = "HUBBUB_NODE_NAME", value_name = "NAME", value_parser = parse_node_name)]
    pub node_name: Option<String>,

    /// Close the door to WebSocket clients that bring no session cookie.
    #[arg(long, env = "HUBBUB_REQUIRE_SESSION")]
    pub require_session: bool,

    /// Web origins that may use this server besides its own, separated by commas.
    #[arg(long, env = "HUBBUB_ALLOWED_ORIGINS", value_name = "ORIGINS", value_delimiter = ',', value_parser = parse_origin)]
    pub allowed_origins: Vec<String>,

    /// The names that this server is asked by, separated by commas: NAME or NAME:PORT. Requests for any other name
    /// are refused, but for /healthz and /readyz. Any name is good if absent.
    #[arg(long, env = "HUBBUB_HOSTS", value_name = "NAMES", value_delimiter = ',')]
    pub hosts: Vec<Host>,

    /// Addresses or networks of proxies whose X-Forwarded-For, -Host and -Port are believed, separated by commas.
    #[arg(long, env = "HUBBUB_TRUSTED_PROXIES", value_name = "ADDRESSES", value_delimiter = ',')]
    pub trusted_proxies: Vec<TrustedProxy>,

    /// Who may write quizzes and start games: everybody, or who has entered the authors' key.
    #[arg(long, env = "HUBBUB_QUIZ_AUTHORS", value_enum, value_name = "WHO", default_value_t = QuizAuthors::Open,
        requires_if("key", "author_keys"))]
    pub quiz_authors: QuizAuthors,

    /// File with the key that makes somebody an author, at least 8 characters; the same on all nodes.
    #[arg(long, env = "HUBBUB_QUIZ_KEY_FILE", value_name = "FILE", value_parser = quiz_key_in, group = "author_keys")]
    pub quiz_key_file: Option<Secret>,

    /// The key itself. Everybody on this machine can read it in the list of processes: a file is better.
    #[arg(long, env = "HUBBUB_QUIZ_KEY", value_name = "KEY", value_parser = quiz_key, hide_env_values = true,
        group = "author_keys")]
    pub quiz_key: Option<Secret>,

    /// Who may put a room on the front page when opening it: everybody, authors (see --quiz-authors), or nobody.
    #[arg(long, env = "HUBBUB_ROOM_LISTING", value_enum, value_name = "WHO", default_value_t = RoomListing::Everybody)]
    pub room_listing: RoomListing,

    /// Threads that serve; one for each core if absent.
    #[arg(long, env = "HUBBUB_THREADS", value_name = "N")]
    pub threads: Option<NonZeroUsize>,

    /// Milliseconds that a thread which works most of its time leaves between two looks for what is new, so that
    /// what comes meanwhile goes together; 0 to 20. One that has less to do never waits.
    #[arg(long = "pace-ms", env = "HUBBUB_PACE_MS", value_name = "MILLISECONDS", default_value = "2", value_parser = parse_pace)]
    pub pace: Duration,

    /// How log lines are written.
    #[arg(long, env = "HUBBUB_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,

    /// What is logged, as a tracing filter.
    #[arg(long, env = "HUBBUB_LOG", value_name = "FILTER", default_value = "info")]
    pub log: String,

    /// How sessions are signed, and how long they last.
    #[command(flatten)]
    pub sessions: SessionSettings,

    /// What clients may do, and how much logs keep.
    #[command(flatten)]
    pub limits: Limits,

    /// Where a deployment of several nodes keeps what lasts.
    #[command(flatten)]
    pub database: DatabaseSettings,

    /// How much may be kept, and for how long.
    #[command(flatten)]
    pub storage: Storage,

    /// What to do instead of serving.
    #[command(subcommand)]
    pub command: Option<Command>,

    // What `cargo leptos` says about the build; not settings of their own.
    #[arg(long, env = "LEPTOS_OUTPUT_NAME", hide = true, default_value = "hubbub")]
    pub(crate) output_name: String,
    #[arg(long, env = "LEPTOS_SITE_ADDR", hide = true)]
    pub(crate) leptos_site_addr: Option<SocketAddr>,
    #[arg(long, env = "LEPTOS_RELOAD_PORT", hide = true)]
    pub(crate) reload_port: Option<u32>,
    #[arg(long, env = "LEPTOS_WATCH", hide = true, default_value = "")]
    pub(crate) leptos_watch: String,
}

/// Whether metrics are served, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricsListen {
    /// The metrics are not served.
    Off,
    /// They are served at this address.
    At(SocketAddr),
}

/// Whether log lines are for people or for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines of text for people.
    Text,
    /// One JSON object a line, for collectors.
    Json,
}

/// Who may write quizzes and start games.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum QuizAuthors {
    /// Everybody may, without any key.
    Open,
    /// Who has entered the key.
    Key,
}

/// Who may put a room on the front page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RoomListing {
    /// Whoever opens the room may list it.
    Everybody,
    /// Those may who may write quizzes, see [`QuizAuthors`].
    Authors,
    /// Rooms are found by whoever knows their name or address.
    Nobody,
}

impl Config {
    /// The address that pages and WebSockets are served at.
    pub fn address(&self) -> SocketAddr {
        let port = self.server_port.map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
        self.listen.or(port).or(self.leptos_site_addr).unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 3000)))
    }

    /// The folder with the built pages: the configured one, or `site` beside the program or its folder,
    /// where cargo-leptos puts it.
    pub fn site(&self) -> PathBuf {
        let beside = || {
            let program = std::env::current_exe().ok()?;
            let folder = program.parent()?;
            [folder.join("site"), folder.parent()?.join("site")].into_iter().find(|site| site.join("pkg").is_dir())
        };
        self.site_dir.clone().or_else(beside).unwrap_or_else(|| PathBuf::from("target/site"))
    }

    /// The file with the hashes of the built files, if they have any: beside the program, where cargo-leptos
    /// leaves it, or with the pages of a release.
    pub(crate) fn hash_file(&self) -> Option<PathBuf> {
        const NAME: &str = "hash.txt";
        let beside = || Some(std::env::current_exe().ok()?.parent()?.join(NAME));
        // During development, the pages of the last release may still be there.
        let with_pages = self.leptos_watch.is_empty().then(|| self.site().join(NAME));
        [beside(), with_pages].into_iter().flatten().find(|file| file.is_file())
    }

    /// The authors' key, if one is configured.
    pub fn author_key(&self) -> Option<&str> {
        let key = self.quiz_key_file.as_ref().or(self.quiz_key.as_ref());
        key.map(Secret::as_str).filter(|_| self.quiz_authors == QuizAuthors::Key)
    }

    /// Who may put a room on the front page. Nobody may where no list lasts.
    pub fn room_listing(&self) -> RoomListing {
        let has_list = self.redis_servers().is_none() || self.database.database.is_some();
        if has_list { self.room_listing } else { RoomListing::Nobody }
    }

    /// The configured Redis servers, if any.
    pub fn redis_servers(&self) -> Option<&Servers> {
        self.redis.as_ref().or(self.redis_server.as_ref())
    }
}

#[cfg(test)]
mod tests;
