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

/// The same users, sorted: read page by page.
pub(super) fn order(channel: &Channel) -> String {
    format!("hubbub:{{{channel}}}:people:order")
}

/// The set of the channel's users with an entry of one node, so that what it
/// left can be removed without looking at all the others.
pub(super) fn own(channel: &Channel, node: &str) -> String {
    format!("hubbub:{{{channel}}}:people:of:{node}")
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
