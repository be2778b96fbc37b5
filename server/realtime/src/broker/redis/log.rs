//! Reads a channel's log in Redis: one script, so all of it at one moment.

use bytes::Bytes;
use protocol::Position;
use redis::{Script, ScriptInvocation};
use storage::redis::{Router, scripts};
use storage::{StorageError, readable};

use super::floor::{Asked, Floors};
use super::names;
use super::values::{position, retain_seconds};
use crate::broker::{Head, LogLimits, Publication, ReadLimit, random_epoch};
use crate::channel::Channel;

/// How long the epoch of an empty log is kept, in seconds.
const EMPTY_LOG_SECONDS: u64 = 24 * 60 * 60;

/// Whether a read creates the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum IfMissing {
    /// No; it reads as empty.
    ReadAsEmpty,
    /// It does: all nodes must tell one epoch to their listeners.
    Create,
}

/// Which part of a log to read.
pub(crate) enum LogRange {
    /// All after an offset, oldest first; none if they exceed the limit.
    After(u64, ReadLimit),
    /// So many before an offset, or the last ones; newest first.
    Before(Option<u64>, usize),
    /// The entry at an offset.
    At(u64),
}

impl LogRange {
    /// The command that reads it, its bounds and its limit.
    fn range(self) -> (&'static str, String, String, ReadLimit) {
        match self {
            Self::After(offset, most) => ("XRANGE", id(offset.saturating_add(1)), "+".into(), most),
            // There is nothing before the first one, and never an entry 0-0.
            Self::Before(Some(offset), limit) => {
                ("XREVRANGE", id(offset.saturating_sub(1)), "-".into(), ReadLimit::publications(limit))
            }
            Self::Before(None, limit) => ("XREVRANGE", "+".into(), "-".into(), ReadLimit::publications(limit)),
            Self::At(offset) => ("XRANGE", id(offset), id(offset), ReadLimit::publications(1)),
        }
    }
}

/// A part of a log and its top, at one moment.
pub(super) struct LogSlice {
    pub(super) top: Position,
    pub(super) publications: Vec<Publication>,
    /// Whether the log proved to be the one that the node knows.
    pub(super) is_seen: bool,
}

#[derive(Clone)]
pub(crate) struct LogReader {
    router: Router,
    script: Script,
    /// How long logs with listeners are kept.
    keep: LogLimits,
    floors: Floors,
}

impl LogReader {
    pub(crate) fn new(router: Router, keep: LogLimits, floors: Floors) -> Self {
        let script = [scripts::log::IDENTITY, scripts::log::REWRITTEN, scripts::log::READ].concat();
        Self { router, script: Script::new(&script), keep, floors }
    }

    /// Reads `part` of a log, and its top. A log that does not exist is read as empty, with an epoch
    /// that is not stored.
    pub(crate) async fn read(
        &self,
        channel: &Channel,
        part: LogRange,
    ) -> Result<(Position, Vec<Publication>), StorageError> {
        let found = self.find(channel, part, IfMissing::ReadAsEmpty, None).await?;
        Ok((found.top, found.publications))
    }

    /// The same for a listener: a log that does not exist gets an epoch.
    pub(super) async fn open(
        &self,
        channel: &Channel,
        part: LogRange,
    ) -> Result<(Position, Vec<Publication>), StorageError> {
        let found = self.find(channel, part, IfMissing::Create, None).await?;
        Ok((found.top, found.publications))
    }

    /// Reads everything after what this node has seen; see [`Broker::catch_up`].
    ///
    /// [`Broker::catch_up`]: crate::broker::Broker::catch_up
    pub(super) async fn catch_up(
        &self,
        channel: &Channel,
        seen: &Head,
        most: ReadLimit,
    ) -> Result<LogSlice, StorageError> {
        self.find(channel, LogRange::After(seen.position.offset, most), IfMissing::Create, Some(seen)).await
    }

    async fn find(
        &self,
        channel: &Channel,
        part: LogRange,
        if_missing: IfMissing,
        seen: Option<&Head>,
    ) -> Result<LogSlice, StorageError> {
        let is_single = matches!(part, LogRange::At(_));
        let (command, from, to, most) = part.range();
        // The end of a game's log is set by the game.
        let is_room = matches!(channel, Channel::Room(_));
        let retain = is_room.then(|| self.keep.retain(channel)).flatten();
        let (keep_empty, retain) = match if_missing {
            IfMissing::ReadAsEmpty => (String::new(), String::new()),
            IfMissing::Create => (EMPTY_LOG_SECONDS.to_string(), retain_seconds(retain)),
        };
        let keyspace = self.router.keyspace();
        let fill = |call: &mut ScriptInvocation<'_>, run: &str, floor: &str| {
            call.key(names::meta(keyspace, channel)).key(names::log(keyspace, channel));
            call.key(names::rewritten(keyspace, channel));
            call.arg(random_epoch().as_str()).arg(run).arg(&keep_empty).arg(&retain);
            call.arg(command).arg(&from).arg(&to).arg(most.publications).arg(most.bytes).arg(floor);
            if let Some(Head { position, frame }) = seen {
                call.arg(position.epoch.as_str()).arg(position.offset);
                if let Some(frame) = frame {
                    call.arg(frame.as_ref());
                }
            }
        };
        let shard = self.router.of(channel)?;
        let (unasked, mut asked) = (self.floors.unasked(channel), Asked::default());
        let (epoch, offset, entries, is_seen) = loop {
            let mut under = String::new();
            let fill = |call: &mut ScriptInvocation<'_>, run: &str| {
                run.clone_into(&mut under);
                fill(call, run, asked.under(run, unasked));
            };
            let reply: Reply = shard.invoke_on(&self.script, fill).await?;
            if reply.3 != NEEDS_FLOOR {
                break reply;
            }
            asked = self.floors.ask(channel, &under).await;
        };
        let parsed = parse_entries(channel, entries);
        // In a range, its place stays empty: a page has a hole there, and a replay tells that it does not have all.
        let publications = if is_single { parsed.collect::<Result<_, _>>()? } else { readable(parsed) };
        Ok(LogSlice { top: position(&epoch, offset)?, publications, is_seen: is_seen == 1 })
    }
}

/// An entry of a stream: its id, then fields and values in turn.
pub(super) type Entry = (String, Vec<Bytes>);
/// The answer of `read.lua`: the log's epoch, its top, entries, 1 for a log that the node has seen or [`NEEDS_FLOOR`].
type Reply = (String, u64, Vec<Entry>, u8);
/// The archive has to be asked first where the log goes on, and nothing was read.
const NEEDS_FLOOR: u8 = 2;

/// The entries of a log as publications; a damaged one is an error in its place.
pub(super) fn parse_entries(
    channel: &Channel,
    entries: Vec<Entry>,
) -> impl Iterator<Item = Result<Publication, StorageError>> {
    entries.into_iter().map(move |entry| {
        publication(entry).ok_or_else(|| StorageError::corrupt(format!("the form of an entry in the log of {channel}")))
    })
}

/// Parses an entry of a stream, see [`names::log`]; `None` if it has another form.
fn publication((id, mut fields): Entry) -> Option<Publication> {
    // Other ids would be entries between two offsets.
    let at = id.strip_suffix("-0")?;
    let offset = at.parse().ok()?;
    let frame = match fields.as_slice() {
        // What follows is of a later version.
        [_, head, _, tail, ..] => [head, at.as_bytes(), tail].concat().into(),
        _ => fields.pop()?,
    };
    Some(Publication { offset, frame })
}

fn id(offset: u64) -> String {
    format!("{offset}-0")
}
