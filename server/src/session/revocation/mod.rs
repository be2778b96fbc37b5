//! People whose sessions ended before their time, because they signed out.
//!
//! No node remembers sessions, so what is kept is who has none any more: for
//! as long as one of theirs could still be brought. Every node holds all of it
//! in memory and asks the store for news, so that looking somebody up costs
//! nothing. A person's id is used once, so it is the person that is revoked,
//! with every copy of their cookie.

use std::collections::{HashMap, HashSet};
use std::sync::{PoisonError, RwLock};

use async_trait::async_trait;
use protocol::UserId;

pub mod embedded;
pub mod redis;
mod revoker;

pub use revoker::Revoker;

/// People that are kept at most. Of more, those are forgotten who were revoked first in the network that has most
/// of them: whoever makes sessions to end them pushes out their own, and nobody's elsewhere.
pub const MOST: usize = 100_000;

/// Somebody whose sessions are over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// Who.
    pub user: UserId,
    /// When, by the store's clock, in milliseconds since 1970.
    pub revoked_at: u64,
}

/// Why nobody's sessions can be ended now, or it is not known whose were.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("who signed out cannot be kept: {0}")]
pub struct RevocationError(pub String);

/// Keeps who has no session any more, for all nodes.
#[async_trait]
pub trait RevocationStore: Send + Sync {
    /// Ends all sessions of somebody, who asked for it from a network, named by a short text without spaces.
    async fn revoke(&self, user: &UserId, network: &str) -> Result<(), RevocationError>;

    /// Who was revoked at a moment or later, in milliseconds since 1970, the
    /// earliest first.
    async fn revoked_since(&self, moment: u64) -> Result<Vec<Revoked>, RevocationError>;

    /// Forgets who was revoked before a moment.
    async fn forget_before(&self, moment: u64) -> Result<(), RevocationError>;

    /// Whether other nodes write to it too.
    fn is_shared(&self) -> bool;
}

/// Who has no session any more, as far as this node knows.
#[derive(Default)]
pub struct RevokedUsers {
    users: RwLock<HashMap<UserId, u64>>,
}

impl RevokedUsers {
    /// Whether somebody's sessions are over.
    pub fn contains(&self, user: &UserId) -> bool {
        self.users.read().unwrap_or_else(PoisonError::into_inner).contains_key(user)
    }

    /// Takes what the store says, and gives those of whom this node did not know.
    fn learn(&self, revoked: Vec<Revoked>) -> HashSet<UserId> {
        let mut users = self.users.write().unwrap_or_else(PoisonError::into_inner);
        let news = revoked.into_iter().filter_map(|Revoked { user, revoked_at }| {
            users.insert(user.clone(), revoked_at).is_none().then_some(user)
        });
        news.collect()
    }

    /// Forgets whom the store has forgotten: who was revoked before a moment, and is not in `kept`, which was
    /// read after it.
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
