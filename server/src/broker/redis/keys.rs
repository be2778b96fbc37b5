//! The names of all keys and pub/sub channels in Redis.
//!
//! Each begins with the prefix of the deployment, so that several of them can share one Redis. All keys of
//! one channel carry the channel as hash tag, so that a script can touch them together in a Redis Cluster
//! too. A `}` in a room's id ends the tag early, but for all keys of that room at the same place.

use std::fmt;
use std::sync::Arc;

use crate::channel::Channel;

/// Separates the prefix from the rest of a name; no prefix contains it.
const END_OF_PREFIX: char = ':';
/// The end of the name of a log and of its deliveries.
const LOG: &str = ":log";
/// Most names without their prefix take no more.
const USUAL_BYTES: usize = 56;

/// Builds the names of one deployment, which begin with its prefix. Clones share it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keyspace {
    /// The prefix and [`END_OF_PREFIX`].
    beginning: Arc<str>,
}

/// A prefix that is empty, too long, or has characters that are not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use 1 to {} of the characters a to z, 0 to 9, hyphen, dot and underscore", Keyspace::MOST_CHARS)]
pub struct InvalidPrefix;

impl Keyspace {
    /// The prefix when none is configured.
    pub const DEFAULT_PREFIX: &str = "hubbub";
    /// The longest prefix, in characters.
    pub const MOST_CHARS: usize = 32;

    /// The names that begin with `prefix`. It has nothing in it that means
    /// something to Redis: no brace, which would begin a hash tag, and no
    /// character of a pattern.
    ///
    /// # Errors
    /// [`InvalidPrefix`] for one that is empty, too long, or has other characters.
    pub fn parse(prefix: &str) -> Result<Self, InvalidPrefix> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
        match (1..=Self::MOST_CHARS).contains(&prefix.len()) && prefix.bytes().all(fits) {
            true => Ok(Self::new(prefix)),
            false => Err(InvalidPrefix),
        }
    }

    fn new(prefix: &str) -> Self {
        Self { beginning: format!("{prefix}{END_OF_PREFIX}").into() }
    }

    /// The prefix, followed by `rest`.
    pub(crate) fn name(&self, rest: impl fmt::Display) -> String {
        format!("{}{rest}", self.beginning)
    }

    /// The stream of the channel's log. An entry's id is `offset-0`; its fields are the frame up to the
    /// offset (`h`) and after it (`t`), or the whole frame (`f`).
    pub fn log(&self, channel: &Channel) -> String {
        self.hash_tagged(channel, &[LOG])
    }

    /// The hash of the log's `top`, its `epoch`, the run of Redis that the epoch holds for (`run`), and the
    /// epoch it began with (`origin`).
    pub fn meta(&self, channel: &Channel) -> String {
        self.hash_tagged(channel, &[":meta"])
    }

    /// The key of an idempotent append; its value is the text `origin digest offset`.
    pub(super) fn idempotency(&self, channel: &Channel, key: &str) -> String {
        self.hash_tagged(channel, &[":once:", key])
    }

    /// A name with the channel as its hash tag.
    pub(crate) fn hash_tagged(&self, channel: &Channel, ends: &[&str]) -> String {
        // One allocation for all of it: each message needs four names.
        let ends_bytes: usize = ends.iter().map(|end| end.len()).sum();
        let mut name = String::with_capacity(self.beginning.len() + USUAL_BYTES + ends_bytes);
        name.push_str(&self.beginning);
        name.push('{');
        channel.write_to(&mut name);
        name.push('}');
        ends.iter().for_each(|end| name.push_str(end));
        name
    }
}

impl Default for Keyspace {
    fn default() -> Self {
        Self::new(Self::DEFAULT_PREFIX)
    }
}

/// The names of the pub/sub channels on which the deliveries of one database travel.
///
/// It is the name of the channel's log, so that a script needs one name for both. But pub/sub is common to
/// all databases: so the number of any but the first is appended.
#[derive(Clone, Debug)]
pub(super) struct DeliveryNames {
    keyspace: Keyspace,
    /// Empty, or such as `:2`.
    database: String,
}

impl DeliveryNames {
    pub(super) fn new(keyspace: Keyspace, database: i64) -> Self {
        let database = if database == 0 { String::new() } else { format!(":{database}") };
        Self { keyspace, database }
    }

    /// What a script appends to the name of a log.
    pub(super) fn database(&self) -> &str {
        &self.database
    }

    /// The pub/sub channel of a channel's deliveries.
    pub(super) fn of(&self, channel: &Channel) -> String {
        self.keyspace.hash_tagged(channel, &[LOG, &self.database])
    }

    /// The channel of a pub/sub channel; `None` for a name of another deployment.
    pub(super) fn channel_of(&self, name: &str) -> Option<Channel> {
        let tag = name.strip_prefix(&*self.keyspace.beginning)?.strip_prefix('{')?;
        Channel::parse(tag.strip_suffix(&self.database)?.strip_suffix(LOG)?.strip_suffix('}')?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::RoomId;

    fn room(id: &str) -> Channel {
        Channel::Room(RoomId::parse(id).unwrap())
    }

    fn names(prefix: &str, database: i64) -> DeliveryNames {
        DeliveryNames::new(Keyspace::parse(prefix).unwrap(), database)
    }

    #[test]
    fn a_prefix_has_only_what_means_nothing_to_redis() {
        for prefix in ["hubbub", "a", "class-2_b.example", &"x".repeat(32)] {
            assert_eq!(Keyspace::parse(prefix).unwrap().name("rest"), format!("{prefix}:rest"));
        }
        for wrong in ["", "Hub", "a:b", "{a}", "a b", "a*", "a?", "[a]", "é", "a\n", &"x".repeat(33)] {
            assert_eq!(Keyspace::parse(wrong), Err(InvalidPrefix), "{wrong:?}");
        }
        assert!(InvalidPrefix.to_string().contains("1 to 32"), "{InvalidPrefix}");
    }

    #[test]
    fn names_are_those_of_every_version() {
        let (keyspace, garden) = (Keyspace::default(), room("garden"));
        assert_eq!(keyspace.log(&garden), "hubbub:{room:garden}:log");
        assert_eq!(keyspace.meta(&garden), "hubbub:{room:garden}:meta");
        assert_eq!(keyspace.idempotency(&garden, "ana/1"), "hubbub:{room:garden}:once:ana/1");
        assert_eq!(names("hubbub", 0).of(&garden), keyspace.log(&garden), "one name for both");
    }

    #[test]
    fn deployments_hear_only_what_is_theirs() {
        let deployments =
            [names("hubbub", 0), names("hubbub", 1), names("hubbub", 11), names("hub", 0), names("hubbub.1", 1)];
        // A room whose name looks like the end of another's.
        for channel in [room("garden"), room("x}:log:1"), room("x}:log"), Channel::Nodes] {
            for (at, speaking) in deployments.iter().enumerate() {
                for (other, listening) in deployments.iter().enumerate() {
                    let heard = listening.channel_of(&speaking.of(&channel));
                    assert_eq!(heard, (at == other).then(|| channel.clone()), "{speaking:?} {listening:?}");
                }
            }
        }
    }
}
