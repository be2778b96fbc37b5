//! Opens and checks a connection to one Redis for commands.
//!
//! It is never reopened: what was learned when it was made ([`Info::run`]) holds for every command that
//! goes out on it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, PushInfo, PushKind};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::error::{ANSWER_WITHIN, ConnectionError};
use super::info::Info;

/// How often a connection is checked.
pub(super) const BEAT_EVERY: Duration = Duration::from_secs(1);
/// The first and the longest wait between two attempts to connect.
const RETRY_FIRST: Duration = Duration::from_millis(100);
const RETRY_MOST: Duration = Duration::from_secs(1);

/// A connection that redis-rs runs, with what was learned when it was made.
pub(super) struct RedisConnection {
    redis: MultiplexedConnection,
    info: Info,
    closed: Arc<Notify>,
}

impl RedisConnection {
    /// Connects with `client`, and checks that the Redis fits.
    pub(super) async fn open(client: &Client, wants_cluster: bool) -> Result<Self, ConnectionError> {
        let closed = Arc::new(Notify::new());
        let receiver = {
            let closed = Arc::clone(&closed);
            move |push: PushInfo| {
                if push.kind == PushKind::Disconnection {
                    closed.notify_one();
                }
                Ok::<_, Infallible>(())
            }
        };
        let (redis, info) = connect(client, &config().set_push_sender(receiver), wants_cluster).await?;
        match info.is_replica {
            true => Err(ConnectionError::Replica),
            false => Ok(Self { redis, info, closed }),
        }
    }

    /// A connection to any node of a cluster, master or not, to read its map.
    pub(super) async fn probe(client: &Client) -> Result<MultiplexedConnection, ConnectionError> {
        Ok(connect(client, &config(), true).await?.0)
    }

    /// The redis-rs handle; its commands go out on this very connection.
    pub(super) fn redis(&self) -> MultiplexedConnection {
        self.redis.clone()
    }

    /// [`Info::run`] of the Redis at the other end.
    pub(super) fn run(&self) -> &str {
        &self.info.run
    }

    /// Asks Redis for `INFO`, and checks that it is still the same run and kind.
    pub(super) async fn check_alive(&self) -> Result<(), ConnectionError> {
        let info = match Info::ask(&mut self.redis()).await {
            Ok(info) => info,
            Err(error) if error.is_timeout() => return Err(ConnectionError::Silent),
            Err(error) => return Err(error.into()),
        };
        match info {
            info if info == self.info => Ok(()),
            info if info.is_replica => Err(ConnectionError::Replica),
            _ => Err(ConnectionError::Changed),
        }
    }

    /// Returns when the connection is closed.
    pub(super) async fn closed(&self) {
        self.closed.notified().await;
    }
}

fn config() -> AsyncConnectionConfig {
    AsyncConnectionConfig::new().set_connection_timeout(Some(ANSWER_WITHIN)).set_response_timeout(Some(ANSWER_WITHIN))
}

async fn connect(
    client: &Client,
    config: &AsyncConnectionConfig,
    wants_cluster: bool,
) -> Result<(MultiplexedConnection, Info), ConnectionError> {
    let connecting = async {
        let mut redis = client.get_multiplexed_async_connection_with_config(config).await?;
        let info = Info::ask(&mut redis).await?;
        Ok::<_, ConnectionError>((redis, info))
    };
    let (redis, info) = timeout(ANSWER_WITHIN * 2, connecting).await.map_err(|_| ConnectionError::Silent)??;
    info.check_compatible(wants_cluster)?;
    Ok((redis, info))
}

/// The waits between attempts to connect, which grow.
pub(super) struct Backoff(Duration);

impl Backoff {
    pub(super) fn new() -> Self {
        Self(RETRY_FIRST)
    }

    /// The next wait, with jitter, so that the nodes do not all come at once.
    pub(super) fn next(&mut self) -> Duration {
        let wait = self.0.mul_f64(rand::random_range(0.5..1.0));
        self.0 = (self.0 * 2).min(RETRY_MOST);
        wait
    }

    /// Whether this is the first attempt since the connection worked.
    pub(super) fn is_first(&self) -> bool {
        self.0 == RETRY_FIRST
    }
}
