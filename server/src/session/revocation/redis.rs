//! Who signed out of any node, in Redis: one list for all, so of several
//! servers it is in the first one, as the session key is.

use async_trait::async_trait;
use protocol::UserId;
use redis::{Cmd, Script, cmd};

use super::{MOST, RevocationError, RevocationStore, Revoked};
use crate::broker::BrokerError;
use crate::broker::redis::Link;

/// A sorted set of people, scored by when they were revoked, in Redis time.
const REVOKED: &str = "hubbub:revoked-users";

/// Who signed out, on Redis.
pub struct RedisRevocations {
    link: Link,
    revoke: Script,
}

impl RedisRevocations {
    /// Works on the broker's connections for commands.
    pub fn new(link: Link) -> Self {
        Self { link, revoke: Script::new(include_str!("revoke.lua")) }
    }
}

#[async_trait]
impl RevocationStore for RedisRevocations {
    async fn revoke(&self, user: &UserId) -> Result<(), RevocationError> {
        let mut revoke = self.revoke.prepare_invoke();
        revoke.key(REVOKED).arg(user.as_str()).arg(MOST);
        Ok(self.link.at(0, REVOKED)?.invoke(&revoke).await?)
    }

    async fn revoked_since(&self, moment: u64) -> Result<Vec<Revoked>, RevocationError> {
        let mut since = cmd("ZRANGE");
        since.arg(REVOKED).arg(moment).arg("+inf").arg("BYSCORE").arg("WITHSCORES");
        let rows: Vec<(String, u64)> = self.link.at(0, REVOKED)?.run(&since).await?;
        let revoked =
            |(user, revoked_at): (String, u64)| Some(Revoked { user: UserId::parse(&user).ok()?, revoked_at });
        Ok(rows.into_iter().filter_map(revoked).collect())
    }

    async fn forget_before(&self, moment: u64) -> Result<(), RevocationError> {
        let forget = Cmd::zrembyscore(REVOKED, "-inf", format!("({moment}"));
        Ok(self.link.at(0, REVOKED)?.run::<()>(&forget).await?)
    }

    fn is_shared(&self) -> bool {
        true
    }
}

impl From<BrokerError> for RevocationError {
    fn from(error: BrokerError) -> Self {
        Self(error.to_string())
    }
}
