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
    /// Nothing; only the top is asked for.
    None,
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
        let range: Option<(&str, String, String, usize)> = match part {
            Part::None => None,
            Part::After(offset, limit) => Some(("XRANGE", id(offset.saturating_add(1)), "+".into(), limit)),
            // Before the first one is nothing; 0-0 is a place where nothing can be.
            Part::Before(Some(offset), limit) => Some(("XREVRANGE", id(offset.saturating_sub(1)), "-".into(), limit)),
            Part::Before(None, limit) => Some(("XREVRANGE", "+".into(), "-".into(), limit)),
            Part::At(offset) => Some(("XRANGE", id(offset), id(offset), 1)),
        };
        self.found(channel, |call| {
            if let Some((command, from, to, limit)) = range {
                call.arg(command).arg(from).arg(to).arg(limit);
            }
        })
        .await
    }

    /// Reads what came after `seen`; a log that ends before it gets another epoch.
    pub(super) async fn catch_up(
        &self,
        channel: &Channel,
        seen: &Position,
        limit: usize,
    ) -> Result<(Position, Vec<Publication>), BrokerError> {
        self.found(channel, |call| {
            call.arg("XRANGE").arg(id(seen.offset.saturating_add(1))).arg("+").arg(limit);
            call.arg(seen.epoch.as_str()).arg(seen.offset);
        })
        .await
    }

    async fn found(
        &self,
        channel: &Channel,
        fill: impl FnOnce(&mut ScriptInvocation<'_>),
    ) -> Result<(Position, Vec<Publication>), BrokerError> {
        let call = |call: &mut ScriptInvocation<'_>, _run: &str| {
            call.key(keys::meta(channel)).key(keys::log(channel));
            call.arg(random_epoch().as_str()).arg(KEEP_EMPTY);
            fill(call);
        };
        let shard = self.link.of(channel)?;
        let (epoch, offset, entries): (String, u64, Vec<Entry>) = shard.invoke_on(&self.script, call).await?;
        Ok((position(&epoch, offset)?, publications(entries)))
    }

    /// The last entry of each log, in one round trip to each shard. Of a shard
    /// that is away there is none.
    ///
    /// # Errors
    /// None of the shards was reached.
    pub(crate) async fn last(&self, channels: &[Channel]) -> Result<Vec<Option<Publication>>, BrokerError> {
        let command = |pipe: &mut redis::Pipeline, channel: &Channel| {
            pipe.cmd("XREVRANGE").arg(keys::log(channel)).arg("+").arg("-").arg("COUNT").arg(1);
        };
        let found = self.link.ask_each::<Vec<Entry>>(channels, 1, command).await?;
        Ok(found.into_iter().map(|answer| publications(answer?.pop()?).pop()).collect())
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
