//! How a node uses the servers: what it brings along and who takes what comes in.

use std::sync::Arc;
use std::time::Duration;

use redis::Script;

use super::keyspace::{Keyspace, PubSubNames};

/// How long a subscription may take until the caller gets an error.
pub(super) const SUBSCRIBE_WITHIN: Duration = Duration::from_secs(3);

/// Takes what comes in on the subscriptions. It is called on the tasks of the connections: it must not block.
pub trait Subscriber: Send + Sync {
    /// A message on a pub/sub channel of this deployment or of another one in the same Redis.
    fn on_message(&self, names: &PubSubNames, channel: &[u8], payload: &[u8]);

    /// Messages may have been lost on some subscriptions, which are there again.
    fn on_interrupted(&self);
}

/// How to use the servers.
pub struct ConnectionOptions {
    /// Whether to use sharded pub/sub; a cluster always does.
    pub sharded: bool,
    /// A name that no other node has, for its probes.
    pub node: String,
    /// The names in Redis; the prefix must be the same on all nodes.
    pub keyspace: Keyspace,
    /// Takes what comes in on the subscriptions.
    pub subscriber: Arc<dyn Subscriber>,
    /// The scripts to load into each server before any call, so that no call is made twice because its script was
    /// missing. They may depend on the server's names and on whether pub/sub is sharded.
    pub preload: Preload,
}

/// Builds the scripts to load into a server in advance.
pub type Preload = Arc<dyn Fn(&PubSubNames, bool) -> Vec<Script> + Send + Sync>;
