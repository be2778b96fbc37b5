//! Replaces entries of a log in Redis.

use async_trait::async_trait;
use protocol::{Epoch, Position};
use redis::ScriptInvocation;
use storage::redis::Shard;
use storage::{StorageError, random};

use super::floor::Asked;
use super::publisher::CommitReply;
use super::values::position;
use super::{RedisBroker, names};
use crate::broker::rewrite::{Earlier, NewFrame, Rewrite, Rewriter, Rewritten, Seen};
use crate::broker::{Append, IdempotencyKey, Publication, random_epoch};
use crate::channel::Channel;
use crate::peers::REWRITES;

/// The answer of the script: as of `commit.lua`, with two more cases.
type Reply = Option<(String, u64, u8, String)>;
/// The archive has to be asked first where the log goes on, and nothing was done.
const NEEDS_FLOOR: u8 = 2;
/// An entry is not as it was seen, and nothing was done.
const STALE: u8 = 3;
/// The letters of a key for an append that is never repeated.
const RANDOM_KEY: usize = 16;

#[async_trait]
impl Rewriter for RedisBroker {
    async fn rewrite(&self, mut append: Append, rewrites: Vec<Rewrite>) -> Result<Rewritten, StorageError> {
        if self.peers.see_one_before(REWRITES) {
            let why = "a node of an earlier version runs, which would not read what is replaced";
            return Err(StorageError::Unavailable(why.into()));
        }
        let shard = self.client.router().of(&append.channel)?;
        append.idempotency.get_or_insert_with(|| IdempotencyKey { key: random::text(RANDOM_KEY), digest: "-".into() });
        let script = self.rewrite.of(&shard, &append.channel)?;
        let (unasked, mut asked) = (self.floors.unasked(&append.channel), Asked::default());
        let epoch = random_epoch();
        loop {
            let mut under = String::new();
            let fill = |call: &mut ScriptInvocation<'_>, run: &str| {
                run.clone_into(&mut under);
                self.fill(call, &shard, &append, &rewrites, (&epoch, run, asked.under(run, unasked)));
            };
            let reply: Reply = shard.invoke_on(script, fill).await?;
            match reply {
                Some((.., NEEDS_FLOOR, _)) => asked = self.floors.ask(&append.channel, &under).await,
                Some((.., STALE, _)) => return Ok(Rewritten::Stale),
                reply => return CommitReply::parse(reply).map(|reply| Rewritten::Done(reply.appended)),
            }
        }
    }

    async fn find_repeated(
        &self,
        channel: &Channel,
        idempotency: &IdempotencyKey,
    ) -> Result<Option<Position>, StorageError> {
        let shard = self.client.router().of(channel)?;
        let mut call = self.repeated.prepare_invoke();
        call.key(names::meta(shard.keyspace(), channel));
        call.key(names::idempotency(shard.keyspace(), channel, &idempotency.key)).arg(&idempotency.digest);
        let found: Option<Vec<String>> = shard.invoke(&call).await?;
        match found.ok_or(StorageError::Conflict)?.as_slice() {
            [epoch, offset] => {
                let offset = offset.parse().map_err(|_| StorageError::corrupt("the offset of an append"))?;
                position(epoch, offset).map(Some)
            }
            _ => Ok(None),
        }
    }
}

impl RedisBroker {
    /// What entries are since events replaced them, also of those that are not live any more: of each of
    /// `offsets` whose event the archive may not have yet.
    ///
    /// # Errors [`StorageError`]: Redis did not answer, or has something else there.
    pub async fn rewritten(&self, channel: &Channel, offsets: &[u64]) -> Result<Vec<Publication>, StorageError> {
        let shard = self.client.router().of(channel)?;
        let mut call = self.read_rewritten.prepare_invoke();
        call.key(names::meta(shard.keyspace(), channel)).key(names::rewritten(shard.keyspace(), channel));
        for offset in offsets {
            call.arg(*offset);
        }
        let found: Vec<(u64, Vec<u8>)> = shard.invoke(&call).await?;
        Ok(found.into_iter().map(|(offset, frame)| Publication { offset, frame: frame.into() }).collect())
    }

    /// Adds the keys and arguments of the script, in its order.
    fn fill(
        &self,
        call: &mut ScriptInvocation<'_>,
        shard: &Shard,
        append: &Append,
        rewrites: &[Rewrite],
        (epoch, run, floor): (&Epoch, &str, &str),
    ) {
        let (keyspace, Append { channel, idempotency, event, growth }) = (shard.keyspace(), append);
        call.key(names::meta(keyspace, channel)).key(names::log(keyspace, channel));
        let (key, digest) = idempotency.as_ref().map_or(("", ""), |once| (&once.key, &once.digest));
        call.key(names::rewritten(keyspace, channel)).key(names::idempotency(keyspace, channel, key));
        call.arg(&event.frame.head).arg(&event.frame.tail).arg(epoch.as_str()).arg(run);
        call.arg(growth.as_str()).arg(floor).arg(self.publisher.announced_header(event)).arg(digest);
        for Rewrite { offset, seen, frame, earlier } in rewrites {
            let (head, tail) = match frame {
                NewFrame::Whole(text) => (text.as_str(), ""),
                NewFrame::Numbered(template) => (template.head.as_str(), template.tail.as_str()),
            };
            let earlier = match earlier {
                Earlier::Keep => "keep",
                Earlier::Erase => "erase",
            };
            // No frame is one of these words.
            let seen = match seen {
                Seen::Frame(frame) => &frame[..],
                Seen::Absent => b"absent",
                Seen::Anything => b"anything",
            };
            call.arg(*offset).arg(seen).arg(head).arg(tail).arg(earlier);
        }
    }
}
