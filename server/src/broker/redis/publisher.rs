//! Brings a publication into its log: on the line while that is up, by the
//! other connection while it is not.

use redis::Script;
use tokio::time::timeout;

use super::commands::CALL_WITHIN;
use super::line::{Line, Unanswered, Word};
use super::shard::Shard;
use super::{keys, log};
use crate::broker::{Append, Appended, BrokerError, random_epoch};

/// A resend is recognised for so long, in seconds.
const REMEMBER_ONCE: &str = "86400";

/// What the script returns: an epoch, an offset, and whether it was there
/// before; none where the key was used for something else.
type Told = Option<(String, u64, bool)>;

/// Publishes.
pub(super) struct Publisher {
    script: Script,
    log_length: String,
}

impl Publisher {
    /// One that runs `script` and keeps `log_length` publications of each log.
    pub(super) fn new(script: Script, log_length: u64) -> Self {
        Self { script, log_length: log_length.to_string() }
    }

    /// See [`Broker::publish`](crate::broker::Broker::publish).
    pub(super) async fn publish(&self, shard: &Shard, append: &Append) -> Result<Appended, BrokerError> {
        let told = match timeout(CALL_WITHIN, self.told(shard, append)).await {
            Ok(told) => told?,
            Err(_) => return Err(BrokerError::Unavailable("Redis does not answer".into())),
        };
        let (epoch, offset, repeated) = told.ok_or(BrokerError::Conflict)?;
        Ok(Appended { position: log::position(&epoch, offset)?, repeated })
    }

    async fn told(&self, shard: &Shard, append: &Append) -> Result<Told, BrokerError> {
        if let Some(line) = shard.line() {
            match self.on_line(&line, shard.publish_command(), append).await {
                Ok(told) => return Ok(told),
                // Not done; the other way knows what to do about it.
                Err(Unanswered::Refused(_)) => {}
                // Perhaps done, but a second time does no harm.
                Err(_) if append.once.is_some() => {}
                Err(_) => return Err(BrokerError::Unavailable("the link to Redis broke".into())),
            }
        }
        self.by_command(shard, append).await
    }

    async fn on_line(&self, line: &Line, publish: &str, append: &Append) -> Result<Told, Unanswered> {
        let Append { channel, once, head, tail } = append;
        let [meta, log, deliveries] = [keys::meta(channel), keys::log(channel), keys::deliveries(channel)];
        let epoch = random_epoch();
        let key = once.as_ref().map(|once| keys::once(channel, &once.key));

        let mut words: Vec<&[u8]> = Vec::with_capacity(15);
        let count: &[u8] = if key.is_some() { b"4" } else { b"3" };
        words.extend([b"EVALSHA", self.script.get_hash().as_bytes(), count]);
        words.extend([meta.as_bytes(), log.as_bytes(), deliveries.as_bytes()]);
        words.extend(key.as_ref().map(String::as_bytes));
        words.extend([head.as_bytes(), tail.as_bytes(), epoch.as_str().as_bytes(), line.run().as_bytes()]);
        words.extend([self.log_length.as_bytes(), publish.as_bytes()]);
        words.extend(once.iter().flat_map(|once| [once.digest.as_bytes(), REMEMBER_ONCE.as_bytes()]));
        line.ask(&words, read).await
    }

    async fn by_command(&self, shard: &Shard, append: &Append) -> Result<Told, BrokerError> {
        let Append { channel, once, head, tail } = append;
        let fill = |call: &mut redis::ScriptInvocation<'_>, run: &str| {
            call.key(keys::meta(channel)).key(keys::log(channel)).key(keys::deliveries(channel));
            call.arg(head).arg(tail).arg(random_epoch().as_str()).arg(run).arg(&self.log_length);
            call.arg(shard.publish_command());
            if let Some(once) = once {
                call.key(keys::once(channel, &once.key)).arg(&once.digest).arg(REMEMBER_ONCE);
            }
        };
        shard.invoke_on(&self.script, fill).await
    }
}

fn read(word: Word<'_>) -> Option<Told> {
    match word {
        Word::Null => Some(None),
        Word::List(words) => match words.as_slice() {
            [Word::Text(epoch), Word::Text(offset), Word::Number(repeated)] => {
                let epoch = std::str::from_utf8(epoch).ok()?.to_owned();
                Some(Some((epoch, std::str::from_utf8(offset).ok()?.parse().ok()?, *repeated == 1)))
            }
            _ => None,
        },
        _ => None,
    }
}
