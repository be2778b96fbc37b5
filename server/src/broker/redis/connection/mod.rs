//! The connection to one Redis on which publications go out and deliveries come in.
//!
//! One connection for both, because Redis answers what came together in one
//! write: who publishes gets the answer and the delivery of it at once. And RESP3
//! of our own, because this is where every message passes twice: commands are
//! written into one buffer and what Redis says is read where it lies. For
//! everything else there are [`commands`](super::commands).
//!
//! A connection never comes back by itself: what was learned when it was made
//! ([`Connection::run`]), and on it ([`EpochCache`]), is true of every command that goes out on it.

use std::sync::Arc;

use tokio::io::split;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

pub(crate) use self::resp::Word;
use self::shared::{Shared, Waiting};
use self::writer::Writer;
use super::epoch_cache::EpochCache;
use super::info::Info;
use super::servers::Address;
use super::supervisor::{ANSWER_WITHIN, Broken};

mod dial;
mod driver;
mod resp;
mod shared;
mod writer;

/// Gets the name and the body of what is delivered; must not block.
pub(super) type Hear = Box<dyn Fn(&[u8], &[u8]) + Send + Sync>;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unanswered {
    /// The connection is broken. What was asked may have been done.
    Lost,
    /// The same, because Redis did not answer for too long.
    Silent,
    /// Redis refused, and says why.
    Refused(String),
    /// The answer is none.
    Odd,
}

/// A connection that is up.
pub(crate) struct Connection {
    shared: Arc<Shared>,
    info: Info,
    /// What was told on it about logs.
    pub(super) known: EpochCache,
    _driver: AbortOnDropHandle<()>,
}

impl Connection {
    /// Reaches a Redis, which has to be a master and of the right kind.
    pub(super) async fn open(address: &Address, wants_cluster: bool, hear: Hear) -> Result<Self, Broken> {
        timeout(ANSWER_WITHIN * 2, Self::begin(address, wants_cluster, hear)).await.map_err(|_| Broken::Silent)?
    }

    async fn begin(address: &Address, wants_cluster: bool, hear: Hear) -> Result<Self, Broken> {
        let (reading, writing) = split(dial::dial(address).await?);
        let shared = Arc::new(Shared::new(Writer::new(writing)));
        let driver = AbortOnDropHandle::new(tokio::spawn(driver::drive(reading, Arc::clone(&shared), hear)));
        let mut connection = Self { shared, info: Info::default(), known: EpochCache::default(), _driver: driver };
        connection.greet(address).await?;
        connection.info = connection.ask_info().await?;
        connection.info.fits(wants_cluster)?;
        match connection.info.is_replica {
            true => Err(Broken::Replica),
            false => Ok(connection),
        }
    }

    /// Says who we are, and where we want to be.
    async fn greet(&self, address: &Address) -> Result<(), Broken> {
        let settings = address.info().redis_settings();
        let mut hello: Vec<&[u8]> = vec![b"HELLO", b"3"];
        if let Some(password) = settings.password() {
            hello.extend([b"AUTH", settings.username().unwrap_or("default").as_bytes(), password.as_bytes()]);
        }
        self.ask(&hello, done).await?;
        if settings.db() != 0 {
            let database = settings.db().to_string();
            self.ask(&[b"SELECT", database.as_bytes()], done).await?;
        }
        Ok(())
    }

    /// Which Redis it leads to; see [`Info::run`].
    pub(crate) fn run(&self) -> &str {
        &self.info.run
    }

    /// Asks; commands are done in the order of the calls. `read` reads the
    /// answer, where it lies.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        words: &[&[u8]],
        read: fn(Word<'_>) -> Option<T>,
    ) -> Result<T, Unanswered> {
        let (told, answer) = oneshot::channel();
        let waiting = Waiting::Answer(Box::new(move |word| {
            // Who asked may have gone away.
            let _ = told.send(match word {
                Word::Error(why) => Err(Unanswered::Refused(String::from_utf8_lossy(why).into_owned())),
                word => read(word).ok_or(Unanswered::Odd),
            });
        }));
        self.shared.say(words, waiting)?;
        answer.await.unwrap_or_else(|_| Err(self.shared.lost()))
    }

    /// Asks for subscriptions or gives them up: `command` for each of `names`.
    pub(super) async fn subscribe(&self, command: &str, names: &[String]) -> Result<(), Unanswered> {
        let mut confirmed = Vec::with_capacity(names.len());
        for name in names {
            let (told, answer) = oneshot::channel();
            self.shared.say(&[command.as_bytes(), name.as_bytes()], Waiting::Confirmation(name.clone(), told))?;
            confirmed.push(answer);
        }
        for answer in confirmed {
            answer.await.unwrap_or_else(|_| Err(self.shared.lost()))?;
        }
        Ok(())
    }

    /// Ok while Redis answers and is still what it was.
    pub(super) async fn beat(&self) -> Result<(), Broken> {
        match timeout(ANSWER_WITHIN, self.ask_info()).await.map_err(|_| Broken::Silent)?? {
            info if info == self.info => Ok(()),
            info if info.is_replica => Err(Broken::Replica),
            _ => Err(Broken::Changed),
        }
    }

    async fn ask_info(&self) -> Result<Info, Unanswered> {
        let read = |word: Word<'_>| match word {
            Word::Text(info) => Some(Info::read(&String::from_utf8_lossy(info))),
            _ => None,
        };
        match self.ask(&[b"INFO", b"server", b"replication"], read).await {
            // Not allowed to ask: what is not known to be wrong is taken for right.
            Err(Unanswered::Refused(_)) => Ok(Info::default()),
            answer => answer,
        }
    }

    /// Returns once the connection is closed or broken.
    pub(super) async fn closed(&self) {
        self.shared.closed.cancelled().await;
    }

    /// Returns when a subscription ended that was not given up: a cluster
    /// keeps the channel elsewhere now.
    pub(super) async fn moved(&self) {
        self.shared.moved.notified().await;
    }

    /// Nothing is heard from it any more, and whoever waits is told that it is lost.
    pub(super) fn close(&self) {
        self.shared.close();
    }

    /// The same for a connection on which Redis does not answer.
    pub(super) fn close_silent(&self) {
        self.shared.close_silent();
    }
}

/// An answer that only says that it is done.
pub(crate) fn done(_: Word<'_>) -> Option<()> {
    Some(())
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.close();
    }
}
