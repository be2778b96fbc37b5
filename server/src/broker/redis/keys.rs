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
    name.push_str("hubbub:{");
    channel.spell(&mut name);
    name.push('}');
    ends.iter().for_each(|end| name.push_str(end));
    name
}

/// The channel whose deliveries travel on `name`.
pub fn channel_of_deliveries(name: &str) -> Option<Channel> {
    Channel::parse(name.strip_prefix("hubbub:{")?.strip_suffix("}:log")?)
}
