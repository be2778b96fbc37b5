//! What of the logs is not archived yet, for the node that archives it.

use std::time::Duration;

use storage::{StorageError, readable};

use super::log::{Entry, parse_entries};
use super::{RedisBroker, names};
use crate::broker::{LogLimits, Publication, random_epoch};
use crate::channel::Channel;

/// How much of a log is read at a time for the archive.
#[derive(Clone, Copy, Debug)]
pub struct ArchiveRead {
    /// The most entries of the log.
    pub entries: usize,
    /// About how many bytes, one entry more or less.
    pub bytes: usize,
    /// For how long this node alone may archive the log.
    pub lease: Duration,
}

/// Up to which offset the archive has a log.
#[derive(Clone, Copy, Debug)]
pub enum Progress {
    /// It had this much; another node may have stored more.
    AtLeast(u64),
    /// It has this much, also if the log says that it has more.
    Exactly(u64),
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
    /// Reads what of a log is not in the archive, if this node is the one to archive it. `stored` is what the caller
    /// knows of the archive; what is beyond the log's limits and stored leaves Redis.
    ///
    /// # Errors [`StorageError`]
    pub async fn to_archive(
        &self,
        channel: &Channel,
        stored: Option<Progress>,
        read: ArchiveRead,
    ) -> Result<Unarchived, StorageError> {
        let shard = self.client.router().of(channel)?;
        let LogLimits { entries, bytes, .. } = self.settings.log;
        let mut call = self.to_archive.prepare_invoke();
        call.key(names::meta(shard.keyspace(), channel)).key(names::log(shard.keyspace(), channel));
        call.key(names::rewritten(shard.keyspace(), channel));
        call.arg(&self.node).arg(u64::try_from(read.lease.as_millis()).unwrap_or(u64::MAX));
        let (stored, is_exact) = match stored {
            None => (String::new(), ""),
            Some(Progress::AtLeast(stored)) => (stored.to_string(), ""),
            Some(Progress::Exactly(stored)) => (stored.to_string(), "exact"),
        };
        call.arg(stored);
        call.arg(read.entries).arg(read.bytes).arg(entries).arg(bytes).arg(random_epoch().as_str()).arg(is_exact);
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
