//! People whose sessions ended before their time, because they signed out.
//!
//! No node stores sessions, so the store has a list of people who signed out: for as long as a session of
//! theirs could still be shown. Every node has the whole list in memory and reads what is new, so that a
//! look-up costs nothing. A person's id is used once, so it is the person that is revoked, with every
//! copy of their cookie.

use std::collections::{HashMap, HashSet};
use std::sync::{PoisonError, RwLock};

use async_trait::async_trait;
use protocol::UserId;
use storage::StorageError;

pub mod embedded;
pub mod redis;
mod revoker;

pub use revoker::Revoker;

/// The largest number of people on the list. Beyond it, the earliest ones of the network that has most are
/// dropped: somebody who makes sessions to end them displaces their own, and nobody's elsewhere.
pub const MOST: usize = 100_000;

/// A person whose sessions are invalid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// The id of the person.
    pub user: UserId,
    /// When they signed out, by the store's clock, in milliseconds since 1970.
    pub revoked_at: u64,
}

impl Revoked {
    /// Parses an entry of a store: the bytes of an id, and when its person signed out.
    ///
    /// # Errors [`StorageError::Corrupt`]: it is no id, so there is no session that it could end. The rest of the list
    /// counts nevertheless: without it, all others who signed out would be in again.
    fn parse((user, revoked_at): (Vec<u8>, u64)) -> Result<Self, StorageError> {
        let user = std::str::from_utf8(&user).ok().and_then(|user| UserId::parse(user).ok());
        let user = user.ok_or_else(|| StorageError::corrupt("somebody in the list of people who signed out"))?;
        Ok(Self { user, revoked_at })
    }
}

/// Stores the list of people who signed out, for all nodes.
#[async_trait]
pub trait RevocationStore: Send + Sync {
    /// Adds somebody, who asked for it from a network, named by a short text without spaces.
    async fn revoke(&self, user: &UserId, network: &str) -> Result<(), StorageError>;

    /// The people who were added at a moment or later, in milliseconds since 1970, the earliest first. A damaged
    /// entry is left out, see [`readable`](storage::readable).
    async fn revoked_since(&self, moment: u64) -> Result<Vec<Revoked>, StorageError>;

    /// Drops people who were added before a moment.
    async fn forget_before(&self, moment: u64) -> Result<(), StorageError>;

    /// Whether other nodes write to it too.
    fn is_shared(&self) -> bool;
}

/// The list of people who signed out, as far as this node knows it: all of it, because a person who is dropped
/// could show their old cookie again. The store bounds it.
#[derive(Default)]
pub struct RevokedUsers {
    users: RwLock<HashMap<UserId, u64>>,
}

impl RevokedUsers {
    /// Whether somebody signed out, as far as this node knows; no store is asked.
    pub fn contains(&self, user: &UserId) -> bool {
        self.users.read().unwrap_or_else(PoisonError::into_inner).contains_key(user)
    }

    /// Takes entries of the store, and returns the people whom this node did not know.
    fn learn(&self, revoked: Vec<Revoked>) -> HashSet<UserId> {
        let mut users = self.users.write().unwrap_or_else(PoisonError::into_inner);
        let news = revoked.into_iter().filter_map(|Revoked { user, revoked_at }| {
            users.insert(user.clone(), revoked_at).is_none().then_some(user)
        });
        news.collect()
    }

    /// Drops people whom the store has dropped: those who were added before a moment and are not in `kept`,
    /// which was read after it.
    fn forget_all_but(&self, kept: &[Revoked], moment: u64) {
        let kept: HashSet<_> = kept.iter().map(|one| &one.user).collect();
        let mut users = self.users.write().unwrap_or_else(PoisonError::into_inner);
        users.retain(|user, revoked_at| *revoked_at >= moment || kept.contains(user));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn revoked(number: u64) -> Revoked {
        Revoked { user: UserId::parse(&format!("u{number}")).unwrap(), revoked_at: number }
    }

    #[test]
    fn a_node_learns_of_everybody_once_and_keeps_no_more_than_the_store() {
        let users = RevokedUsers::default();
        assert_eq!(users.learn(vec![revoked(1), revoked(2)]).len(), 2);
        assert_eq!(users.learn(vec![revoked(2), revoked(3)]), HashSet::from([revoked(3).user]));
        users.forget_all_but(&[revoked(2)], 3);
        assert!(!users.contains(&revoked(1).user) && users.contains(&revoked(2).user));
        assert!(users.contains(&revoked(3).user), "who was revoked while the store was asked");
    }
}
