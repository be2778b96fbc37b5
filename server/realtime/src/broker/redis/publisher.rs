//! Appends a publication to its log: on the connection of deliveries while that is up, or else on
//! the one of commands.

use std::time::Duration;

use protocol::{Epoch, Position};
use redis::{Script, ScriptInvocation};
use storage::StorageError;
use storage::redis::scripts::log as scripts;
use storage::redis::{CALL_WITHIN, CommandError, Connection, Keyspace, PubSubNames, RespValue, Shard, publish_command};
use tokio::time::timeout;

use super::epoch_cache::{EpochCache, Log};
use super::names;
use super::values::{position, retain_seconds};
use crate::broker::{Append, Appended, Growth, IdempotencyKey, LogLimits, random_epoch};
use crate::channel::Channel;

/// How long an idempotency key is remembered, in seconds.
const REMEMBER_ONCE: u32 = 86_400;

/// The scripts that append, for both kinds of logs.
#[derive(Clone)]
pub(super) struct Scripts {
    /// For logs that are kept like rooms.
    lasting: ScriptPair,
    /// For logs that end with a game.
    ephemeral: ScriptPair,
}

/// The two scripts that append to a log.
#[derive(Clone)]
struct ScriptPair {
    /// The short one: appends to a log whose epoch is known.
    append: Script,
    /// The complete one: for any append, and any state of the log.
    publish: Script,
}

impl Scripts {
    /// Scripts that keep `keep` of each log and announce to the pub/sub channels of one database of a server.
    pub(super) fn new(keep: LogLimits, is_sharded: bool, names: &PubSubNames) -> Self {
        let ways = |retain| ScriptPair::new(keep, retain, publish_command(is_sharded), names.database());
        Self { lasting: ways(keep.retain), ephemeral: ways(Some(keep.retain_game)) }
    }

    /// All scripts, to be loaded into Redis in advance.
    pub(super) fn all(&self) -> Vec<Script> {
        let Self { lasting, ephemeral } = self;
        [&lasting.append, &lasting.publish, &ephemeral.append, &ephemeral.publish].map(Script::clone).into()
    }

    fn of(&self, channel: &Channel) -> &ScriptPair {
        if channel.ends_with_game() { &self.ephemeral } else { &self.lasting }
    }
}

impl ScriptPair {
    fn new(keep: LogLimits, retain: Option<Duration>, publish: &str, database: &str) -> Self {
        // Part of the script's text, because each argument of a call costs time.
        let LogLimits { entries, bytes, .. } = keep;
        let retain = retain_seconds(retain);
        let settings = format!(
            "local length, bytes, publish, database, remember, retain = \
             '{entries}', {bytes}, '{publish}', '{database}', '{REMEMBER_ONCE}', '{retain}'\n"
        );
        Self {
            append: Script::new(&format!("{settings}{}", scripts::APPEND)),
            publish: Script::new(&format!("{settings}{}{}{}", scripts::IDENTITY, scripts::TRIM, scripts::PUBLISH)),
        }
    }
}

/// The answer of `publish.lua`.
struct PublishReply {
    epoch: String,
    offset: u64,
    repeated: bool,
    origin: String,
}

/// Appends to logs on all shards.
pub(super) struct Publisher {
    /// For each database that the servers use: what a script appends to names, and the scripts.
    scripts: Vec<(String, Scripts)>,
    epoch_cache: EpochCache,
}

/// One append at the shard that keeps the log.
struct Call<'a> {
    publisher: &'a Publisher,
    shard: &'a Shard,
    scripts: &'a ScriptPair,
    append: &'a Append,
}

impl Publisher {
    /// A publisher for servers that use these databases.
    pub(super) fn new(scripts: Vec<(String, Scripts)>, servers: usize) -> Self {
        Self { scripts, epoch_cache: EpochCache::new(servers) }
    }

    /// Implements [`Broker::publish`](crate::broker::Broker::publish) on the shard that keeps the log.
    pub(super) async fn publish(&self, shard: &Shard, append: &Append) -> Result<Appended, StorageError> {
        let database = shard.names().database();
        let scripts = self.scripts.iter().find(|(of, _)| of == database).map(|(_, scripts)| scripts);
        let scripts = scripts.ok_or_else(|| StorageError::Unavailable("a database that is not configured".into()))?;
        let call = Call { publisher: self, shard, scripts: scripts.of(&append.channel), append };
        // No timer for each publication: the connection's owner pings every second, and closes one that is
        // silent.
        if let Some(connection) = shard.connection() {
            match call.over_connection(&connection).await {
                Ok(appended) => return appended,
                // Not executed; the complete script finds out why.
                Err(CommandError::Refused(_)) => {}
                Err(CommandError::Silent) => return Err(silent()),
                // Perhaps executed, but with a key the second time does no harm.
                Err(_) if append.idempotency.is_some() => {}
                Err(_) => return Err(StorageError::Unavailable("the connection to Redis broke".into())),
            }
        }
        // Boxed: hardly ever needed, and every publication's future would be larger by it.
        Box::pin(timeout(CALL_WITHIN, call.over_commands())).await.unwrap_or_else(|_| Err(silent()))
    }
}

impl Call<'_> {
    async fn over_connection(&self, connection: &Connection) -> Result<Result<Appended, StorageError>, CommandError> {
        let append = self.append;
        if append.growth == Growth::Free
            && let Some(idempotency) = &append.idempotency
            && let Some(log) = self.publisher.epoch_cache.get(&append.channel, connection.id())
            && let Some(offset) = self.run_append_script(connection, idempotency, &log).await?
        {
            let position = Position { epoch: log.epoch.clone(), offset };
            return Ok(Ok(Appended { position, repeated: false }));
        }
        Box::pin(self.run_publish_script(connection)).await
    }

    /// Appends with `publish.lua`, which handles any append and any state of the log.
    async fn run_publish_script(
        &self,
        connection: &Connection,
    ) -> Result<Result<Appended, StorageError>, CommandError> {
        let (keys, epoch) = (keys_of(self.shard.keyspace(), self.append), random_epoch());
        let count = keys.len().to_string();
        let script = self.scripts.publish.get_hash();
        let mut words: Vec<&[u8]> = vec![b"EVALSHA", script.as_bytes(), count.as_bytes()];
        words.extend(keys.iter().map(String::as_bytes));
        words.extend(arguments(self.append, &epoch, connection.run()));
        let Some(told) = connection.call(&words, read).await? else { return Ok(Err(StorageError::Conflict)) };
        let appended = told.appended();
        if let Ok(Appended { position, .. }) = &appended {
            let log = Log { epoch: position.epoch.clone(), origin: told.origin };
            self.publisher.epoch_cache.learn(&self.append.channel, connection.id(), log);
        }
        Ok(appended)
    }

    /// Appends with `append.lua`; `None` where that is not possible.
    async fn run_append_script(
        &self,
        connection: &Connection,
        idempotency: &IdempotencyKey,
        log: &Log,
    ) -> Result<Option<u64>, CommandError> {
        let keys = keys_of(self.shard.keyspace(), self.append);
        let memory = [&log.origin, " ", &idempotency.digest, " "].concat();
        let [meta, log_key, once_key] = keys.as_slice() else { return Ok(None) };
        let words: [&str; 10] = [
            "EVALSHA",
            self.scripts.append.get_hash(),
            "3",
            meta,
            log_key,
            once_key,
            log.epoch.as_str(),
            &memory,
            &self.append.head,
            &self.append.tail,
        ];
        let read = |value: RespValue<'_>| match value {
            RespValue::Null => Some(None),
            RespValue::Number(offset) => u64::try_from(offset).ok().map(Some),
            _ => None,
        };
        match connection.call(&words.map(str::as_bytes), read).await {
            // The script is not loaded (any more), or memory is full: `publish.lua` finds out.
            Err(CommandError::Refused(_)) => Ok(None),
            answer => answer,
        }
    }

    async fn over_commands(&self) -> Result<Appended, StorageError> {
        let epoch = random_epoch();
        let fill = |call: &mut ScriptInvocation<'_>, run: &str| {
            for key in keys_of(self.shard.keyspace(), self.append) {
                call.key(key);
            }
            for argument in arguments(self.append, &epoch, run) {
                call.arg(argument);
            }
        };
        let told: Option<(String, u64, bool, String)> = self.shard.invoke_on(&self.scripts.publish, fill).await?;
        let (epoch, offset, repeated, origin) = told.ok_or(StorageError::Conflict)?;
        PublishReply { epoch, offset, repeated, origin }.appended()
    }
}

impl PublishReply {
    fn appended(&self) -> Result<Appended, StorageError> {
        Ok(Appended { position: position(&self.epoch, self.offset)?, repeated: self.repeated })
    }
}

fn silent() -> StorageError {
    StorageError::Unavailable("Redis does not answer".into())
}

/// The arguments of `publish.lua`, in its order.
fn arguments<'a>(append: &'a Append, epoch: &'a Epoch, run: &'a str) -> impl Iterator<Item = &'a [u8]> {
    let growth = match append.growth {
        Growth::Free => "free",
        Growth::ReplaceOldest => "level",
    };
    let all = [&append.head, &append.tail, epoch.as_str(), run, growth];
    all.into_iter().chain(append.idempotency.iter().map(|idempotency| idempotency.digest.as_str())).map(str::as_bytes)
}

/// The keys of both scripts, in their order.
fn keys_of(keyspace: &Keyspace, append: &Append) -> Vec<String> {
    let channel = &append.channel;
    let mut all = Vec::with_capacity(3);
    all.extend([names::meta(keyspace, channel), names::log(keyspace, channel)]);
    all.extend(append.idempotency.as_ref().map(|idempotency| names::idempotency(keyspace, channel, &idempotency.key)));
    all
}

fn read(value: RespValue<'_>) -> Option<Option<PublishReply>> {
    match value {
        RespValue::Null => Some(None),
        RespValue::List(words) => match words.as_slice() {
            [RespValue::Text(epoch), RespValue::Text(offset), RespValue::Number(repeated), RespValue::Text(origin)] => {
                let text = |bytes| std::str::from_utf8(bytes).ok().map(str::to_owned);
                let offset = text(offset)?.parse().ok()?;
                Some(Some(PublishReply {
                    epoch: text(epoch)?,
                    offset,
                    repeated: *repeated == 1,
                    origin: text(origin)?,
                }))
            }
            _ => None,
        },
        _ => None,
    }
}
