//! Appends a publication to its log: on the connection of deliveries while that is up, or else on
//! the one of commands.

use protocol::{Epoch, Position};
use redis::ScriptInvocation;
use storage::StorageError;
use storage::redis::{CALL_WITHIN, CommandError, Connection, Keyspace, PubSubNames, RespValue, Shard};
use tokio::time::timeout;

use super::epoch_cache::{EpochCache, Log};
use super::floor::{Asked, Floors};
use super::names;
use super::scripts::{ByDatabase, ScriptPair, Settings};
use super::values::position;
use crate::broker::{Append, Appended, Growth, IdempotencyKey, random_epoch};
use crate::event::Event;
use crate::peers::{HEADERS, Peers};

/// The answer of `commit.lua`: the log's epoch, the offset, 1 if it was there before or [`NEEDS_FLOOR`], the log's
/// origin. `None` is a conflict.
type Reply = Option<(String, u64, u8, String)>;
/// The archive has to be asked first where the log goes on, and nothing was done.
const NEEDS_FLOOR: u8 = 2;

/// Appends to logs on all shards.
pub(super) struct Publisher {
    scripts: ByDatabase<ScriptPair>,
    epoch_cache: EpochCache,
    peers: Peers,
    floors: Floors,
}

/// One append at the shard that keeps the log.
struct Call<'a> {
    publisher: &'a Publisher,
    shard: &'a Shard,
    scripts: &'a ScriptPair,
    append: &'a Append,
}

impl Publisher {
    /// A publisher for servers that use these databases; `servers` is their number.
    pub(super) fn new(
        settings: Settings,
        databases: &[PubSubNames],
        servers: usize,
        peers: Peers,
        floors: Floors,
    ) -> Self {
        let scripts = ByDatabase::new(settings, databases, ScriptPair::new);
        Self { scripts, epoch_cache: EpochCache::new(servers), peers, floors }
    }

    /// The header of an event as scripts announce it; empty while a node lives that would
    /// not understand it, or that is not known yet.
    pub(super) fn announced_header<'a>(&self, event: &'a Event) -> &'a [u8] {
        if self.peers.all_understand(HEADERS) { event.header.as_bytes() } else { &[] }
    }

    /// Implements [`Broker::publish`](crate::broker::Broker::publish) on the shard that keeps the log.
    pub(super) async fn publish(&self, shard: &Shard, append: &Append) -> Result<Appended, StorageError> {
        let scripts = self.scripts.of(shard, &append.channel)?;
        let call = Call { publisher: self, shard, scripts, append };
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
        Box::pin(self.run_commit_script(connection)).await
    }

    /// Appends with `commit.lua`, which handles any append and any state of the log.
    async fn run_commit_script(&self, connection: &Connection) -> Result<Result<Appended, StorageError>, CommandError> {
        let (keys, epoch) = (commit_keys_of(self.shard.keyspace(), self.append), random_epoch());
        let count = keys.len().to_string();
        let script = self.scripts.commit.get_hash();
        let (floors, channel, run) = (&self.publisher.floors, &self.append.channel, connection.run());
        let mut asked = Asked::default();
        let reply = loop {
            let floor = asked.under(run, floors.unasked(channel));
            let mut words: Vec<&[u8]> = vec![b"EVALSHA", script.as_bytes(), count.as_bytes()];
            words.extend(keys.iter().map(String::as_bytes));
            words.extend(self.arguments(&epoch, run, floor));
            match connection.call(&words, parse).await? {
                Some((.., NEEDS_FLOOR, _)) => asked = floors.ask(channel, run).await,
                reply => break CommitReply::parse(reply),
            }
        };
        Ok(reply.map(|CommitReply { appended, origin }| {
            let log = Log { epoch: appended.position.epoch.clone(), origin };
            self.publisher.epoch_cache.learn(&self.append.channel, connection.id(), log);
            appended
        }))
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
        let words: [&[u8]; 11] = [
            b"EVALSHA",
            self.scripts.append.get_hash().as_bytes(),
            b"3",
            meta.as_bytes(),
            log_key.as_bytes(),
            once_key.as_bytes(),
            log.epoch.as_str().as_bytes(),
            memory.as_bytes(),
            self.append.event.frame.head.as_bytes(),
            self.append.event.frame.tail.as_bytes(),
            self.publisher.announced_header(&self.append.event),
        ];
        let parse = |value: RespValue<'_>| match value {
            RespValue::Null => Some(None),
            RespValue::Number(offset) => u64::try_from(offset).ok().map(Some),
            _ => None,
        };
        match connection.call(&words, parse).await {
            // The script is not loaded (any more), or memory is full: `commit.lua` finds out.
            Err(CommandError::Refused(_)) => Ok(None),
            answer => answer,
        }
    }

    async fn over_commands(&self) -> Result<Appended, StorageError> {
        let epoch = random_epoch();
        let (floors, channel) = (&self.publisher.floors, &self.append.channel);
        let mut asked = Asked::default();
        loop {
            let mut under = String::new();
            let fill = |call: &mut ScriptInvocation<'_>, run: &str| {
                for key in commit_keys_of(self.shard.keyspace(), self.append) {
                    call.key(key);
                }
                run.clone_into(&mut under);
                for argument in self.arguments(&epoch, run, asked.under(run, floors.unasked(channel))) {
                    call.arg(argument);
                }
            };
            let reply: Reply = self.shard.invoke_on(&self.scripts.commit, fill).await?;
            match reply {
                Some((.., NEEDS_FLOOR, _)) => asked = floors.ask(channel, &under).await,
                reply => return CommitReply::parse(reply).map(|reply| reply.appended),
            }
        }
    }

    /// The arguments of `commit.lua`, in its order.
    fn arguments<'a>(&'a self, epoch: &'a Epoch, run: &'a str, floor: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let Append { event, growth, idempotency, .. } = self.append;
        let header = self.publisher.announced_header(event);
        let all = [&event.frame.head, &*event.frame.tail, epoch.as_str(), run, growth.as_str(), floor];
        let digest = idempotency.iter().map(|idempotency| idempotency.digest.as_bytes());
        all.into_iter().map(str::as_bytes).chain([header]).chain(digest)
    }
}

/// What `commit.lua` appended, or found.
pub(super) struct CommitReply {
    pub(super) appended: Appended,
    /// The epoch that the log began with.
    origin: String,
}

impl CommitReply {
    /// Parses an answer of the script.
    pub(super) fn parse(reply: Reply) -> Result<Self, StorageError> {
        let (epoch, offset, repeated, origin) = reply.ok_or(StorageError::Conflict)?;
        Ok(Self { appended: Appended { position: position(&epoch, offset)?, repeated: repeated == 1 }, origin })
    }
}

fn silent() -> StorageError {
    StorageError::Unavailable("Redis does not answer".into())
}

/// The keys of `append.lua`, in its order.
fn keys_of(keyspace: &Keyspace, append: &Append) -> Vec<String> {
    let channel = &append.channel;
    let mut all = Vec::with_capacity(3);
    all.extend([names::meta(keyspace, channel), names::log(keyspace, channel)]);
    all.extend(append.idempotency.as_ref().map(|idempotency| names::idempotency(keyspace, channel, &idempotency.key)));
    all
}

/// The keys of `commit.lua`, in its order.
fn commit_keys_of(keyspace: &Keyspace, append: &Append) -> Vec<String> {
    let mut all = keys_of(keyspace, append);
    all.insert(2, names::rewritten(keyspace, &append.channel));
    all
}

fn parse(value: RespValue<'_>) -> Option<Reply> {
    match value {
        RespValue::Null => Some(None),
        RespValue::List(words) => match words.as_slice() {
            [RespValue::Text(epoch), RespValue::Text(offset), RespValue::Number(repeated), RespValue::Text(origin)] => {
                let text = |bytes| std::str::from_utf8(bytes).ok().map(str::to_owned);
                let offset = text(offset)?.parse().ok()?;
                Some(Some((text(epoch)?, offset, u8::try_from(*repeated).ok()?, text(origin)?)))
            }
            _ => None,
        },
        _ => None,
    }
}
