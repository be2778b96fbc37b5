//! Appends a publication to its log: on the connection of deliveries while that is up, or else on
//! the one of commands.

use std::time::Duration;

use protocol::{Epoch, Position};
use redis::{Script, ScriptInvocation};
use tokio::time::timeout;

use super::commands::CALL_WITHIN;
use super::connection::{CommandError, Connection, RespValue};
use super::epoch_cache::Log;
use super::keys::Keyspace;
use super::log;
use super::shard::{Shard, publish_command};
use crate::broker::{Append, Appended, BrokerError, Growth, IdempotencyKey, LogLimits, random_epoch};
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
    /// Scripts that keep `keep` of each log and announce to the pub/sub channels
    /// of `database` (see [`DeliveryNames`](super::keys::DeliveryNames)).
    pub(super) fn new(keep: LogLimits, is_sharded: bool, database: &str) -> Self {
        let ways = |retain| ScriptPair::new(keep, retain, publish_command(is_sharded), database);
        Self { lasting: ways(keep.retain), ephemeral: ways(Some(keep.retain_game)) }
    }

    /// All scripts, to be loaded into Redis in advance.
    pub(super) fn all(&self) -> [&Script; 4] {
        [&self.lasting.append, &self.lasting.publish, &self.ephemeral.append, &self.ephemeral.publish]
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
            append: Script::new(&format!("{settings}{}", include_str!("append.lua"))),
            publish: Script::new(&format!(
                "{settings}{}{}{}",
                include_str!("identity.lua"),
                include_str!("trim.lua"),
                include_str!("publish.lua")
            )),
        }
    }
}

/// The seconds that a log stays, as text; empty for ever.
pub(super) fn retain_seconds(retain: Option<Duration>) -> String {
    retain.map(|retain| retain.as_secs().to_string()).unwrap_or_default()
}

/// The answer of `publish.lua`.
struct PublishReply {
    epoch: String,
    offset: u64,
    repeated: bool,
    origin: String,
}

/// Implements [`Broker::publish`](crate::broker::Broker::publish) on the shard that keeps the log.
pub(super) async fn publish(shard: &Shard, append: &Append) -> Result<Appended, BrokerError> {
    // No timer for each publication: the connection's owner pings every second, and closes one that is
    // silent.
    if let Some(connection) = shard.connection() {
        match over_connection(shard, &connection, append).await {
            Ok(appended) => return appended,
            // Not executed; the complete script finds out why.
            Err(CommandError::Refused(_)) => {}
            Err(CommandError::Silent) => return Err(silent()),
            // Perhaps executed, but with a key the second time does no harm.
            Err(_) if append.idempotency.is_some() => {}
            Err(_) => return Err(BrokerError::Unavailable("the connection to Redis broke".into())),
        }
    }
    // Boxed: hardly ever needed, and every publication's future would be larger by it.
    Box::pin(timeout(CALL_WITHIN, over_commands(shard, append))).await.unwrap_or_else(|_| Err(silent()))
}

async fn over_connection(
    shard: &Shard,
    connection: &Connection,
    append: &Append,
) -> Result<Result<Appended, BrokerError>, CommandError> {
    if append.growth == Growth::Free
        && let Some(idempotency) = &append.idempotency
        && let Some(log) = connection.epoch_cache.get(&append.channel)
        && let Some(offset) = run_append_script(shard, connection, append, idempotency, &log).await?
    {
        let position = Position { epoch: log.epoch.clone(), offset };
        return Ok(Ok(Appended { position, repeated: false }));
    }
    Box::pin(run_publish_script(shard, connection, append)).await
}

/// Appends with `publish.lua`, which handles any append and any state of the log.
async fn run_publish_script(
    shard: &Shard,
    connection: &Connection,
    append: &Append,
) -> Result<Result<Appended, BrokerError>, CommandError> {
    let (keys, epoch) = (keys_of(&shard.keyspace, append), random_epoch());
    let count = keys.len().to_string();
    let script = shard.scripts.of(&append.channel).publish.get_hash();
    let mut words: Vec<&[u8]> = vec![b"EVALSHA", script.as_bytes(), count.as_bytes()];
    words.extend(keys.iter().map(String::as_bytes));
    words.extend(arguments(append, &epoch, connection.run()));
    let Some(told) = connection.call(&words, read).await? else { return Ok(Err(BrokerError::Conflict)) };
    let appended = told.appended();
    if let Ok(Appended { position, .. }) = &appended {
        connection.epoch_cache.learn(&append.channel, Log { epoch: position.epoch.clone(), origin: told.origin });
    }
    Ok(appended)
}

/// Appends with `append.lua`; `None` where that is not possible.
async fn run_append_script(
    shard: &Shard,
    connection: &Connection,
    append: &Append,
    idempotency: &IdempotencyKey,
    log: &Log,
) -> Result<Option<u64>, CommandError> {
    let keys = keys_of(&shard.keyspace, append);
    let memory = [&log.origin, " ", &idempotency.digest, " "].concat();
    let [meta, log_key, once_key] = keys.as_slice() else { return Ok(None) };
    let words: [&str; 10] = [
        "EVALSHA",
        shard.scripts.of(&append.channel).append.get_hash(),
        "3",
        meta,
        log_key,
        once_key,
        log.epoch.as_str(),
        &memory,
        &append.head,
        &append.tail,
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

async fn over_commands(shard: &Shard, append: &Append) -> Result<Appended, BrokerError> {
    let epoch = random_epoch();
    let fill = |call: &mut ScriptInvocation<'_>, run: &str| {
        for key in keys_of(&shard.keyspace, append) {
            call.key(key);
        }
        for argument in arguments(append, &epoch, run) {
            call.arg(argument);
        }
    };
    let told: Option<(String, u64, bool, String)> =
        shard.invoke_on(&shard.scripts.of(&append.channel).publish, fill).await?;
    let (epoch, offset, repeated, origin) = told.ok_or(BrokerError::Conflict)?;
    PublishReply { epoch, offset, repeated, origin }.appended()
}

impl PublishReply {
    fn appended(&self) -> Result<Appended, BrokerError> {
        Ok(Appended { position: log::position(&self.epoch, self.offset)?, repeated: self.repeated })
    }
}

fn silent() -> BrokerError {
    BrokerError::Unavailable("Redis does not answer".into())
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
    all.extend([keyspace.meta(channel), keyspace.log(channel)]);
    all.extend(append.idempotency.as_ref().map(|idempotency| keyspace.idempotency(channel, &idempotency.key)));
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
