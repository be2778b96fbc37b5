//! Appends to a log in the same step as a store makes a change in Redis.

use redis::{Script, ScriptInvocation};
use storage::StorageError;

use super::publisher::CommitReply;
use super::scripts::{ByDatabase, committing};
use super::{RedisBroker, names};
use crate::broker::{Appended, Growth, random_epoch};
use crate::channel::Channel;
use crate::event::Event;

/// A change of a store: what `log/commit.lua` runs in the same step as it appends.
pub struct ChangeScript(ByDatabase<Script>);

impl RedisBroker {
    /// Prepares a change. `lua` defines the two functions that `log/commit.lua` names.
    pub fn change_script(&self, lua: &str) -> ChangeScript {
        ChangeScript(ByDatabase::new(self.settings, &self.databases, |settings| committing(settings, lua)))
    }

    /// Makes a change and appends `event` with the offset that the change gets as its version, in one step, if
    /// what is stored is at the version `expected`; 0 is that of nothing. The offset is above it, also in a log
    /// that was lost. `fill` adds the keys and arguments of the change.
    ///
    /// # Errors [`StorageError::Conflict`]: it is not at that version, and nothing was done.
    pub async fn commit(
        &self,
        channel: &Channel,
        expected: u64,
        change: &ChangeScript,
        fill: impl FnOnce(&mut ScriptInvocation<'_>),
        event: &Event,
    ) -> Result<Appended, StorageError> {
        let shard = self.client.router().of(channel)?;
        let (keyspace, epoch) = (shard.keyspace(), random_epoch());
        let fill = |call: &mut ScriptInvocation<'_>, run: &str| {
            call.key(names::meta(keyspace, channel)).key(names::log(keyspace, channel));
            call.arg(&event.frame.head).arg(&event.frame.tail).arg(epoch.as_str()).arg(run);
            call.arg(Growth::Free.as_str()).arg(expected).arg(self.publisher.announced_header(event));
            fill(call);
        };
        CommitReply::parse(shard.invoke_on(change.0.of(&shard, channel)?, fill).await?).map(|reply| reply.appended)
    }
}
