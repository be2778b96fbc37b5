//! The lease of this node, and the claims on what dead nodes left.
//!
//! A lease has a name of its own, made of the node's name and a random part.
//! A lease that ran out never comes back: the node takes another, under another
//! name. So a node that was thought dead, or is started again, cannot keep
//! alive what others are removing.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use redis::aio::ConnectionManager;
use redis::{AsyncCommands, RedisError, Script};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::{Options, keys};
use crate::presence::{Lease, PresenceError};

/// Dead nodes that one renewal claims at most.
const CLAIMS: usize = 16;

pub(super) struct Leases {
    connection: ConnectionManager,
    node: String,
    namespace: String,
    length: Duration,
    renew: Script,
    bury: Script,
    current: Mutex<Arc<Tenure>>,
}

/// One lease of this node.
struct Tenure {
    name: String,
    /// When it was taken; empty before that.
    taken: OnceCell<Instant>,
    /// When it was renewed last.
    renewed: Mutex<Instant>,
}

/// What a renewal brought.
pub(super) struct Renewed {
    pub(super) lease: Lease,
    /// Dead nodes whose entries this node must remove...
    pub(super) claimed: Vec<String>,
    /// ...before this time of Redis, or another one will.
    pub(super) until: String,
}

impl Leases {
    pub(super) fn new(connection: ConnectionManager, options: &Options) -> Self {
        Self {
            connection,
            node: options.node.clone(),
            namespace: options.namespace.clone(),
            length: options.lease,
            renew: Script::new(include_str!("renew.lua")),
            bury: Script::new(include_str!("bury.lua")),
            current: Mutex::new(Arc::new(Tenure::new(&options.node))),
        }
    }

    /// The name to write entries under; takes a lease first if there is none.
    ///
    /// # Errors
    /// The lease may have run out: nothing may be written before it is renewed.
    pub(super) async fn node(&self) -> Result<String, PresenceError> {
        let tenure = self.current();
        self.take(&tenure).await?;
        if tenure.renewed().elapsed() >= self.length {
            return Err(PresenceError("the node's lease may have run out".into()));
        }
        Ok(tenure.name.clone())
    }

    /// The name that entries were written under last.
    pub(super) fn last_node(&self) -> String {
        self.current().name.clone()
    }

    /// Keeps the lease, or loses it and begins anew at the next call.
    pub(super) async fn renew(&self) -> Result<Renewed, RedisError> {
        let tenure = self.current();
        let taken = self.take(&tenure).await?;
        // When Redis was away, all leases have run out, those of the living
        // too. Whoever is back first must leave the others time to say so.
        let claims = if taken.elapsed() < self.length { 0 } else { CLAIMS };
        let renewed = self.invoke(&tenure, claims, "renew").await?;
        if renewed.lease == Lease::Lost {
            *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(Tenure::new(&self.node));
        }
        Ok(renewed)
    }

    /// Forgets a node all of whose entries are removed.
    pub(super) async fn bury(&self, node: &str, until: &str) -> Result<(), RedisError> {
        self.bury
            .key(keys::expired(&self.namespace))
            .key(self.channels_key(node))
            .arg(node)
            .arg(until)
            .invoke_async(&mut self.connection.clone())
            .await
    }

    /// Ends a lease all of whose entries are removed.
    pub(super) async fn give_up(&self, node: &str) -> Result<(), RedisError> {
        redis::pipe()
            .atomic()
            .del(self.channels_key(node))
            .zrem(keys::leases(&self.namespace), node)
            .query_async(&mut self.connection.clone())
            .await
    }

    /// The channels in which a node may have entries.
    pub(super) async fn channels_of(&self, node: &str) -> Result<Vec<String>, RedisError> {
        self.connection.clone().smembers(self.channels_key(node)).await
    }

    pub(super) fn channels_key(&self, node: &str) -> String {
        keys::channels(&self.namespace, node)
    }

    async fn take(&self, tenure: &Tenure) -> Result<Instant, RedisError> {
        let take = || async {
            self.invoke(tenure, 0, "take").await?;
            Ok(Instant::now())
        };
        tenure.taken.get_or_try_init(take).await.copied()
    }

    async fn invoke(&self, tenure: &Tenure, claims: usize, what: &str) -> Result<Renewed, RedisError> {
        // Counted from before the call: the lease in Redis ends later, never sooner.
        let begun = Instant::now();
        let mut reply = self
            .renew
            .key(keys::leases(&self.namespace))
            .key(keys::expired(&self.namespace))
            .arg(&tenure.name)
            .arg(u64::try_from(self.length.as_millis()).unwrap_or(u64::MAX))
            .arg(claims)
            .arg(what)
            .invoke_async::<Vec<String>>(&mut self.connection.clone())
            .await?
            .into_iter();
        let lease = if reply.next().as_deref() == Some("kept") { Lease::Kept } else { Lease::Lost };
        if lease == Lease::Kept {
            *tenure.renewed.lock().unwrap_or_else(PoisonError::into_inner) = begun;
        }
        Ok(Renewed { lease, until: reply.next().unwrap_or_default(), claimed: reply.collect() })
    }

    fn current(&self) -> Arc<Tenure> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Tenure {
    fn new(node: &str) -> Self {
        // Names are parted by spaces where they are kept.
        let node: String = node.chars().map(|c| if c.is_whitespace() { '-' } else { c }).collect();
        Self {
            name: format!("{node}.{:016x}", rand::random::<u64>()),
            taken: OnceCell::new(),
            renewed: Mutex::new(Instant::now()),
        }
    }

    fn renewed(&self) -> Instant {
        *self.renewed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
