//! The names of a channel's log in Redis. All of its keys carry the channel as hash tag, so that a script can use
//! them together in a Redis Cluster too.

use storage::redis::{HashTag, Keyspace, PubSubNames};

use crate::channel::Channel;

/// The end of the name of a log and of its deliveries. One name for both, so that a script needs only one.
pub(super) const LOG: &str = ":log";

impl HashTag for Channel {
    fn write_to(&self, text: &mut String) {
        Channel::write_to(self, text);
    }
}

/// The stream of the channel's log. An entry's id is `offset-0`; its fields are the frame up to the
/// offset (`h`) and after it (`t`), or, from versions before, the whole frame (`f`).
pub fn log(keyspace: &Keyspace, channel: &Channel) -> String {
    keyspace.hash_tagged(channel, &[LOG])
}

/// The hash of the log's `top`, its `epoch`, the run of Redis that the epoch holds for (`run`), and the
/// epoch it began with (`origin`).
pub fn meta(keyspace: &Keyspace, channel: &Channel) -> String {
    keyspace.hash_tagged(channel, &[":meta"])
}

/// The hash of entries that were replaced, by their offsets; each is the text `origin event frame`, with the offset
/// of the event that replaced it.
pub fn rewritten(keyspace: &Keyspace, channel: &Channel) -> String {
    keyspace.hash_tagged(channel, &[":rewritten"])
}

/// The key of an idempotent append; its value is the text `origin digest offset`.
pub(super) fn idempotency(keyspace: &Keyspace, channel: &Channel, key: &str) -> String {
    keyspace.hash_tagged(channel, &[":once:", key])
}

/// The pub/sub channel of a channel's deliveries.
pub fn deliveries(names: &PubSubNames, channel: &Channel) -> String {
    names.of(channel, LOG)
}

/// The channel of a pub/sub channel; `None` for a name of another deployment.
pub(super) fn channel_of(names: &PubSubNames, name: &str) -> Option<Channel> {
    Channel::parse(names.tag_of(name, LOG)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::RoomId;

    #[test]
    fn names_are_those_of_every_version() {
        let (keyspace, garden) = (Keyspace::default(), Channel::Room(RoomId::parse("garden").unwrap()));
        assert_eq!(log(&keyspace, &garden), "hubbub:{room:garden}:log");
        assert_eq!(meta(&keyspace, &garden), "hubbub:{room:garden}:meta");
        assert_eq!(idempotency(&keyspace, &garden, "ana/1"), "hubbub:{room:garden}:once:ana/1");
        let names = PubSubNames::new(keyspace.clone(), 0);
        assert_eq!(deliveries(&names, &garden), log(&keyspace, &garden), "one name for both");
        assert_eq!(channel_of(&names, &deliveries(&names, &garden)), Some(garden));
    }

    #[test]
    fn a_room_is_found_whatever_its_name_looks_like() {
        let names = PubSubNames::new(Keyspace::default(), 1);
        for room in ["x}:log:1", "x}:log", "{x"] {
            let channel = Channel::Room(RoomId::parse(room).unwrap());
            assert_eq!(channel_of(&names, &deliveries(&names, &channel)), Some(channel));
        }
        assert_eq!(channel_of(&names, "hubbub:{attic:x}:log:1"), None);
    }
}
