//! The names of presence's keys in Redis.
//!
//! Keys of a channel carry it as hash tag, like those of its log. All keys about nodes share another tag, so
//! that one script can use them together.

use storage::redis::Keyspace;

use crate::channel::Channel;

pub(super) struct Keys(pub(super) Keyspace);

impl Keys {
    /// The hash of a channel's people: user -> the nodes with an entry of theirs, separated by spaces; a
    /// line break; their name.
    pub(super) fn people(&self, channel: &Channel) -> String {
        self.0.name(format_args!("{{{channel}}}:people"))
    }

    /// The same users in a sorted set, to be read page by page.
    pub(super) fn order(&self, channel: &Channel) -> String {
        self.0.name(format_args!("{{{channel}}}:people:order"))
    }

    /// The set of the channel's users with an entry of one node, so that these can be removed without
    /// looking at all others.
    pub(super) fn own(&self, channel: &Channel, node: &str) -> String {
        self.0.name(format_args!("{{{channel}}}:people:of:{node}"))
    }

    /// The version of a channel's people.
    pub(super) fn version(&self, channel: &Channel) -> String {
        self.0.name(format_args!("{{{channel}}}:people:version"))
    }

    /// The leases of all nodes: a sorted set, scored by their ends in Redis time.
    pub(super) fn leases(&self, namespace: &str) -> String {
        self.0.name(format_args!("{{{namespace}}}"))
    }

    /// Nodes whose lease ran out, scored by when another node may take over the removal of their entries.
    pub(super) fn expired(&self, namespace: &str) -> String {
        self.0.name(format_args!("{{{namespace}}}:expired"))
    }

    /// The set of channels in which a node may have entries.
    pub(super) fn channels(&self, namespace: &str, node: &str) -> String {
        self.0.name(format_args!("{{{namespace}}}:channels:{node}"))
    }
}
