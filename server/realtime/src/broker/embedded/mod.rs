//! The broker of a single node: its logs are in the [`Sqlite`] file, its deliveries never leave the process.
//!
//! Does what the cluster's broker does, in the same order: append, number, commit, announce. There is no
//! shorter path for the node's own clients.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use protocol::Position;
use storage::StorageError;
use storage::sqlite::Sqlite;

use self::log::Keep;
use super::queue::Queue;
use super::{
    Append, Appended, Broker, Deliveries, Delivery, Ephemeral, Growth, Head, LogLimits, Publication, ReadLimit, Replay,
    random_epoch,
};
use crate::channel::Channel;
use crate::event::{Event, EventHeader};

pub(crate) mod log;
mod rewrite;

/// A probe of the file that takes longer counts as failed.
const PROBE_WITHIN: Duration = Duration::from_secs(3);

/// The settings of the embedded broker.
#[derive(Clone, Copy, Debug)]
pub struct EmbeddedBrokerOptions {
    /// How much of each log is kept, and how long.
    pub log: LogLimits,
    /// Whether the logs of channels that [last](Channel::lasts) are kept whole, whatever their limits say.
    pub keeps_all: bool,
}

impl EmbeddedBrokerOptions {
    /// How much of the log of `channel` is kept.
    fn keep(&self, channel: &Channel) -> Keep {
        Keep { limits: self.log, all: self.keeps_all && channel.lasts() }
    }
}

/// Makes the broker over an open file; the second part receives its deliveries.
pub fn open(store: Sqlite, options: EmbeddedBrokerOptions) -> (Arc<EmbeddedBroker>, Deliveries) {
    let (queue, deliveries) = Queue::new();
    let fan_out = Arc::new(FanOut { subscribed: Mutex::default(), queue });
    (Arc::new(EmbeddedBroker { store, options, fan_out }), deliveries)
}

/// The broker of a single node, over SQLite.
pub struct EmbeddedBroker {
    store: Sqlite,
    options: EmbeddedBrokerOptions,
    fan_out: Arc<FanOut>,
}

/// Passes deliveries on for channels that this node subscribed.
struct FanOut {
    subscribed: Mutex<HashSet<Channel>>,
    queue: Queue,
}

impl FanOut {
    fn subscribed(&self) -> MutexGuard<'_, HashSet<Channel>> {
        self.subscribed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn deliver(&self, channel: &Channel, delivery: impl FnOnce() -> Delivery) {
        let subscribed = self.subscribed();
        if subscribed.contains(channel) {
            self.queue.send(delivery());
        }
    }
}

impl EmbeddedBroker {
    /// [`Broker::announce`] without waiting, so that a caller can announce while it holds the lock
    /// that orders its announcements.
    pub(crate) fn announce_now(&self, channel: &Channel, ephemeral: Ephemeral) {
        self.fan_out.deliver(channel, || Delivery::Ephemeral { channel: channel.clone(), ephemeral });
    }

    /// Makes a change and appends `event` with the offset that the change gets as its version, in one
    /// transaction. `change` returns false where what is stored is not at the version `expected`; 0 is that of
    /// nothing. The offset is above it, also in a log that was lost.
    ///
    /// # Errors [`StorageError::Conflict`]: it is not at that version, and nothing was done.
    pub async fn commit<F>(
        &self,
        channel: &Channel,
        expected: u64,
        change: F,
        event: Event,
    ) -> Result<Appended, StorageError>
    where
        F: FnOnce(&rusqlite::Connection, u64) -> Result<bool, StorageError> + Send + 'static,
    {
        let (keep, written) = (self.options.keep(channel), channel.clone());
        let write = move |sql: &_| {
            let log = log::open(sql, &written, &random_epoch())?.above(expected);
            if !change(sql, log.top + 1)? {
                return Err(StorageError::Conflict);
            }
            let (position, frame) = log.append(sql, None, &event.frame, keep, Growth::Free)?;
            Ok(AppendOutcome::Now { position, header: event.header, frame })
        };
        self.write_and_deliver(channel, write).await?.ok_or(StorageError::Conflict)
    }

    /// Runs `write` in a transaction and delivers what it appended; `None` where that was nothing.
    async fn write_and_deliver<F>(&self, channel: &Channel, write: F) -> Result<Option<Appended>, StorageError>
    where
        F: FnOnce(&rusqlite::Connection) -> Result<AppendOutcome, StorageError> + Send + 'static,
    {
        let (channel, fan_out) = (channel.clone(), Arc::clone(&self.fan_out));
        // On the writer's thread, so that deliveries are in the order of offsets.
        let deliver = move |written| match written {
            AppendOutcome::Stale => None,
            AppendOutcome::Before(position) => Some(Appended { position, repeated: true }),
            AppendOutcome::Now { position, header, frame } => {
                let appended = Appended { position: position.clone(), repeated: false };
                fan_out.deliver(&channel, || {
                    let header = Some(header);
                    Delivery::Publication { channel: channel.clone(), position, header, frame }
                });
                Some(appended)
            }
        };
        self.store.write_then(write, deliver).await
    }
}

#[async_trait]
impl Broker for EmbeddedBroker {
    async fn subscribe(&self, channel: &Channel) -> Result<(), StorageError> {
        self.fan_out.subscribed().insert(channel.clone());
        Ok(())
    }

    async fn unsubscribe(&self, channel: &Channel) {
        self.fan_out.subscribed().remove(channel);
    }

    async fn publish(&self, append: Append) -> Result<Appended, StorageError> {
        let Append { channel, idempotency, event, growth } = append;
        let (keep, written) = (self.options.keep(&channel), channel.clone());
        let write = move |sql: &_| {
            let log = match growth {
                Growth::Free => log::open(sql, &written, &random_epoch())?,
                Growth::ReplaceOldest => log::find(sql, &written)?.filter(|log| log.top > 0).ok_or_else(no_new_log)?,
            };
            match log.before_now(sql, idempotency.as_ref())? {
                Some(position) => Ok(AppendOutcome::Before(position)),
                None => {
                    let (position, frame) = log.append(sql, idempotency.as_ref(), &event.frame, keep, growth)?;
                    Ok(AppendOutcome::Now { position, header: event.header, frame })
                }
            }
        };
        self.write_and_deliver(&channel, write).await?.ok_or(StorageError::Conflict)
    }

    async fn announce(&self, channel: &Channel, ephemeral: Ephemeral) -> Result<(), StorageError> {
        self.announce_now(channel, ephemeral);
        Ok(())
    }

    async fn replay(&self, channel: &Channel, since: &Position, most: ReadLimit) -> Result<Replay, StorageError> {
        let since = since.clone();
        let read = move |sql: &_, log: &log::Log| {
            let is_same = log.epoch == since.epoch || since.offset == 0;
            let missed = log.top.checked_sub(since.offset).filter(|_| is_same);
            match missed {
                Some(missed) if missed <= most.publications as u64 => {
                    let found = log.after(sql, since.offset, most)?;
                    // Fewer than were missed: over the byte limit, or the log has been trimmed.
                    Ok((found.len() as u64 == missed).then_some(found))
                }
                _ => Ok(None),
            }
        };
        let (top, found) = open_log(&self.store, channel, read).await?;
        Ok(match found {
            Some(publications) => Replay::All { publications, top },
            None => Replay::Unknown { top },
        })
    }

    /// No other process writes this file, and it cannot become older under a running node: there
    /// is nothing to prove.
    async fn catch_up(&self, channel: &Channel, seen: &Head, most: ReadLimit) -> Result<Replay, StorageError> {
        self.replay(channel, &seen.position, most).await
    }

    async fn top(&self, channel: &Channel) -> Result<Head, StorageError> {
        let (position, last) = open_log(&self.store, channel, |sql, log| log.entry(sql, log.top)).await?;
        let last = last.filter(|last| last.text(channel).is_ok());
        Ok(Head { position, frame: last.map(|last| last.frame) })
    }

    async fn entry(&self, channel: &Channel, offset: u64) -> Result<Option<Publication>, StorageError> {
        let (_, entry) = read_log(&self.store, channel, move |sql, log| log.entry(sql, offset)).await?;
        entry.as_ref().map(|entry| entry.text(channel)).transpose()?;
        Ok(entry)
    }

    /// Always true: the log is in this process. A full disk is an error of each append.
    fn is_available(&self, _: &Channel) -> bool {
        true
    }

    async fn ready(&self) -> Result<(), StorageError> {
        match tokio::time::timeout(PROBE_WITHIN, self.store.probe()).await {
            Ok(result) => Ok(result?),
            Err(_) => Err(StorageError::Unavailable("the data file takes too long to be written and read".into())),
        }
    }
}

fn no_new_log() -> StorageError {
    StorageError::Full("everything together has as much as it may".into())
}

enum AppendOutcome {
    Now {
        position: Position,
        header: EventHeader,
        frame: Bytes,
    },
    Before(Position),
    /// An entry that should have been replaced is another one by now.
    Stale,
}

/// Reads from a channel's log in one transaction. A log that does not exist is read as empty and is not
/// created: anybody may look at any room.
pub(crate) async fn read_log<T, F>(store: &Sqlite, channel: &Channel, read: F) -> Result<(Position, T), StorageError>
where
    T: Send + 'static,
    F: FnOnce(&rusqlite::Connection, &log::Log) -> Result<T, StorageError> + Send + 'static,
{
    let channel = channel.clone();
    let read = move |sql: &_| {
        let log = log::find(sql, &channel)?.unwrap_or_else(|| log::Log::none(random_epoch()));
        Ok((read(sql, &log)?, log))
    };
    let (result, log) = store.read(read).await?;
    Ok((Position { epoch: log.epoch, offset: log.top }, result))
}

/// The same for a listener, which creates a log that does not exist: all listeners must be told one epoch.
async fn open_log<T, F>(store: &Sqlite, channel: &Channel, read: F) -> Result<(Position, T), StorageError>
where
    T: Send + 'static,
    F: Fn(&rusqlite::Connection, &log::Log) -> Result<T, StorageError> + Send + Sync + Clone + 'static,
{
    let existing = {
        let (channel, read) = (channel.clone(), read.clone());
        let find = move |sql: &_| match log::find(sql, &channel)? {
            Some(log) => Ok(Some((read(sql, &log)?, log))),
            None => Ok(None),
        };
        store.read(find).await?
    };
    let (result, log) = match existing {
        Some(found) => found,
        None => {
            let channel = channel.clone();
            let make = move |sql: &_| {
                let log = log::open(sql, &channel, &random_epoch())?;
                Ok((read(sql, &log)?, log))
            };
            store.write(make).await?
        }
    };
    Ok((Position { epoch: log.epoch, offset: log.top }, result))
}

#[cfg(test)]
mod tests;
