//! Brings a publication into its log: on the line while that is up, by the
//! other connection while it is not.

use protocol::Epoch;
use redis::{Script, ScriptInvocation};
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
        let (keys, epoch) = (keys_of(append), random_epoch());
        let count = keys.len().to_string();
        let mut words: Vec<&[u8]> = vec![b"EVALSHA", self.script.get_hash().as_bytes(), count.as_bytes()];
        words.extend(keys.iter().map(String::as_bytes));
        words.extend(self.arguments(append, &epoch, line.run(), publish));
        line.ask(&words, read).await
    }

    async fn by_command(&self, shard: &Shard, append: &Append) -> Result<Told, BrokerError> {
        let epoch = random_epoch();
        let fill = |call: &mut ScriptInvocation<'_>, run: &str| {
            for key in keys_of(append) {
                call.key(key);
            }
            for argument in self.arguments(append, &epoch, run, shard.publish_command()) {
                call.arg(argument);
            }
        };
        shard.invoke_on(&self.script, fill).await
    }

    /// What `publish.lua` is given beside its keys, in the order that it says.
    fn arguments<'a>(
        &'a self,
        append: &'a Append,
        epoch: &'a Epoch,
        run: &'a str,
        publish: &'a str,
    ) -> impl Iterator<Item = &'a [u8]> {
        let all = [&append.head, &append.tail, epoch.as_str(), run, &self.log_length, publish];
        let once = append.once.iter().flat_map(|once| [once.digest.as_str(), REMEMBER_ONCE]);
        all.into_iter().chain(once).map(str::as_bytes)
    }
}

/// The keys of `publish.lua`, in the order that it says.
fn keys_of(append: &Append) -> Vec<String> {
    let channel = &append.channel;
    let mut all = Vec::with_capacity(4);
    all.extend([keys::meta(channel), keys::log(channel), keys::deliveries(channel)]);
    all.extend(append.once.as_ref().map(|once| keys::once(channel, &once.key)));
    all
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
