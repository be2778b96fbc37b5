//! The list of people who signed out of a single node, in its data file.

use async_trait::async_trait;
use protocol::UserId;
use rusqlite::{Row, params};
use storage::sqlite::{self, Sqlite};
use storage::{StorageError, clock, readable};

use super::{MOST, RevocationStore, Revoked};

const REVOKE: &str = "
    INSERT INTO revoked_users (user, revoked_at, network) VALUES (?1, ?2, ?3)
    ON CONFLICT (user) DO UPDATE SET revoked_at = max(revoked_at, excluded.revoked_at)";

/// For each one that comes, one goes: the indexes find it at once.
const TRIM: &str = "
    DELETE FROM revoked_users WHERE (SELECT users FROM revoked_count WHERE id = 0) > ?1 AND user =
        (SELECT user FROM revoked_users WHERE network =
            (SELECT network FROM revoked_networks ORDER BY users DESC LIMIT 1) ORDER BY revoked_at LIMIT 1)";

const SINCE: &str = "SELECT user, revoked_at FROM revoked_users WHERE revoked_at >= ?1 ORDER BY revoked_at";

const FORGET: &str = "DELETE FROM revoked_users WHERE revoked_at < ?1";

/// The list of people who signed out, of a node without Redis.
pub struct EmbeddedRevocations {
    store: Sqlite,
    most: usize,
}

impl EmbeddedRevocations {
    /// A list in the node's data file.
    pub fn new(store: Sqlite) -> Self {
        Self { store, most: MOST }
    }

    /// The same with `most` entries in place of [`MOST`], for tests that fill it.
    pub fn with_capacity(self, most: usize) -> Self {
        Self { most, ..self }
    }
}

#[async_trait]
impl RevocationStore for EmbeddedRevocations {
    async fn revoke(&self, user: &UserId, network: &str) -> Result<(), StorageError> {
        let (user, network) = (user.to_string(), network.to_owned());
        let (now, most) = (signed(clock::now_ms()), signed(self.most as u64));
        let write = move |sql: &rusqlite::Connection| {
            sql.prepare_cached(REVOKE)?.execute(params![user, now, network])?;
            sql.prepare_cached(TRIM)?.execute([most])?;
            Ok(())
        };
        Ok(self.store.write(write).await?)
    }

    async fn revoked_since(&self, moment: u64) -> Result<Vec<Revoked>, StorageError> {
        let read = move |sql: &rusqlite::Connection| {
            let mut since = sql.prepare_cached(SINCE)?;
            let row = |row: &Row<'_>| Ok((sqlite::bytes(row, 0)?, row.get::<_, i64>(1)?.unsigned_abs()));
            Ok(since.query_map([signed(moment)], row)?.collect::<Result<Vec<_>, _>>()?)
        };
        Ok(readable(self.store.read(read).await?.into_iter().map(Revoked::parse)))
    }

    async fn forget_before(&self, moment: u64) -> Result<(), StorageError> {
        let write = move |sql: &rusqlite::Connection| {
            sql.prepare_cached(FORGET)?.execute([signed(moment)])?;
            Ok(())
        };
        Ok(self.store.write(write).await?)
    }

    fn is_shared(&self) -> bool {
        false
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
