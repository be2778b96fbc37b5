//! A channel's log as rows; every SQL statement about logs is here.

use bytes::Bytes;
use protocol::wire::Template;
use protocol::{Epoch, Position};
use rusqlite::{Connection, OptionalExtension, Row, params};
use storage::StorageError;
use storage::clock;

use crate::broker::{Growth, IdempotencyKey, LogLimits, Publication, ReadLimit};
use crate::channel::Channel;

/// Old entries are deleted in batches of this many: a DELETE for every append would double its cost.
const TRIM_EVERY: u64 = 64;

/// How much of a log is kept.
#[derive(Clone, Copy)]
pub(super) struct Keep {
    /// Its limits. The keys of its last entries are remembered up to their number.
    pub(super) limits: LogLimits,
    /// Whether all entries are kept, for as long as the store has room.
    pub(super) all: bool,
}

/// The row of a log, as read in one transaction.
pub(crate) struct Log {
    id: i64,
    /// The log's epoch; a log that begins anew gets another one.
    pub(crate) epoch: Epoch,
    /// The offset of its last entry; 0 before the first.
    pub(crate) top: u64,
    /// Bytes of all its entries together.
    bytes: u64,
}

/// The channel's log; `None` if it does not exist.
pub(crate) fn find(sql: &Connection, channel: &Channel) -> Result<Option<Log>, StorageError> {
    let mut statement = sql.prepare_cached("SELECT id, epoch, top, bytes FROM logs WHERE channel = ?1")?;
    let row = |row: &Row<'_>| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?, row.get(3)?));
    let Some((id, epoch, top, bytes)) = statement.query_row([channel.to_string()], row).optional()? else {
        return Ok(None);
    };
    let epoch = Epoch::parse(&epoch).map_err(|error| StorageError::corrupt(format!("the epoch of a log: {error}")))?;
    Ok(Some(Log { id, epoch, top: unsigned(top), bytes: unsigned(bytes) }))
}

/// The channel's log; a new one gets the epoch `new`.
pub(super) fn open(sql: &Connection, channel: &Channel, new: &Epoch) -> Result<Log, StorageError> {
    if let Some(log) = find(sql, channel)? {
        return Ok(log);
    }
    sql.prepare_cached("INSERT INTO logs (channel, epoch, top, written_at) VALUES (?1, ?2, 0, ?3)")?
        .execute(params![channel.to_string(), new.as_str(), signed(clock::now_ms())])?;
    Ok(Log { id: sql.last_insert_rowid(), epoch: new.clone(), top: 0, bytes: 0 })
}

impl Log {
    /// A log that does not exist, to be read as empty; `epoch` is not stored.
    pub(super) fn none(epoch: Epoch) -> Self {
        // No log has this id, they begin at 1.
        Self { id: 0, epoch, top: 0, bytes: 0 }
    }

    /// The log as one whose last offset is at least `offset`.
    pub(super) fn above(self, offset: u64) -> Self {
        Self { top: self.top.max(offset), ..self }
    }

    /// The log's number in the file.
    pub(super) fn id(&self) -> i64 {
        self.id
    }

    /// The position of an earlier append with this key.
    ///
    /// # Errors [`StorageError::Conflict`]: other content was appended with it.
    pub(super) fn before_now(
        &self,
        sql: &Connection,
        idempotency: Option<&IdempotencyKey>,
    ) -> Result<Option<Position>, StorageError> {
        let Some(idempotency) = idempotency else { return Ok(None) };
        let mut statement = sql.prepare_cached("SELECT offset, digest FROM once WHERE log = ?1 AND key = ?2")?;
        let row = |row: &Row<'_>| Ok((row.get(0)?, row.get::<_, String>(1)?));
        match statement.query_row(params![self.id, idempotency.key], row).optional()? {
            Some((_, digest)) if digest != idempotency.digest => Err(StorageError::Conflict),
            found => Ok(found.map(|(offset, _)| Position { epoch: self.epoch.clone(), offset: unsigned(offset) })),
        }
    }

    /// Appends `frame`, and trims the log as `keep` says. Returns where it is, and its frame.
    pub(super) fn append(
        &self,
        sql: &Connection,
        idempotency: Option<&IdempotencyKey>,
        frame: &Template,
        keep: Keep,
        growth: Growth,
    ) -> Result<(Position, Bytes), StorageError> {
        let top = self.top + 1;
        let frame = Bytes::from(frame.fill(top));
        let offset = signed(top);
        let bytes = self.bytes.saturating_add(frame.len() as u64);
        sql.prepare_cached("UPDATE logs SET top = ?2, bytes = ?3, written_at = ?4 WHERE id = ?1")?.execute([
            self.id,
            offset,
            signed(bytes),
            signed(clock::now_ms()),
        ])?;
        sql.prepare_cached("INSERT INTO publications VALUES (?1, ?2, ?3)")?.execute(params![
            self.id,
            offset,
            &frame[..]
        ])?;
        if let Some(idempotency) = idempotency {
            sql.prepare_cached("INSERT INTO once VALUES (?1, ?2, ?3, ?4)")?.execute(params![
                self.id,
                idempotency.key,
                offset,
                idempotency.digest
            ])?;
        }
        // Trims an eighth more than necessary, so that the next trim is that far away.
        let (most, spare) = match growth {
            Growth::Free if keep.all => (u64::MAX, 0),
            Growth::Free => (keep.limits.bytes, keep.limits.bytes / 8),
            Growth::ReplaceOldest if keep.all => (self.bytes, 0),
            Growth::ReplaceOldest => (keep.limits.bytes.min(self.bytes), 0),
        };
        if top.is_multiple_of(TRIM_EVERY) || bytes > most {
            let excess = if bytes > most { bytes - most + spare } else { 0 };
            self.trim(sql, top, excess, keep)?;
        }
        Ok((Position { epoch: self.epoch.clone(), offset: top }, frame))
    }

    /// Deletes entries beyond the limits, and idempotency keys whose entry is gone.
    fn trim(&self, sql: &Connection, top: u64, excess: u64, keep: Keep) -> Result<(), StorageError> {
        let forgotten = top.saturating_sub(keep.limits.entries);
        let by_number = if keep.all { 0 } else { forgotten };
        let by_bytes = if excess > 0 { self.last_of_oldest(sql, top, excess)? } else { 0 };
        let mut delete =
            sql.prepare_cached("DELETE FROM publications WHERE log = ?1 AND offset <= ?2 RETURNING length(frame)")?;
        let gone = delete.query_map([self.id, signed(by_number.max(by_bytes))], |row| row.get::<_, i64>(0))?;
        let gone: i64 = gone.sum::<Result<_, _>>()?;
        sql.prepare_cached("UPDATE logs SET bytes = max(bytes - ?2, 0) WHERE id = ?1")?.execute([self.id, gone])?;
        sql.prepare_cached("DELETE FROM earlier_frames WHERE log = ?1 AND offset <= ?2")?
            .execute([self.id, signed(by_number.max(by_bytes))])?;
        sql.prepare_cached("DELETE FROM once WHERE log = ?1 AND offset <= ?2")?
            .execute([self.id, signed(forgotten)])?;
        Ok(())
    }

    /// The offset up to which the oldest entries have `bytes` bytes together; never the newest one.
    fn last_of_oldest(&self, sql: &Connection, top: u64, bytes: u64) -> Result<u64, StorageError> {
        let mut oldest = sql.prepare_cached(
            "SELECT offset, length(frame) FROM publications WHERE log = ?1 AND offset < ?2 ORDER BY offset",
        )?;
        let mut rows = oldest.query([self.id, signed(top)])?;
        let (mut last, mut seen) = (0, 0);
        while seen < bytes
            && let Some(row) = rows.next()?
        {
            last = unsigned(row.get(0)?);
            seen += unsigned(row.get(1)?);
        }
        Ok(last)
    }

    /// The first entries after `offset`, oldest first, within the limits of `most`.
    pub(super) fn after(
        &self,
        sql: &Connection,
        offset: u64,
        most: ReadLimit,
    ) -> Result<Vec<Publication>, StorageError> {
        let mut statement = sql.prepare_cached(
            "SELECT offset, frame FROM publications WHERE log = ?1 AND offset > ?2 ORDER BY offset LIMIT ?3",
        )?;
        let rows = statement.query_map([self.id, signed(offset), signed(most.publications as u64)], publication)?;
        let mut bytes = 0;
        let fits = |row: &rusqlite::Result<Publication>| {
            bytes += row.as_ref().map_or(0, |one| one.frame.len());
            bytes <= most.bytes
        };
        Ok(rows.take_while(fits).collect::<Result<_, _>>()?)
    }

    /// The last `limit` entries before `offset`, newest first.
    pub(crate) fn before(&self, sql: &Connection, offset: u64, limit: usize) -> Result<Vec<Publication>, StorageError> {
        let mut statement = sql.prepare_cached(
            "SELECT offset, frame FROM publications WHERE log = ?1 AND offset < ?2 ORDER BY offset DESC LIMIT ?3",
        )?;
        let rows = statement.query_map([self.id, signed(offset), signed(limit as u64)], publication)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The entry at `offset`; `None` before it is written, and after it was trimmed.
    pub(super) fn entry(&self, sql: &Connection, offset: u64) -> Result<Option<Publication>, StorageError> {
        let mut statement =
            sql.prepare_cached("SELECT offset, frame FROM publications WHERE log = ?1 AND offset = ?2")?;
        Ok(statement.query_row([self.id, signed(offset)], publication).optional()?)
    }
}

/// Reads a row of `publications`. What is neither a blob nor a text is read as an empty frame, which counts as damaged:
/// an error would make all entries around it unreachable.
fn publication(row: &Row<'_>) -> rusqlite::Result<Publication> {
    let frame = row.get_ref(1)?.as_bytes().unwrap_or_default();
    Ok(Publication { offset: unsigned(row.get(0)?), frame: Bytes::copy_from_slice(frame) })
}

/// SQLite counts to 2^63 - 1; no log gets there, but a client may ask for more.
pub(super) fn signed(offset: u64) -> i64 {
    i64::try_from(offset).unwrap_or(i64::MAX)
}

fn unsigned(offset: i64) -> u64 {
    u64::try_from(offset).unwrap_or(0)
}
