//! The connection to one Redis on which publications go out and deliveries come in.
//!
//! One connection for both, because Redis answers commands that came together in one write: a publisher gets
//! the answer and its own delivery at once. RESP3 of our own, because every message passes here twice:
//! commands are written into one buffer, and answers are read where they lie. For everything
//! else there are [`commands`](super::commands).
//!
//! A connection is never reopened: what was learned when it was made ([`Connection::run`]) and on it
//! ([`Connection::id`]) holds for every command that goes out on it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::split;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

use self::driver::OnPush;
pub use self::resp::RespValue;
use self::shared::{PendingReply, Shared};
use self::writer::Writer;
use super::error::{ANSWER_WITHIN, CommandError, ConnectionError};
use super::info::Info;
use super::servers::Address;

#[cfg(any(test, fuzzing))]
pub(super) use self::resp::fuzzing;

mod dial;
mod driver;
mod resp;
mod shared;
mod writer;

/// The number of the next connection.
static NEXT_ID: AtomicU64 = AtomicU64::new(0);

/// An open connection, shared by all who publish.
pub struct Connection {
    shared: Arc<Shared>,
    info: Info,
    id: u64,
    _driver: AbortOnDropHandle<()>,
}

impl Connection {
    /// Connects to a Redis and checks that it is a master, of the right version and kind.
    pub(super) async fn open(address: &Address, wants_cluster: bool, on_push: OnPush) -> Result<Self, ConnectionError> {
        timeout(ANSWER_WITHIN * 2, Self::begin(address, wants_cluster, on_push))
            .await
            .map_err(|_| ConnectionError::Silent)?
    }

    async fn begin(address: &Address, wants_cluster: bool, on_push: OnPush) -> Result<Self, ConnectionError> {
        let (reading, writing) = split(dial::dial(address).await?);
        let shared = Arc::new(Shared::new(Writer::new(writing)));
        let driver = AbortOnDropHandle::new(tokio::spawn(driver::drive(reading, Arc::clone(&shared), on_push)));
        let mut connection =
            Self { shared, info: Info::default(), id: NEXT_ID.fetch_add(1, Ordering::Relaxed), _driver: driver };
        connection.greet(address).await?;
        connection.info = connection.ask_info().await?;
        connection.info.check_compatible(wants_cluster)?;
        match connection.info.is_replica {
            true => Err(ConnectionError::Replica),
            false => Ok(connection),
        }
    }

    /// Begins RESP3, signs in, and selects the database.
    async fn greet(&self, address: &Address) -> Result<(), ConnectionError> {
        let settings = address.info().redis_settings();
        let mut hello: Vec<&[u8]> = vec![b"HELLO", b"3"];
        if let Some(password) = settings.password() {
            hello.extend([b"AUTH", settings.username().unwrap_or("default").as_bytes(), password.as_bytes()]);
        }
        self.call(&hello, done).await?;
        if settings.db() != 0 {
            let database = settings.db().to_string();
            self.call(&[b"SELECT", database.as_bytes()], done).await?;
        }
        Ok(())
    }

    /// A number that no other connection of this process has.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The run id of the Redis at the other end; empty where it may not be asked.
    pub fn run(&self) -> &str {
        &self.info.run
    }

    /// Sends a command; commands are executed in the order of the calls. `read` parses the answer in place.
    pub async fn call<T: Send + 'static>(
        &self,
        words: &[&[u8]],
        read: fn(RespValue<'_>) -> Option<T>,
    ) -> Result<T, CommandError> {
        let (reply, answer) = oneshot::channel();
        let waiting = PendingReply::Answer(Box::new(move |value| {
            // The caller may have been dropped.
            let _ = reply.send(match value {
                RespValue::Error(why) => Err(CommandError::Refused(String::from_utf8_lossy(why).into_owned())),
                value => read(value).ok_or(CommandError::Odd),
            });
        }));
        self.shared.enqueue(words, waiting)?;
        answer.await.unwrap_or_else(|_| Err(self.shared.lost()))
    }

    /// Sends `command` (to subscribe or unsubscribe) with `names`, and waits for the confirmations.
    pub(super) async fn subscribe(&self, command: &str, names: &[String]) -> Result<(), CommandError> {
        let mut confirmed = Vec::with_capacity(names.len());
        for name in names {
            let (reply, answer) = oneshot::channel();
            self.shared
                .enqueue(&[command.as_bytes(), name.as_bytes()], PendingReply::Confirmation(name.clone(), reply))?;
            confirmed.push(answer);
        }
        for answer in confirmed {
            answer.await.unwrap_or_else(|_| Err(self.shared.lost()))?;
        }
        Ok(())
    }

    /// Asks Redis for `INFO`, and checks that it is still the same run and kind.
    pub(super) async fn check_alive(&self) -> Result<(), ConnectionError> {
        match timeout(ANSWER_WITHIN, self.ask_info()).await.map_err(|_| ConnectionError::Silent)?? {
            info if info == self.info => Ok(()),
            info if info.is_replica => Err(ConnectionError::Replica),
            _ => Err(ConnectionError::Changed),
        }
    }

    async fn ask_info(&self) -> Result<Info, CommandError> {
        let read = |value: RespValue<'_>| match value {
            RespValue::Text(info) => Some(Info::parse(&String::from_utf8_lossy(info))),
            _ => None,
        };
        match self.call(&[b"INFO", b"server", b"replication"], read).await {
            // `INFO` is not permitted: what cannot be checked is assumed to be right.
            Err(CommandError::Refused(_)) => Ok(Info::default()),
            answer => answer,
        }
    }

    /// Returns when the connection is closed or broken.
    pub(super) async fn closed(&self) {
        self.shared.closed.cancelled().await;
    }

    /// Returns when Redis ended a subscription by itself, because a cluster has moved the slot.
    pub(super) async fn moved(&self) {
        self.shared.moved.notified().await;
    }

    /// Closes the connection: no more deliveries, and commands under way fail with [`CommandError::Lost`].
    pub(super) fn close(&self) {
        self.shared.close();
    }

    /// Ends it because Redis was silent for too long: all who wait get [`CommandError::Silent`].
    pub(super) fn close_silent(&self) {
        self.shared.close_silent();
    }
}

/// Parses an answer whose content does not matter.
pub fn done(_: RespValue<'_>) -> Option<()> {
    Some(())
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.close();
    }
}
