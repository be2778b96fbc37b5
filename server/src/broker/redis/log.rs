//! Reads a channel's log in Redis: one script, one round trip, one moment.

use bytes::Bytes;
use protocol::{Epoch, Position};
use redis::{Script, ScriptInvocation};

use super::keys;
use super::link::Link;
use crate::broker::{BrokerError, Publication, random_epoch};
use crate::channel::Channel;

/// An empty log keeps its identity so long, in seconds.
const KEEP_EMPTY: u64 = 24 * 60 * 60;

/// A part of a log.
pub(crate) enum Part {
    /// So many after an offset, oldest first.
    After(u64, usize),
    /// So many before an offset, or the last ones; newest first.
    Before(Option<u64>, usize),
    /// The one at an offset.
    At(u64),
}

/// Reads logs.
#[derive(Clone)]
pub(crate) struct Reader {
    link: Link,
    script: Script,
}

impl Reader {
    pub(crate) fn new(link: Link) -> Self {
        Self { link, script: Script::new(include_str!("read.lua")) }
    }

    /// Reads `part` of a log and its top. A log that does not exist gets an epoch.
    pub(crate) async fn read(
        &self,
        channel: &Channel,
        part: Part,
    ) -> Result<(Position, Vec<Publication>), BrokerError> {
        let mut call = self.call(channel);
        match part {
            Part::After(offset, limit) => {
                call.arg("XRANGE").arg(id(offset.saturating_add(1))).arg("+").arg(limit);
            }
            // Before the first one is nothing; 0-0 is a place where nothing can be.
            Part::Before(Some(offset), limit) => {
                call.arg("XREVRANGE").arg(id(offset.saturating_sub(1))).arg("-").arg(limit);
            }
            Part::Before(None, limit) => {
                call.arg("XREVRANGE").arg("+").arg("-").arg(limit);
            }
            Part::At(offset) => {
                call.arg("XRANGE").arg(id(offset)).arg(id(offset)).arg(1);
            }
        }
        self.found(&call).await
    }

    /// Reads what came after `seen`; a log that ends before it gets another epoch.
    pub(super) async fn catch_up(
        &self,
        channel: &Channel,
        seen: &Position,
        limit: usize,
    ) -> Result<(Position, Vec<Publication>), BrokerError> {
        let mut call = self.call(channel);
        call.arg("XRANGE").arg(id(seen.offset.saturating_add(1))).arg("+").arg(limit);
        call.arg(seen.epoch.as_str()).arg(seen.offset);
        self.found(&call).await
    }

    fn call(&self, channel: &Channel) -> ScriptInvocation<'_> {
        let mut call = self.script.prepare_invoke();
        call.key(keys::meta(channel)).key(keys::log(channel));
        call.arg(random_epoch().as_str()).arg(KEEP_EMPTY);
        call
    }

    async fn found(&self, call: &ScriptInvocation<'_>) -> Result<(Position, Vec<Publication>), BrokerError> {
        let (epoch, offset, entries): (String, u64, Vec<Entry>) = self.link.invoke(call).await?;
        Ok((position(&epoch, offset)?, publications(entries)))
    }

    /// The last entry of each log, in one round trip.
    pub(crate) async fn last(&self, channels: &[Channel]) -> Result<Vec<Option<Publication>>, BrokerError> {
        let mut commands = redis::Pipeline::with_capacity(channels.len());
        for channel in channels {
            commands.cmd("XREVRANGE").arg(keys::log(channel)).arg("+").arg("-").arg("COUNT").arg(1);
        }
        if commands.is_empty() {
            return Ok(Vec::new());
        }
        let found: Vec<Vec<Entry>> = self.link.run_all(&commands).await?;
        Ok(found.into_iter().map(|entries| publications(entries).pop()).collect())
    }
}

/// An entry of a stream: its id, its fields and their values in turn.
type Entry = (String, Vec<Bytes>);

fn publications(entries: Vec<Entry>) -> Vec<Publication> {
    let read = |(id, mut fields): Entry| {
        let offset = id.split('-').next()?.parse().ok()?;
        Some(Publication { offset, frame: fields.pop()? })
    };
    entries.into_iter().filter_map(read).collect()
}

/// The position that a script returned.
pub(super) fn position(epoch: &str, offset: u64) -> Result<Position, BrokerError> {
    let epoch = Epoch::parse(epoch).map_err(|error| BrokerError::Unavailable(format!("what Redis holds: {error}")))?;
    Ok(Position { epoch, offset })
}

fn id(offset: u64) -> String {
    format!("{offset}-0")
}
