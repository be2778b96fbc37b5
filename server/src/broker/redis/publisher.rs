//! Brings a publication into its log: on the line while that is up, by the
//! other connection while it is not.

use std::time::Duration;

use protocol::{Epoch, Position};
use redis::{Script, ScriptInvocation};
use tokio::time::timeout;

use super::commands::CALL_WITHIN;
use super::known::Log;
use super::line::{Line, Unanswered, Word};
use super::shard::{Shard, publish_command};
use super::{keys, log};
use crate::broker::{Append, Appended, BrokerError, Growth, LogLimits, Once, random_epoch};
use crate::channel::Channel;

/// A resend is recognised for so long, in seconds.
const REMEMBER_ONCE: u32 = 86_400;

/// The ways into all logs.
#[derive(Clone)]
pub(super) struct Scripts {
    /// Into those that stay as rooms do.
    lasting: Ways,
    /// Into those that end with a game.
    passing: Ways,
}

/// The two ways into a log.
#[derive(Clone)]
struct Ways {
    /// The short way: appends once to a log that is known.
    append: Script,
    /// For whatever there is to append, and whatever is found.
    publish: Script,
}

impl Scripts {
    /// Scripts that keep so much of each log.
    pub(super) fn new(keep: LogLimits, is_sharded: bool) -> Self {
        let lasting = Ways::new(keep, keep.retain, is_sharded);
        Self { lasting, passing: Ways::new(keep, Some(keep.retain_game), is_sharded) }
    }

    /// All that Redis should have loaded.
    pub(super) fn all(&self) -> [&Script; 4] {
        [&self.lasting.append, &self.lasting.publish, &self.passing.append, &self.passing.publish]
    }

    fn of(&self, channel: &Channel) -> &Ways {
        if channel.ends_with_game() { &self.passing } else { &self.lasting }
    }
}

impl Ways {
    fn new(keep: LogLimits, retain: Option<Duration>, is_sharded: bool) -> Self {
        let publish = publish_command(is_sharded);
        // A part of the script and not of each call: what a script is given costs.
        let LogLimits { entries, bytes, .. } = keep;
        let retain = retain_seconds(retain);
        let settings = format!(
            "local length, bytes, publish, remember, retain = \
             '{entries}', {bytes}, '{publish}', '{REMEMBER_ONCE}', '{retain}'\n"
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

/// Seconds that a log stays; nothing is for ever.
pub(super) fn retain_seconds(retain: Option<Duration>) -> String {
    retain.map(|retain| retain.as_secs().to_string()).unwrap_or_default()
}

/// What `publish.lua` returns.
struct Told {
    epoch: String,
    offset: u64,
    repeated: bool,
    origin: String,
}

/// Publishes.
pub(super) struct Publisher {
    scripts: Scripts,
}

impl Publisher {
    /// One that runs `scripts`.
    pub(super) fn new(scripts: Scripts) -> Self {
        Self { scripts }
    }

    /// See [`Broker::publish`](crate::broker::Broker::publish).
    pub(super) async fn publish(&self, shard: &Shard, append: &Append) -> Result<Appended, BrokerError> {
        // No timer for each publication: who keeps the line asks it something
        // every second, and closes one that is silent.
        if let Some(line) = shard.line() {
            match self.on_line(&line, append).await {
                Ok(appended) => return appended,
                // Not done; the other way knows what to do about it.
                Err(Unanswered::Refused(_)) => {}
                Err(Unanswered::Silent) => return Err(silent()),
                // Perhaps done, but a second time does no harm.
                Err(_) if append.once.is_some() => {}
                Err(_) => return Err(BrokerError::Unavailable("the link to Redis broke".into())),
            }
        }
        // In a box: hardly ever taken, and every publication would carry the room for it.
        Box::pin(timeout(CALL_WITHIN, self.by_command(shard, append))).await.unwrap_or_else(|_| Err(silent()))
    }

    async fn on_line(&self, line: &Line, append: &Append) -> Result<Result<Appended, BrokerError>, Unanswered> {
        if append.growth == Growth::Free
            && let Some(once) = &append.once
            && let Some(log) = line.known.get(&append.channel)
            && let Some(offset) = self.shortly(line, append, once, &log).await?
        {
            let position = Position { epoch: log.epoch.clone(), offset };
            return Ok(Ok(Appended { position, repeated: false }));
        }
        Box::pin(self.at_length(line, append)).await
    }

    /// The long way.
    async fn at_length(&self, line: &Line, append: &Append) -> Result<Result<Appended, BrokerError>, Unanswered> {
        let (keys, epoch) = (keys_of(append), random_epoch());
        let count = keys.len().to_string();
        let mut words: Vec<&[u8]> =
            vec![b"EVALSHA", self.scripts.of(&append.channel).publish.get_hash().as_bytes(), count.as_bytes()];
        words.extend(keys.iter().map(String::as_bytes));
        words.extend(arguments(append, &epoch, line.run()));
        let Some(told) = line.ask(&words, read).await? else { return Ok(Err(BrokerError::Conflict)) };
        let appended = told.appended();
        if let Ok(Appended { position, .. }) = &appended {
            line.known.learn(&append.channel, Log { epoch: position.epoch.clone(), origin: told.origin });
        }
        Ok(appended)
    }

    /// The short way; `None` where it is closed.
    async fn shortly(&self, line: &Line, append: &Append, once: &Once, log: &Log) -> Result<Option<u64>, Unanswered> {
        let keys = keys_of(append);
        let memory = [&log.origin, " ", &once.digest, " "].concat();
        let [meta, log_key, once_key] = keys.as_slice() else { return Ok(None) };
        let words: [&str; 10] = [
            "EVALSHA",
            self.scripts.of(&append.channel).append.get_hash(),
            "3",
            meta,
            log_key,
            once_key,
            log.epoch.as_str(),
            &memory,
            &append.head,
            &append.tail,
        ];
        let read = |word: Word<'_>| match word {
            Word::Null => Some(None),
            Word::Number(offset) => u64::try_from(offset).ok().map(Some),
            _ => None,
        };
        match line.ask(&words.map(str::as_bytes), read).await {
            // Redis does not know it (any more), or has no memory left: the long way tells.
            Err(Unanswered::Refused(_)) => Ok(None),
            answer => answer,
        }
    }

    async fn by_command(&self, shard: &Shard, append: &Append) -> Result<Appended, BrokerError> {
        let epoch = random_epoch();
        let fill = |call: &mut ScriptInvocation<'_>, run: &str| {
            for key in keys_of(append) {
                call.key(key);
            }
            for argument in arguments(append, &epoch, run) {
                call.arg(argument);
            }
        };
        let told: Option<(String, u64, bool, String)> =
            shard.invoke_on(&self.scripts.of(&append.channel).publish, fill).await?;
        let (epoch, offset, repeated, origin) = told.ok_or(BrokerError::Conflict)?;
        Told { epoch, offset, repeated, origin }.appended()
    }
}

impl Told {
    fn appended(&self) -> Result<Appended, BrokerError> {
        Ok(Appended { position: log::position(&self.epoch, self.offset)?, repeated: self.repeated })
    }
}

fn silent() -> BrokerError {
    BrokerError::Unavailable("Redis does not answer".into())
}

/// What `publish.lua` is given beside its keys, in the order that it says.
fn arguments<'a>(append: &'a Append, epoch: &'a Epoch, run: &'a str) -> impl Iterator<Item = &'a [u8]> {
    let growth = match append.growth {
        Growth::Free => "free",
        Growth::Level => "level",
    };
    let all = [&append.head, &append.tail, epoch.as_str(), run, growth];
    all.into_iter().chain(append.once.iter().map(|once| once.digest.as_str())).map(str::as_bytes)
}

/// The keys of both scripts, in the order that they say.
fn keys_of(append: &Append) -> Vec<String> {
    let channel = &append.channel;
    let mut all = Vec::with_capacity(3);
    all.extend([keys::meta(channel), keys::log(channel)]);
    all.extend(append.once.as_ref().map(|once| keys::once(channel, &once.key)));
    all
}

fn read(word: Word<'_>) -> Option<Option<Told>> {
    match word {
        Word::Null => Some(None),
        Word::List(words) => match words.as_slice() {
            [Word::Text(epoch), Word::Text(offset), Word::Number(repeated), Word::Text(origin)] => {
                let text = |bytes| std::str::from_utf8(bytes).ok().map(str::to_owned);
                let offset = text(offset)?.parse().ok()?;
                Some(Some(Told { epoch: text(epoch)?, offset, repeated: *repeated == 1, origin: text(origin)? }))
            }
            _ => None,
        },
        _ => None,
    }
}
