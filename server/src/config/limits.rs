//! The settings for what a client may do, and for the size of logs.

use std::time::Duration;

use protocol::limits;
use realtime::broker::LogLimits;

use super::values::{parse_log_bytes, parse_log_length, parse_seconds};
use crate::limits::RateLimit;
use crate::retention::Retention;

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

    /// Messages of one person: BURST/PER-MINUTE, or off. What they may do otherwise, and what one address may,
    /// are multiples of it. The same on all nodes.
    #[arg(long, env = "HUBBUB_RATE_LIMIT", value_name = "RATE", default_value = "20/120")]
    pub rate_limit: RateLimit,

    /// Rooms that one connection may be in.
    #[arg(long, env = "HUBBUB_ROOMS_PER_CONNECTION", value_name = "N", default_value_t = limits::ROOMS_PER_CONNECTION)]
    pub rooms_per_connection: usize,

    /// Connections from one IPv4 address or IPv6 /64 (a /56 may have 4 times, a /48 16 times as many), and never more
    /// than half of all; 0 is no limit. Behind trusted proxies, those of one client.
    #[arg(long, env = "HUBBUB_CONNECTIONS_PER_ADDRESS", value_name = "N", default_value_t = 1000)]
    pub connections_per_address: usize,

    /// Connections to this node in all; fewer where the system does not let it open so many files.
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

    /// Seconds until the head of an HTTP request must have come, on a new connection or after the last answer, and from
    /// the first byte of a WebSocket message to its last.
    #[arg(long = "header-seconds", env = "HUBBUB_HEADER_SECONDS", value_name = "SECONDS", default_value = "10", value_parser = parse_seconds)]
    pub header_within: Duration,

    /// Seconds until an HTTP request must have come whole and be answered.
    #[arg(long = "answer-seconds", env = "HUBBUB_ANSWER_SECONDS", value_name = "SECONDS", default_value = "30", value_parser = parse_seconds)]
    pub answer_within: Duration,

    /// Seconds that an HTTP answer, or what a WebSocket is sent, waits for a client that does not read it.
    #[arg(long = "write-seconds", env = "HUBBUB_WRITE_SECONDS", value_name = "SECONDS", default_value = "30", value_parser = parse_seconds)]
    pub write_within: Duration,

    /// Bytes that may wait for a slow client before it is closed and told to come back.
    #[arg(long, env = "HUBBUB_OUTBOX_BYTES", value_name = "N", default_value_t = 1024 * 1024)]
    pub outbox_bytes: usize,

    /// Messages that are kept of each room.
    #[arg(long, env = "HUBBUB_LOG_LENGTH", value_name = "N", default_value_t = 10_000, value_parser = parse_log_length)]
    pub log_length: usize,

    /// Bytes that are kept of each room, however many messages that are: 8m is 8 MiB.
    #[arg(long, env = "HUBBUB_LOG_BYTES", value_name = "SIZE", default_value = "8m", value_parser = parse_log_bytes)]
    pub log_bytes: u64,

    /// Players of one game.
    #[arg(long, env = "HUBBUB_PLAYERS", value_name = "N", default_value_t = limits::PLAYERS)]
    pub players: usize,

    /// Players that may come into one game from one address: BURST/PER-MINUTE, or off.
    /// An IPv6 network counts as one address.
    #[arg(long, env = "HUBBUB_SEATS_PER_ADDRESS", value_name = "RATE", default_value = "100/60")]
    pub seats_per_address: RateLimit,

    /// Seconds that a person is still shown after their connection was cut.
    #[arg(long = "grace-seconds", env = "HUBBUB_GRACE_SECONDS", value_name = "SECONDS", default_value = "5", value_parser = parse_seconds)]
    pub presence_grace: Duration,

    /// Seconds that a node may take to let its connections go when it is stopped.
    #[arg(long = "drain-seconds", env = "HUBBUB_DRAIN_SECONDS", value_name = "SECONDS", default_value = "15", value_parser = parse_seconds)]
    pub drain_within: Duration,
}

impl Limits {
    /// The limits of each log; `retain` is how long unused ones stay.
    pub fn log(&self, retain: Retention) -> LogLimits {
        let retain_game = Duration::from_secs(crate::games::GAME_TTL_SECONDS);
        LogLimits { entries: self.log_length as u64, bytes: self.log_bytes, retain, retain_game }
    }
}
