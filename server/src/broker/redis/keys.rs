//! The names of everything Hubbub keeps in Redis.
//!
//! All keys of one channel carry the channel as hash tag, so that a script can
//! touch them together in a Redis Cluster too. A `}` in a room's id ends the
//! tag early, but for all keys of that room at the same place.

use crate::channel::Channel;

/// The stream with the channel's log. An entry's id is `offset-0`; it has the
/// frame up to the offset (`h`) and from there on (`t`), or the whole (`f`).
pub fn log(channel: &Channel) -> String {
    beside(channel, &[":log"])
}

/// The hash with the log's `top`, its `epoch`, which run of Redis that is good
/// for (`run`), and the epoch it began with (`origin`).
pub fn meta(channel: &Channel) -> String {
    beside(channel, &[":meta"])
}

/// The text `origin digest offset` of an append that must happen once.
pub fn once(channel: &Channel, key: &str) -> String {
    beside(channel, &[":once:", key])
}

/// The pub/sub channel on which a channel's deliveries travel: it is called
/// like the log, so that a script needs one name for both.
pub fn deliveries(channel: &Channel) -> String {
    log(channel)
}

/// A name with the channel in it, as its hash tag.
pub(crate) fn beside(channel: &Channel, ends: &[&str]) -> String {
    // One room for all of it: each message needs four of them.
    let ends_bytes: usize = ends.iter().map(|end| end.len()).sum();
    let mut name = String::with_capacity(64 + ends_bytes);
    spell(&mut name, channel, ends);
    name
}

fn spell(text: &mut String, channel: &Channel, ends: &[&str]) {
    text.push_str("hubbub:{");
    channel.spell(text);
    text.push('}');
    ends.iter().for_each(|end| text.push_str(end));
}

/// The keys of an append, in the order that its scripts say, in one text: every
/// message needs them, and nothing else does for long.
pub(super) struct Keys {
    text: String,
    /// Where each of them ends.
    ends: [usize; 3],
    count: usize,
}

impl Keys {
    /// [`meta`], [`log`] and, of an append that must happen once, [`once`].
    pub(super) fn of(channel: &Channel, once: Option<&str>) -> Self {
        let mut keys = Self { text: String::with_capacity(256), ends: [0; 3], count: 0 };
        keys.add(channel, &[":meta"]);
        keys.add(channel, &[":log"]);
        if let Some(once) = once {
            keys.add(channel, &[":once:", once]);
        }
        keys
    }

    fn add(&mut self, channel: &Channel, ends: &[&str]) {
        spell(&mut self.text, channel, ends);
        self.ends[self.count] = self.text.len();
        self.count += 1;
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Each of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        let mut from = 0;
        self.ends.iter().take(self.count).map(move |to| &self.text[std::mem::replace(&mut from, *to)..*to])
    }
}

/// The channel whose deliveries travel on `name`.
pub fn channel_of_deliveries(name: &str) -> Option<Channel> {
    Channel::parse(name.strip_prefix("hubbub:{")?.strip_suffix("}:log")?)
}
