//! The lease of this node, and its claims on what dead nodes left.
//!
//! A lease has a name of its own, made of the node's name, a random part, and the [version](VERSION) of what the
//! node understands. A lease that ran out never comes back: the node takes another, under another name. So a node
//! that was thought dead, or is started again, cannot keep alive what others are removing.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use redis::{Cmd, Script};
use storage::StorageError;
use storage::redis::Router;
use storage::redis::Shard;
use storage::redis::scripts::presence;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::keys::Keys;
use super::options::{ALLOW_OOM, PresenceOptions};
use crate::channel::Channel;
use crate::peers::VERSION;
use crate::presence::Lease;

/// How many dead nodes one call claims at most.
const CLAIMS: usize = 16;

/// The leases of one site: each independent Redis has its own, a cluster has them once.
pub(super) struct Leases {
    router: Router,
    keys: Keys,
    site: usize,
    options: PresenceOptions,
    renew: Script,
    bury: Script,
    current: Mutex<Arc<LeaseTerm>>,
}

/// One term of the lease; when it was lost, another one begins under a new name.
struct LeaseTerm {
    name: String,
    /// When it was taken; empty before that.
    taken: OnceCell<Instant>,
    /// When it was last renewed.
    renewed: Mutex<Instant>,
}

/// What Redis says to a renewal of the lease (`renew.lua`).
pub(super) struct Renewed {
    pub(super) lease: Lease,
    /// The least version of all nodes; 0 where it is not known.
    pub(super) least_version: u32,
    /// The least version of those whose leases were there, also while others may still take theirs.
    pub(super) seen_version: u32,
    claimed: Claimed,
}

/// Dead nodes whose entries this node has to remove.
#[derive(Default)]
pub(super) struct Claimed {
    /// The names of their leases.
    pub(super) nodes: Vec<String>,
    /// Redis time after which another node may take over.
    pub(super) until: String,
}

impl Leases {
    pub(super) fn new(router: Router, site: usize, options: PresenceOptions) -> Self {
        Self {
            keys: Keys(router.keyspace().clone()),
            router,
            site,
            renew: Script::new(&[ALLOW_OOM, presence::RENEW].concat()),
            bury: Script::new(presence::BURY),
            current: Mutex::new(Arc::new(LeaseTerm::new(&options.node))),
            options,
        }
    }

    /// The shard that keeps them.
    pub(super) fn shard(&self) -> Result<Arc<Shard>, StorageError> {
        self.router.at(self.site, &self.keys.leases(&self.options.namespace))
    }

    /// The name to write entries under; takes a lease if there is none.
    ///
    /// # Errors The lease may have run out: nothing may be written before it is renewed.
    pub(super) async fn node(&self) -> Result<String, StorageError> {
        let term = self.current();
        self.take(&term).await?;
        if term.renewed().elapsed() >= self.options.lease {
            return Err(StorageError::Unavailable("the node's lease may have run out".into()));
        }
        Ok(term.name.clone())
    }

    /// The name of the last lease.
    pub(super) fn last_node(&self) -> String {
        self.current().name.clone()
    }

    /// Renews the lease; if it was lost, the next call of [`Self::node`] takes another.
    pub(super) async fn renew(&self) -> Result<Renewed, StorageError> {
        let term = self.current();
        self.take(&term).await?;
        let mut renewed = self.invoke(&term, 0, "renew").await?;
        // As for claims: others must have had the time to take their leases.
        if !term.has_lasted(self.options.lease) {
            renewed.least_version = 0;
        }
        if renewed.lease == Lease::Lost {
            *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(LeaseTerm::new(&self.options.node));
        }
        Ok(renewed)
    }

    /// Claims what dead nodes left. Only the holder of a lease may.
    pub(super) async fn claim(&self) -> Result<Claimed, StorageError> {
        let term = self.current();
        // When Redis was away, all leases have run out, those of living nodes too. The first that is back
        // must leave the others time to renew.
        match term.has_lasted(self.options.lease) {
            true => Ok(self.invoke(&term, CLAIMS, "claim").await?.claimed),
            false => Ok(Claimed::default()),
        }
    }

    /// Forgets a dead node whose entries are all removed.
    pub(super) async fn bury(&self, node: &str, until: &str) -> Result<(), StorageError> {
        let mut bury = self.bury.prepare_invoke();
        bury.key(self.keys.expired(&self.options.namespace)).key(self.channels_key(node)).arg(node).arg(until);
        self.shard()?.invoke(&bury).await
    }

    /// Ends this node's lease after all its entries were removed.
    pub(super) async fn give_up(&self, node: &str) -> Result<(), StorageError> {
        let mut pipe = redis::pipe();
        // Not a transaction: Redis begins none while its memory is full. If only the first is done, the lease
        // runs out and there is nothing to remove.
        pipe.del(self.channels_key(node)).zrem(self.keys.leases(&self.options.namespace), node);
        self.shard()?.run_all::<()>(&pipe).await
    }

    /// The channels in which a node may have entries.
    pub(super) async fn channels_of(&self, node: &str) -> Result<Vec<Vec<u8>>, StorageError> {
        self.shard()?.run(&Cmd::smembers(self.channels_key(node))).await
    }

    /// Notes that a node has no entries in a channel any more. Otherwise the set would grow as long as the
    /// node lives, and all of it be read when the node ends.
    pub(super) async fn leave_channel(&self, node: &str, channel: &Channel) -> Result<(), StorageError> {
        self.shard()?.run(&Cmd::srem(self.channels_key(node), channel.to_string())).await
    }

    pub(super) fn channels_key(&self, node: &str) -> String {
        self.keys.channels(&self.options.namespace, node)
    }

    async fn take(&self, term: &LeaseTerm) -> Result<Instant, StorageError> {
        let take = || async {
            self.invoke(term, 0, "take").await?;
            Ok(Instant::now())
        };
        term.taken.get_or_try_init(take).await.copied()
    }

    async fn invoke(&self, term: &LeaseTerm, claims: usize, what: &str) -> Result<Renewed, StorageError> {
        // Counted from before the call: the lease in Redis ends later, never sooner.
        let begun = Instant::now();
        let mut renew = self.renew.prepare_invoke();
        renew.key(self.keys.leases(&self.options.namespace)).key(self.keys.expired(&self.options.namespace));
        renew.arg(&term.name).arg(u64::try_from(self.options.lease.as_millis()).unwrap_or(u64::MAX));
        renew.arg(claims).arg(what);
        let mut reply = self.shard()?.invoke::<Vec<String>>(&renew).await?.into_iter();
        let lease = if reply.next().as_deref() == Some("kept") { Lease::Kept } else { Lease::Lost };
        if lease == Lease::Kept {
            *term.renewed.lock().unwrap_or_else(PoisonError::into_inner) = begun;
        }
        let until = reply.next().unwrap_or_default();
        let least_version = reply.next().and_then(|least| least.parse().ok()).unwrap_or(0);
        Ok(Renewed {
            lease,
            least_version,
            seen_version: least_version,
            claimed: Claimed { until, nodes: reply.collect() },
        })
    }

    fn current(&self) -> Arc<LeaseTerm> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl LeaseTerm {
    fn new(node: &str) -> Self {
        // Names are stored separated by spaces.
        let node: String = node.chars().map(|c| if c.is_whitespace() { '-' } else { c }).collect();
        Self {
            name: format!("{node}.{:016x}~{VERSION}", rand::random::<u64>()),
            taken: OnceCell::new(),
            renewed: Mutex::new(Instant::now()),
        }
    }

    /// Whether it was taken so long ago.
    fn has_lasted(&self, length: Duration) -> bool {
        self.taken.get().is_some_and(|taken| taken.elapsed() >= length)
    }

    fn renewed(&self) -> Instant {
        *self.renewed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
