//! What of the logs is stored elsewhere for good: where a lost log goes on, and what is not stored there yet.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use redis::Script;
use storage::redis::scripts;
use storage::{StorageError, clock, readable};
use tokio::time::timeout;
use tracing::warn;

use super::log::{Entry, parse_entries};
use super::{RedisBroker, names};
use crate::broker::{LogLimits, Publication};
use crate::channel::Channel;

/// How long the archive is waited for before a log goes on without it.
const ASK_WITHIN: Duration = Duration::from_secs(1);
/// What a node says that has not asked the archive.
const NOT_ASKED: &str = "";
/// What it says of logs that are in no archive.
const NOTHING: &str = "0";

/// Where logs of rooms are stored for good.
#[async_trait]
pub trait Archive: Debug + Send + Sync {
    /// The highest offset that it has of a channel's log; 0 for none.
    async fn top(&self, channel: &Channel) -> Result<u64, StorageError>;
}

/// Above which offset a log goes on that Redis lost, or whose end it lost: an offset that the archive has must never
/// mean something else.
#[derive(Clone, Debug)]
pub(crate) struct Floors(Option<Arc<dyn Archive>>);

impl Floors {
    /// The floors of a deployment's logs; without an archive each begins at 0.
    pub(crate) fn new(archive: Option<Arc<dyn Archive>>) -> Self {
        Self(archive)
    }

    /// What a script is told at first: most logs are there, and need no floor.
    pub(crate) fn unasked(&self, channel: &Channel) -> &'static str {
        if self.0.is_some() && channel.lasts() { NOT_ASKED } else { NOTHING }
    }

    /// The floor of a log. While the archive cannot be reached it is the time in milliseconds: no room has had as many
    /// messages, so it is above whatever the archive has, and people can go on talking.
    pub(crate) async fn ask(&self, channel: &Channel) -> String {
        let Some(archive) = &self.0 else { return NOTHING.into() };
        match timeout(ASK_WITHIN, archive.top(channel)).await {
            Ok(Ok(top)) => top.to_string(),
            Ok(Err(error)) => above_everything(channel, &error.to_string()),
            Err(_) => above_everything(channel, "it does not answer"),
        }
    }
}

fn above_everything(channel: &Channel, why: &str) -> String {
    warn!(%channel, "the archive cannot be asked where a log goes on, so that leaves many numbers out: {why}");
    clock::now_ms().to_string()
}

/// How much of a log is read at a time for the archive.
#[derive(Clone, Copy, Debug)]
pub struct ArchiveRead {
    /// The most entries.
    pub entries: usize,
    /// About how many bytes, one entry more or less.
    pub bytes: usize,
    /// For how long this node alone may archive the log.
    pub lease: Duration,
}

/// What of a log is not in the archive.
#[derive(Debug)]
pub enum Unarchived {
    /// There is no such log (any more).
    NoLog,
    /// Another node archives it, for so long unless it dies.
    Elsewhere(Duration),
    /// This node archives it.
    Here {
        /// The first entries that the archive does not have, in order. A damaged one is left out. Nothing: it has all,
        /// and any node may archive what follows.
        publications: Vec<Publication>,
        /// The offset of the last of them, also if that is damaged.
        last: u64,
        /// The offset up to which the archive had it before.
        archived: u64,
    },
}

impl RedisBroker {
    /// Reads what of a log is not in the archive, if this node is the one to archive it. `stored`: up to which offset
    /// the archive has it now; what is above the log's limits and not above that leaves Redis.
    ///
    /// # Errors [`StorageError`]
    pub async fn to_archive(
        &self,
        channel: &Channel,
        stored: Option<u64>,
        read: ArchiveRead,
    ) -> Result<Unarchived, StorageError> {
        let shard = self.client.router().of(channel)?;
        let LogLimits { entries, bytes, .. } = self.settings.log;
        let mut call = self.to_archive.prepare_invoke();
        call.key(names::meta(shard.keyspace(), channel)).key(names::log(shard.keyspace(), channel));
        call.arg(&self.node).arg(u64::try_from(read.lease.as_millis()).unwrap_or(u64::MAX));
        call.arg(stored.map_or_else(String::new, |stored| stored.to_string()));
        call.arg(read.entries).arg(read.bytes).arg(entries).arg(bytes);
        let (state, first, archived, entries): (u8, u64, u64, Vec<Entry>) = shard.invoke(&call).await?;
        Ok(match state {
            0 => Unarchived::NoLog,
            1 => Unarchived::Elsewhere(Duration::from_millis(first)),
            _ => {
                let last = entries.last().and_then(|(id, _)| id.strip_suffix("-0")?.parse().ok()).unwrap_or(archived);
                Unarchived::Here { publications: readable(parse_entries(channel, entries)), last, archived }
            }
        })
    }
}

/// The script of [`RedisBroker::to_archive`].
pub(super) fn script() -> Script {
    Script::new(scripts::log::TO_ARCHIVE)
}
