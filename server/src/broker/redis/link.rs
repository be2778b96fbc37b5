//! The connection on which a node gives Redis its commands.
//!
//! One connection, shared by all callers and pipelined by redis-rs. It comes
//! back by itself after any outage; meanwhile calls fail soon instead of
//! waiting for it.

use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use redis::{
    Client, Cmd, FromRedisValue, IntoConnectionInfo, Pipeline, ProtocolVersion, RedisResult, ScriptInvocation,
};
use tokio::time::timeout;

use crate::broker::BrokerError;

/// Redis answers within this time, or it counts as away.
pub(super) const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// A call fails after this time, whatever it waits for.
const CALL_WITHIN: Duration = Duration::from_millis(2500);

/// A handle to the connection; clones share it.
#[derive(Clone)]
pub struct Link {
    client: Client,
    commands: ConnectionManager,
    sharded: bool,
}

impl Link {
    /// Prepares the connection to `url`; it is made by the first call.
    ///
    /// # Errors
    /// The address is not one of Redis.
    pub(super) fn open(url: &str, sharded: bool) -> Result<Self, BrokerError> {
        let client = client(url)
            .map_err(|error| BrokerError::Unavailable(format!("the address of Redis is not understood: {error}")))?;
        let config = ConnectionManagerConfig::new()
            // With fewer retries it would give up, and stay away until the next call.
            .set_number_of_retries(usize::MAX)
            .set_min_delay(Duration::from_millis(100))
            .set_max_delay(Duration::from_secs(1))
            .set_connection_timeout(Some(ANSWER_WITHIN))
            .set_response_timeout(Some(ANSWER_WITHIN));
        let commands = client.get_connection_manager_lazy(config).map_err(explain)?;
        Ok(Self { client, commands, sharded })
    }

    /// Runs a script; loads it first where Redis does not know it.
    pub async fn invoke<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T, BrokerError> {
        soon(script.invoke_async(&mut self.commands())).await
    }

    /// Runs a command.
    pub async fn run<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, BrokerError> {
        soon(command.query_async(&mut self.commands())).await
    }

    /// Runs commands in one round trip.
    pub async fn run_all<T: FromRedisValue>(&self, commands: &Pipeline) -> Result<T, BrokerError> {
        soon(commands.query_async(&mut self.commands())).await
    }

    /// The connection itself. While Redis is away, a call on it waits without
    /// end: give it a time limit, or use the methods here, which have one.
    pub fn commands(&self) -> ConnectionManager {
        self.commands.clone()
    }

    /// The command that sends to all nodes, for scripts: `PUBLISH`, or its
    /// sharded kind.
    pub fn publish_command(&self) -> &'static str {
        if self.sharded { "SPUBLISH" } else { "PUBLISH" }
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn subscribe_command(&self) -> &'static str {
        if self.sharded { "SSUBSCRIBE" } else { "SUBSCRIBE" }
    }

    pub(super) fn unsubscribe_command(&self) -> &'static str {
        if self.sharded { "SUNSUBSCRIBE" } else { "UNSUBSCRIBE" }
    }
}

fn client(url: &str) -> RedisResult<Client> {
    let info = url.into_connection_info()?;
    let protocol = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
    // A peer that is gone without a word is noticed by the system, too.
    let keepalive = TcpKeepalive::new().with_time(Duration::from_secs(5)).with_interval(Duration::from_secs(2));
    let tcp = TcpSettings::default().set_nodelay(true).set_keepalive(keepalive);
    #[cfg(target_os = "linux")]
    let tcp = tcp.set_user_timeout(Duration::from_secs(5));
    Client::open(info.set_redis_settings(protocol).set_tcp_settings(tcp))
}

async fn soon<T>(call: impl Future<Output = RedisResult<T>>) -> Result<T, BrokerError> {
    match timeout(CALL_WITHIN, call).await {
        Ok(result) => result.map_err(explain),
        Err(_) => Err(BrokerError::Unavailable("Redis does not answer".into())),
    }
}

fn explain(error: redis::RedisError) -> BrokerError {
    match error.code() {
        Some("OOM") => BrokerError::Full(error.to_string()),
        _ => BrokerError::Unavailable(error.to_string()),
    }
}
