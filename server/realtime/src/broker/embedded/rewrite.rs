//! Replaces entries in the data file.

use async_trait::async_trait;
use protocol::Position;
use rusqlite::{Connection, params};
use storage::StorageError;

use super::log::{self, Log, signed};
use super::{AppendOutcome, EmbeddedBroker, read_log};
use crate::broker::rewrite::{Earlier, Rewrite, Rewriter, Rewritten};
use crate::broker::{Append, IdempotencyKey, random_epoch};
use crate::channel::Channel;

#[async_trait]
impl Rewriter for EmbeddedBroker {
    async fn rewrite(&self, append: Append, rewrites: Vec<Rewrite>) -> Result<Rewritten, StorageError> {
        let Append { channel, idempotency, event, growth } = append;
        let (keep, written) = (self.options.keep(&channel), channel.clone());
        let erases = rewrites.iter().any(|rewrite| rewrite.earlier == Earlier::Erase);
        let write = move |sql: &_| {
            let log = log::open(sql, &written, &random_epoch())?;
            if let Some(before) = log.before_now(sql, idempotency.as_ref())? {
                return Ok(AppendOutcome::Before(before));
            }
            let mut replaced = Vec::with_capacity(rewrites.len());
            for rewrite in &rewrites {
                let entry = log.entry(sql, rewrite.offset)?;
                if rewrite.offset > log.top || !rewrite.seen.is(entry.as_ref().map(|entry| &entry.frame)) {
                    return Ok(AppendOutcome::Stale);
                }
                replaced.extend(entry.map(|entry| (rewrite, entry.frame.len())));
            }
            let (position, frame) = log.append(sql, idempotency.as_ref(), &event.frame, keep, growth)?;
            for (rewrite, bytes) in replaced {
                log.replace(sql, rewrite, bytes, position.offset)?;
            }
            Ok(AppendOutcome::Now { position, header: event.header, frame })
        };
        let appended = self.write_and_deliver(&channel, write).await?;
        if erases {
            self.store.scrub_soon();
        }
        Ok(appended.map_or(Rewritten::Stale, Rewritten::Done))
    }

    async fn find_repeated(
        &self,
        channel: &Channel,
        idempotency: &IdempotencyKey,
    ) -> Result<Option<Position>, StorageError> {
        let idempotency = idempotency.clone();
        Ok(read_log(&self.store, channel, move |sql, log| log.before_now(sql, Some(&idempotency))).await?.1)
    }
}

impl Log {
    /// Replaces an entry of `bytes` bytes with what it is since the event at `event`.
    fn replace(&self, sql: &Connection, rewrite: &Rewrite, bytes: usize, event: u64) -> Result<(), StorageError> {
        const KEEP: &str = "
            INSERT INTO earlier_frames SELECT log, offset, ?3, frame FROM publications WHERE log = ?1 AND offset = ?2";
        const ERASE: &str = "DELETE FROM earlier_frames WHERE log = ?1 AND offset = ?2";
        const REPLACE: &str = "UPDATE publications SET frame = ?3 WHERE log = ?1 AND offset = ?2";
        const COUNT: &str = "UPDATE logs SET bytes = max(bytes + ?2, 0) WHERE id = ?1";
        let (log, of, frame) = (self.id(), signed(rewrite.offset), rewrite.frame.fill(event));
        match rewrite.earlier {
            Earlier::Keep => sql.prepare_cached(KEEP)?.execute([log, of, signed(event)])?,
            Earlier::Erase => sql.prepare_cached(ERASE)?.execute([log, of])?,
        };
        // The append may have trimmed it.
        if sql.prepare_cached(REPLACE)?.execute(params![log, of, &frame[..]])? > 0 {
            sql.prepare_cached(COUNT)?.execute([log, signed(frame.len() as u64) - signed(bytes as u64)])?;
        }
        Ok(())
    }
}
