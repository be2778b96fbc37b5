//! The list of people who signed out of any node, in Redis: of several servers it is on the first one, as
//! the session key is.

use async_trait::async_trait;
use protocol::UserId;
use redis::{Script, cmd};
use storage::redis::{Keyspace, Router, scripts};
use storage::{StorageError, readable};

use super::{MOST, RevocationStore, Revoked};

/// How many entries are dropped in one step, so that no command waits long.
const AT_A_TIME: usize = 500;

/// The list of people who signed out, of a deployment with Redis.
pub struct RedisRevocations {
    router: Router,
    keys: Keys,
    revoke: Script,
    forget: Script,
    most: usize,
}

/// The keys of both scripts, in their order.
struct Keys {
    /// A sorted set of people, scored by when they were added, in Redis time.
    revoked: String,
    /// The same people as texts "network when who", in that order.
    by_network: String,
    /// The number of entries of each network.
    networks: String,
    /// A hash: person -> the first two words of their text in `by_network`.
    network_of: String,
}

impl Keys {
    fn new(keyspace: &Keyspace) -> Self {
        let revoked = keyspace.name("revoked-users");
        // The whole name of the first key is the hash tag of the others.
        let beside = |end| keyspace.name(format_args!("{{{revoked}}}:{end}"));
        let [by_network, networks, network_of] = ["by-network", "networks", "network-of"].map(beside);
        Self { by_network, networks, network_of, revoked }
    }

    fn all(&self) -> [&str; 4] {
        [&self.revoked, &self.by_network, &self.networks, &self.network_of]
    }
}

impl RedisRevocations {
    /// A list over the broker's connections for commands.
    pub fn new(router: Router) -> Self {
        let [revoke, forget] = [scripts::sessions::REVOKE, scripts::sessions::FORGET].map(Script::new);
        Self { keys: Keys::new(router.keyspace()), router, revoke, forget, most: MOST }
    }

    /// The same with `most` entries in place of [`MOST`], for tests that fill it.
    pub fn with_capacity(self, most: usize) -> Self {
        Self { most, ..self }
    }
}

#[async_trait]
impl RevocationStore for RedisRevocations {
    async fn revoke(&self, user: &UserId, network: &str) -> Result<(), StorageError> {
        let mut revoke = self.revoke.prepare_invoke();
        revoke.key(&self.keys.all()[..]);
        revoke.arg(user.as_str()).arg(network).arg(self.most);
        Ok(self.router.at(0, &self.keys.revoked)?.invoke(&revoke).await?)
    }

    async fn revoked_since(&self, moment: u64) -> Result<Vec<Revoked>, StorageError> {
        let mut since = cmd("ZRANGE");
        since.arg(&self.keys.revoked).arg(moment).arg("+inf").arg("BYSCORE").arg("WITHSCORES");
        let rows: Vec<(Vec<u8>, u64)> = self.router.at(0, &self.keys.revoked)?.run(&since).await?;
        Ok(readable(rows.into_iter().map(Revoked::parse)))
    }

    async fn forget_before(&self, moment: u64) -> Result<(), StorageError> {
        let mut forget = self.forget.prepare_invoke();
        forget.key(&self.keys.all()[..]).arg(moment).arg(AT_A_TIME);
        while self.router.at(0, &self.keys.revoked)?.invoke::<usize>(&forget).await? == AT_A_TIME {}
        Ok(())
    }

    fn is_shared(&self) -> bool {
        true
    }
}
