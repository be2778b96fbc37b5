//! The names of everything that presence keeps in Redis.
//!
//! Keys of a channel carry it as hash tag, like those of its log. All about
//! nodes shares one other tag, so that one script can touch it together.

use crate::channel::Channel;

/// The hash of a channel's people: user -> the nodes with an entry of theirs,
/// parted by spaces; a line break; their name.
pub(super) fn people(channel: &Channel) -> String {
    format!("hubbub:{{{channel}}}:people")
}

/// The version of a channel's people.
pub(super) fn version(channel: &Channel) -> String {
    format!("hubbub:{{{channel}}}:people:version")
}

/// The leases of nodes: a sorted set, scored by their ends in Redis time.
pub(super) fn leases(namespace: &str) -> String {
    format!("hubbub:{{{namespace}}}")
}

/// Nodes whose lease ran out, scored by when another node should remove their
/// entries if the one that is at it does not get it done.
pub(super) fn expired(namespace: &str) -> String {
    format!("hubbub:{{{namespace}}}:expired")
}

/// The set of channels in which a node may have entries.
pub(super) fn channels(namespace: &str, node: &str) -> String {
    format!("hubbub:{{{namespace}}}:channels:{node}")
}
