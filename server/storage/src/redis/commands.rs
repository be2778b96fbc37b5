//! The connection on which a node sends its commands to one Redis, beside publications.
//!
//! All callers share it, and redis-rs pipelines their commands. A task reconnects after any outage; until
//! then calls fail soon rather than wait.

use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{
    Client, Cmd, ErrorKind, FromRedisValue, Pipeline, RedisError, RedisResult, Script, ScriptInvocation,
    ServerErrorKind, Value,
};
use tokio::sync::{Notify, watch};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_util::task::AbortOnDropHandle;

use super::error::ConnectionError;
use super::info::IncompatibleRedis;
use super::supervisor::{BEAT_EVERY, Backoff, RedisConnection};
use crate::StorageError;

/// The time limit of a call, with the wait for a connection.
pub const CALL_WITHIN: Duration = Duration::from_millis(2500);
/// How long a call waits while the connection is being made.
const CONNECTION_WITHIN: Duration = Duration::from_secs(1);

/// A handle to the connection; clones share it.
#[derive(Clone)]
pub(crate) struct Commands {
    state: watch::Receiver<State>,
    signals: Arc<FailureSignals>,
    _task: Arc<AbortOnDropHandle<()>>,
}

/// How a failed call reports what it found.
pub(super) struct FailureSignals {
    /// Makes the connection's task check it at once.
    suspect: Notify,
    /// Makes the cluster's slots be read again.
    pub(super) reload_slots: Arc<Notify>,
}

#[derive(Clone)]
enum State {
    /// The first attempt, or the one right after the connection was closed.
    Connecting,
    Up(OpenConnection),
    Down(ConnectionError),
}

/// An open connection, with [`Info::run`] of the Redis at its other end.
#[derive(Clone)]
struct OpenConnection {
    redis: MultiplexedConnection,
    run: Arc<str>,
}

impl Commands {
    /// Starts the task that connects. The scripts `first` are loaded before any call, so that calls are done
    /// in the order in which they were sent, none of them twice because its script was missing.
    pub(super) fn open(client: Client, wants_cluster: bool, reload_slots: Arc<Notify>, first: Vec<Script>) -> Self {
        let (sender, state) = watch::channel(State::Connecting);
        let signals = Arc::new(FailureSignals { suspect: Notify::new(), reload_slots });
        let task = keep_connected(client, wants_cluster, sender, Arc::clone(&signals), first);
        Self { state, signals, _task: Arc::new(AbortOnDropHandle::new(tokio::spawn(task))) }
    }

    /// Runs a script, loading it first if Redis does not have it.
    pub(crate) async fn invoke<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T, StorageError> {
        self.call(async |mut connection| script.invoke_async(&mut connection.redis).await).await
    }

    /// Runs a script that needs [`Info::run`]; `fill` gets the one of the very connection that the
    /// script goes out on.
    pub(crate) async fn invoke_on<T: FromRedisValue>(
        &self,
        script: &Script,
        fill: impl FnOnce(&mut ScriptInvocation<'_>, &str),
    ) -> Result<T, StorageError> {
        let call = async |mut connection: OpenConnection| {
            let mut invocation = script.prepare_invoke();
            fill(&mut invocation, &connection.run);
            invocation.invoke_async(&mut connection.redis).await
        };
        self.call(call).await
    }

    /// Runs a command; fails after [`CALL_WITHIN`].
    pub(crate) async fn run<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, StorageError> {
        self.call(async |mut connection| command.query_async(&mut connection.redis).await).await
    }

    /// Runs several commands in one round trip.
    pub(crate) async fn run_all<T: FromRedisValue>(&self, commands: &Pipeline) -> Result<T, StorageError> {
        self.call(async |mut connection| commands.query_async(&mut connection.redis).await).await
    }

    /// Whether there is a connection now.
    pub(super) fn is_up(&self) -> bool {
        matches!(*self.state.borrow(), State::Up(_))
    }

    /// Waits until the first attempt to connect has ended. An error means that no later one can succeed.
    pub(super) async fn first_attempt(&self) -> Result<(), IncompatibleRedis> {
        let mut state = self.state.clone();
        let ended = state.wait_for(|state| !matches!(state, State::Connecting)).await;
        match ended.as_deref() {
            Ok(State::Down(ConnectionError::IncompatibleRedis(unfit))) => Err(unfit.clone()),
            _ => Ok(()),
        }
    }

    async fn call<T: FromRedisValue>(
        &self,
        call: impl AsyncFnOnce(OpenConnection) -> RedisResult<Value>,
    ) -> Result<T, StorageError> {
        let call = async { Ok(call(self.open_connection().await?).await) };
        match timeout(CALL_WITHIN, call).await {
            // What redis-rs says of it contains the value, which people may have written.
            Ok(Ok(Ok(value))) => redis::from_redis_value(value)
                .map_err(|_| StorageError::corrupt("a value in Redis has another form than it should")),
            Ok(Ok(Err(error))) => Err(self.explain(&error)),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(StorageError::Unavailable("Redis does not answer".into())),
        }
    }

    async fn open_connection(&self) -> Result<OpenConnection, StorageError> {
        let mut state = self.state.clone();
        let known = state.wait_for(|state| !matches!(state, State::Connecting));
        match timeout(CONNECTION_WITHIN, known).await.map(|known| known.map(|state| state.clone())) {
            Ok(Ok(State::Up(connection))) => Ok(connection),
            Ok(Ok(State::Down(why))) => Err(StorageError::Unavailable(why.to_string())),
            _ => Err(StorageError::Unavailable("there is no connection to Redis yet".into())),
        }
    }

    fn explain(&self, error: &RedisError) -> StorageError {
        use ServerErrorKind::{Ask, ClusterDown, MasterDown, Moved, ReadOnly};
        if let ErrorKind::Server(Moved | Ask | ClusterDown | MasterDown | ReadOnly) = error.kind() {
            self.signals.suspect.notify_one();
            self.signals.reload_slots.notify_one();
        }
        match error.code() {
            Some("OOM") => StorageError::Full(error.to_string()),
            Some("WRONGTYPE") => StorageError::corrupt("a key in Redis has another type than it should"),
            _ => StorageError::Unavailable(error.to_string()),
        }
    }
}

/// Keeps the connection open for as long as it is polled.
async fn keep_connected(
    client: Client,
    wants_cluster: bool,
    state: watch::Sender<State>,
    signals: Arc<FailureSignals>,
    first: Vec<Script>,
) {
    let mut backoff = Backoff::new();
    loop {
        let why = match RedisConnection::open(&client, wants_cluster).await {
            Ok(connection) => {
                // A Redis that refuses to load it refuses the calls, too, and those report why.
                for script in &first {
                    let _ = timeout(CALL_WITHIN, script.prepare_invoke().load_async(&mut connection.redis())).await;
                }
                backoff = Backoff::new();
                state.send_replace(State::Up(OpenConnection {
                    redis: connection.redis(),
                    run: connection.run().into(),
                }));
                watch_over(&connection, &signals).await
            }
            Err(why) => why,
        };
        signals.reload_slots.notify_one();
        state.send_replace(match why {
            // Perhaps only restarted: calls wait for the next attempt.
            ConnectionError::Closed | ConnectionError::Changed if backoff.is_first() => State::Connecting,
            why => State::Down(why),
        });
        sleep(backoff.next()).await;
    }
}

/// Checks the connection every second; returns why it has to be replaced.
async fn watch_over(connection: &RedisConnection, signals: &FailureSignals) -> ConnectionError {
    let mut checks = interval(BEAT_EVERY);
    checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = checks.tick() => {}
            () = signals.suspect.notified() => {}
            () = connection.closed() => return ConnectionError::Closed,
        }
        if let Err(why) = connection.check_alive().await {
            return why;
        }
    }
}
