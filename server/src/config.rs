//! Every setting, from flags or the environment, checked at the start.
//!
//! The only place that reads the environment.

use std::ffi::OsStr;
use std::net::{IpAddr, SocketAddr};
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Command, Parser, ValueEnum};
use protocol::limits;

use crate::broker::redis::Servers;

/// Live rooms for people in a browser: one binary, any number of nodes.
#[derive(Clone, Debug, Parser)]
#[command(name = "hubbub", version, about)]
pub struct Config {
    /// Address and port to serve.
    #[arg(long, env = "HUBBUB_LISTEN", value_name = "ADDRESS:PORT", value_parser = parse_listen)]
    pub listen: Option<SocketAddr>,

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

    /// Use Redis' sharded pub/sub; all nodes alike. Of use with a Redis whose proxy spreads channels;
    /// a Redis Cluster always does.
    #[arg(long, env = "HUBBUB_SHARDED_PUBSUB")]
    pub sharded_pubsub: bool,

    /// Folder of the database when no Redis is used.
    #[arg(long, env = "HUBBUB_DATA_DIR", value_name = "FOLDER", default_value = "data")]
    pub data_dir: PathBuf,

    /// Folder with the built pages; looked for beside the program if absent.
    #[arg(long, env = "HUBBUB_SITE_DIR", value_name = "FOLDER")]
    pub site_dir: Option<PathBuf>,

    /// What this node is called in logs and between nodes; drawn at random if absent.
    #[arg(long, env = "HUBBUB_NODE_NAME", value_name = "NAME", value_parser = parse_node_name)]
    pub node_name: Option<String>,

    /// Secret that signs sessions, at least 32 characters; the same on all nodes.
    /// Made once and kept if absent.
    #[arg(long, env = "HUBBUB_SESSION_KEY", value_name = "SECRET", value_parser = parse_session_key, hide_env_values = true)]
    pub session_key: Option<String>,

    /// Close the door to WebSocket clients that bring no session cookie.
    #[arg(long, env = "HUBBUB_REQUIRE_SESSION")]
    pub require_session: bool,

    /// Web origins that may use this server besides its own, separated by commas.
    #[arg(long, env = "HUBBUB_ALLOWED_ORIGINS", value_name = "ORIGINS", value_delimiter = ',', value_parser = parse_origin)]
    pub allowed_origins: Vec<String>,

    /// Addresses of proxies whose X-Forwarded-For is believed, separated by commas.
    #[arg(long, env = "HUBBUB_TRUSTED_PROXIES", value_name = "ADDRESSES", value_delimiter = ',')]
    pub trusted_proxies: Vec<IpAddr>,

    /// Who may write quizzes and start games: everybody, or who has entered the authors' key.
    #[arg(long, env = "HUBBUB_QUIZ_AUTHORS", value_enum, value_name = "WHO", default_value_t = QuizAuthors::Open)]
    pub quiz_authors: QuizAuthors,

    /// The key that makes somebody an author, at least 8 characters; the same on all nodes.
    #[arg(long, env = "HUBBUB_QUIZ_KEY", value_name = "KEY", value_parser = parse_quiz_key, hide_env_values = true,
        required_if_eq("quiz_authors", "key"))]
    pub quiz_key: Option<String>,

    /// Threads that serve; one for each core if absent.
    #[arg(long, env = "HUBBUB_THREADS", value_name = "N")]
    pub threads: Option<NonZeroUsize>,

    /// Milliseconds that a thread which is woken all the time leaves between two looks for what is new, so that
    /// what comes meanwhile goes together; 0 to 20. One that is woken less often never waits.
    #[arg(long = "pace-ms", env = "HUBBUB_PACE_MS", value_name = "MILLISECONDS", default_value = "2", value_parser = parse_pace)]
    pub pace: Duration,

    /// How log lines are written.
    #[arg(long, env = "HUBBUB_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,

    /// What is logged, as a tracing filter.
    #[arg(long, env = "HUBBUB_LOG", value_name = "FILTER", default_value = "info")]
    pub log: String,

    /// All limits.
    #[command(flatten)]
    pub limits: Limits,

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

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for collectors.
    Json,
}

/// Who may write quizzes and start games.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum QuizAuthors {
    /// Everybody.
    Open,
    /// Who has entered the key.
    Key,
}

/// What a client may do, and how much is kept.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// Characters of one message; more is answered with an error.
    #[arg(long, env = "HUBBUB_MESSAGE_CHARS", value_name = "N", default_value_t = limits::MESSAGE_CHARS)]
    pub message_chars: usize,

    /// Bytes of one frame from a client; more closes the connection with 1009.
    #[arg(long, env = "HUBBUB_FRAME_BYTES", value_name = "N", default_value_t = limits::FRAME_BYTES)]
    pub frame_bytes: usize,

    /// Messages of one connection: BURST/PER-MINUTE, or off.
    #[arg(long, env = "HUBBUB_RATE_LIMIT", value_name = "RATE", default_value = "20/120")]
    pub rate_limit: RateLimit,

    /// Rooms that one connection may be in.
    #[arg(long, env = "HUBBUB_ROOMS_PER_CONNECTION", value_name = "N", default_value_t = limits::ROOMS_PER_CONNECTION)]
    pub rooms_per_connection: usize,

    /// Connections from one address; 0 is no limit.
    #[arg(long, env = "HUBBUB_CONNECTIONS_PER_ADDRESS", value_name = "N", default_value_t = 1000)]
    pub connections_per_address: usize,

    /// Connections to this node in all.
    #[arg(long, env = "HUBBUB_CONNECTIONS", value_name = "N", default_value_t = 100_000)]
    pub connections: usize,

    /// Seconds until the first frame of a connection must have come.
    #[arg(long = "hello-seconds", env = "HUBBUB_HELLO_SECONDS", value_name = "SECONDS", default_value = "10", value_parser = parse_seconds)]
    pub hello_within: Duration,

    /// Seconds of silence before a connection is pinged.
    #[arg(long = "ping-seconds", env = "HUBBUB_PING_SECONDS", value_name = "SECONDS", default_value = "25", value_parser = parse_seconds)]
    pub ping_every: Duration,

    /// Seconds until the ping must be answered.
    #[arg(long = "pong-seconds", env = "HUBBUB_PONG_SECONDS", value_name = "SECONDS", default_value = "10", value_parser = parse_seconds)]
    pub pong_within: Duration,

    /// Seconds until the head of an HTTP request must have come.
    #[arg(long = "header-seconds", env = "HUBBUB_HEADER_SECONDS", value_name = "SECONDS", default_value = "10", value_parser = parse_seconds)]
    pub header_within: Duration,

    /// Bytes that may wait for a slow client before it is closed and told to come back.
    #[arg(long, env = "HUBBUB_OUTBOX_BYTES", value_name = "N", default_value_t = 1024 * 1024)]
    pub outbox_bytes: usize,

    /// Messages that are kept of each room.
    #[arg(long, env = "HUBBUB_LOG_LENGTH", value_name = "N", default_value_t = 10_000, value_parser = parse_log_length)]
    pub log_length: usize,

    /// Players of one game.
    #[arg(long, env = "HUBBUB_PLAYERS", value_name = "N", default_value_t = limits::PLAYERS)]
    pub players: usize,

    /// Seconds that a person is still shown after their connection was cut.
    #[arg(long = "grace-seconds", env = "HUBBUB_GRACE_SECONDS", value_name = "SECONDS", default_value = "5", value_parser = parse_seconds)]
    pub presence_grace: Duration,

    /// Seconds that a node may take to let its connections go when it is stopped.
    #[arg(long = "drain-seconds", env = "HUBBUB_DRAIN_SECONDS", value_name = "SECONDS", default_value = "15", value_parser = parse_seconds)]
    pub drain_within: Duration,
}

/// So many at once, so many a minute in the long run; or no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateLimit {
    /// No limit.
    Off,
    /// A token bucket.
    On {
        /// At once.
        burst: NonZeroU32,
        /// In the long run.
        per_minute: NonZeroU32,
    },
}

impl std::str::FromStr for RateLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "off" {
            return Ok(Self::Off);
        }
        let number = |part: &str| part.parse::<NonZeroU32>().ok();
        match text.split_once('/').map(|(burst, rate)| (number(burst), number(rate))) {
            Some((Some(burst), Some(per_minute))) => Ok(Self::On { burst, per_minute }),
            _ => Err("write it as BURST/PER-MINUTE, for example 20/120, or off".into()),
        }
    }
}

impl Config {
    /// Where to listen.
    pub fn address(&self) -> SocketAddr {
        let port = self.server_port.map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
        self.listen.or(port).or(self.leptos_site_addr).unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 3000)))
    }

    /// The folder with the built pages: as given, or `site` beside the program
    /// or its folder, which is where cargo-leptos puts it.
    pub fn site(&self) -> PathBuf {
        let beside = || {
            let program = std::env::current_exe().ok()?;
            let folder = program.parent()?;
            [folder.join("site"), folder.parent()?.join("site")].into_iter().find(|site| site.join("pkg").is_dir())
        };
        self.site_dir.clone().or_else(beside).unwrap_or_else(|| PathBuf::from("target/site"))
    }

    /// The file in which cargo-leptos left the hashes of the built files, where it did.
    pub(crate) fn hash_file(&self) -> Option<PathBuf> {
        let file = std::env::current_exe().ok()?.parent()?.join("hash.txt");
        file.is_file().then_some(file)
    }

    /// The key that it takes to be an author, where it takes one.
    pub fn author_key(&self) -> Option<&str> {
        self.quiz_key.as_deref().filter(|_| self.quiz_authors == QuizAuthors::Key)
    }

    /// The Redis to use, if any.
    pub fn redis_servers(&self) -> Option<&Servers> {
        self.redis.as_ref().or(self.redis_server.as_ref())
    }
}

fn parse_listen(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "write it as ADDRESS:PORT, for example 0.0.0.0:3000".into())
}

/// Reads servers as [`Servers::parse`] does. A bad value is not shown: it may
/// hold a password.
#[derive(Clone)]
struct RedisServers;

impl TypedValueParser for RedisServers {
    type Value = Servers;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<Servers, clap::Error> {
        let flag = arg.map(ToString::to_string).unwrap_or_default();
        let servers = value.to_str().ok_or("it is not UTF-8".to_owned());
        let servers = servers.and_then(|text| Servers::parse(text).map_err(|error| error.to_string()));
        let refusal = |why| clap::Error::raw(ErrorKind::ValueValidation, format!("invalid value for {flag}: {why}\n"));
        servers.map_err(|why| refusal(why).with_cmd(command))
    }
}

fn parse_node_name(text: &str) -> Result<String, String> {
    let fits = !text.is_empty() && text.len() <= 64;
    if fits && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
        Ok(text.to_owned())
    } else {
        Err("use 1 to 64 letters, digits, hyphens, dots or underscores".into())
    }
}

fn parse_session_key(text: &str) -> Result<String, String> {
    if text.len() >= 32 { Ok(text.to_owned()) } else { Err("it needs at least 32 characters".into()) }
}

fn parse_quiz_key(text: &str) -> Result<String, String> {
    let key = text.trim();
    if key.chars().count() >= 8 { Ok(key.to_owned()) } else { Err("it needs at least 8 characters".into()) }
}

fn parse_origin(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains('/') => Ok(text.to_ascii_lowercase()),
        _ => Err("write an origin as https://host or http://host:port, without a path".into()),
    }
}

fn parse_seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= 86_400.0 => Ok(Duration::from_secs_f64(seconds)),
        _ => Err("it must be a number of seconds above 0 and at most 86400".into()),
    }
}

fn parse_pace(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(ms) if ms <= 20 => Ok(Duration::from_millis(ms)),
        _ => Err("it must be a whole number of milliseconds from 0 to 20".into()),
    }
}

fn parse_log_length(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(length) if length >= limits::RECOVERY_MESSAGES => Ok(length),
        _ => Err(format!("it must be at least {}, the most that one recovery brings", limits::RECOVERY_MESSAGES)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(flags: &[&str]) -> Result<Config, clap::Error> {
        Config::try_parse_from(["hubbub"].iter().chain(flags))
    }

    #[test]
    fn nothing_said_means_embedded_on_port_3000() {
        let config = read(&[]).unwrap();
        assert_eq!(config.address().to_string(), "127.0.0.1:3000");
        assert!(config.redis_servers().is_none());
    }

    #[test]
    fn a_bad_value_is_status_2_and_says_why() {
        for flags in [
            ["--listen", "3000"],
            ["--rate-limit", "fast"],
            ["--session-key", "short"],
            ["--log-length", "1"],
            ["--pace-ms", "21"],
            ["--threads", "0"],
        ] {
            let error = read(&flags).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{flags:?}");
            assert!(error.to_string().contains(flags[0]), "{error}");
        }
    }

    #[test]
    fn who_asks_for_a_key_must_give_one() {
        let error = read(&["--quiz-authors", "key"]).unwrap_err();
        assert!(error.exit_code() == 2 && error.to_string().contains("--quiz-key"), "{error}");
        let config = read(&["--quiz-authors", "key", "--quiz-key", " open sesame "]).unwrap();
        assert_eq!(config.author_key(), Some("open sesame"));
        assert_eq!(read(&["--quiz-key", "open sesame"]).unwrap().author_key(), None, "open is open");
        let error = read(&["--quiz-key", "short"]).unwrap_err();
        assert!(error.to_string().contains("8 characters"), "{error}");
    }

    #[test]
    fn a_redis_is_an_address_or_a_url() {
        assert!(read(&["--redis", "127.0.0.1:6379"]).unwrap().redis_servers().is_some());
        assert!(read(&["--redis", "redis://a:1,redis://b:2"]).unwrap().redis_servers().is_some());
        let error = read(&["--redis", "redis://:secret@x:y"]).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains("--redis") && !error.to_string().contains("secret"), "{error}");
    }

    #[test]
    fn origins_have_no_path() {
        let config = read(&["--allowed-origins", "https://A.example,http://b:8080"]).unwrap();
        assert_eq!(config.allowed_origins, ["https://a.example", "http://b:8080"]);
        assert!(read(&["--allowed-origins", "https://a.example/x"]).is_err());
    }
}
