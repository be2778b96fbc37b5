//! The names of all keys and pub/sub channels in Redis.
//!
//! Each begins with the prefix of the deployment, so that several of them can share one Redis. A `}` in a hash
//! tag ends it early, but for all keys with that tag at the same place.

use std::fmt;
use std::sync::Arc;

/// Separates the prefix from the rest of a name; no prefix contains it.
const END_OF_PREFIX: char = ':';
/// Most names without their prefix take no more.
const USUAL_BYTES: usize = 56;

/// What keys have in common that are kept together: they carry it in braces, and a script can use all of them,
/// in a Redis Cluster too.
pub trait HashTag {
    /// Appends the tag, without its braces.
    fn write_to(&self, text: &mut String);
}

impl HashTag for str {
    fn write_to(&self, text: &mut String) {
        text.push_str(self);
    }
}

/// Builds the names of one deployment, which begin with its prefix. Clones share it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keyspace {
    /// The prefix and [`END_OF_PREFIX`], with which every name begins.
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
    pub fn name(&self, rest: impl fmt::Display) -> String {
        format!("{}{rest}", self.beginning)
    }

    /// A name with the hash tag, followed by `ends`.
    pub fn hash_tagged(&self, tag: &(impl HashTag + ?Sized), ends: &[&str]) -> String {
        // One allocation for all of it: each message needs four names.
        let ends_bytes: usize = ends.iter().map(|end| end.len()).sum();
        let mut name = String::with_capacity(self.beginning.len() + USUAL_BYTES + ends_bytes);
        name.push_str(&self.beginning);
        name.push('{');
        tag.write_to(&mut name);
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

/// The names of a deployment's pub/sub channels at one server.
///
/// Pub/sub is common to all databases of a server: so the number of any but the first is appended.
#[derive(Clone, Debug)]
pub struct PubSubNames {
    keyspace: Keyspace,
    /// Empty, or such as `:2`.
    database: String,
}

impl PubSubNames {
    /// The names for a database, by its number.
    pub fn new(keyspace: Keyspace, database: i64) -> Self {
        let database = if database == 0 { String::new() } else { format!(":{database}") };
        Self { keyspace, database }
    }

    /// What a script appends to the name of a key to get the pub/sub channel of that name.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// The pub/sub channel with this hash tag and end.
    pub fn of(&self, tag: &(impl HashTag + ?Sized), end: &str) -> String {
        self.keyspace.hash_tagged(tag, &[end, &self.database])
    }

    /// The hash tag of a pub/sub channel that [`Self::of`] named with the same end; `None` for a name of
    /// another deployment or end.
    pub fn tag_of<'a>(&self, name: &'a str, end: &str) -> Option<&'a str> {
        let tag = name.strip_prefix(&*self.keyspace.beginning)?.strip_prefix('{')?;
        tag.strip_suffix(&self.database)?.strip_suffix(end)?.strip_suffix('}')
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    fn names(prefix: &str, database: i64) -> PubSubNames {
        PubSubNames::new(Keyspace::parse(prefix).unwrap(), database)
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
        let keyspace = Keyspace::default();
        assert_eq!(keyspace.hash_tagged("room:garden", &[":log"]), "hubbub:{room:garden}:log");
        assert_eq!(keyspace.hash_tagged("room:garden", &[":once:", "ana/1"]), "hubbub:{room:garden}:once:ana/1");
        assert_eq!(names("hubbub", 0).of("room:garden", ":log"), "hubbub:{room:garden}:log", "as the key");
        assert_eq!(names("hubbub", 2).of("room:garden", ":log"), "hubbub:{room:garden}:log:2");
    }

    #[test]
    fn deployments_hear_only_what_is_theirs() {
        let deployments =
            [names("hubbub", 0), names("hubbub", 1), names("hubbub", 11), names("hub", 0), names("hubbub.1", 1)];
        // A room whose name looks like the end of another's.
        for tag in ["room:garden", "room:x}:log:1", "room:x}:log", "nodes:"] {
            for (at, speaking) in deployments.iter().enumerate() {
                for (other, listening) in deployments.iter().enumerate() {
                    let name = speaking.of(tag, ":log");
                    let heard = listening.tag_of(&name, ":log");
                    assert_eq!(heard, (at == other).then_some(tag), "{speaking:?} {listening:?}");
                }
            }
        }
    }
}
