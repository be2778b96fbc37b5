//! What every list of people who signed out promises.

use std::sync::Arc;

use protocol::UserId;
use realtime::broker::redis as broker;
use server::session::revocation::embedded::EmbeddedRevocations;
use server::session::revocation::redis::RedisRevocations;
use server::session::revocation::{RevocationStore, Revoked};
use storage::sqlite::Sqlite;
use tempfile::TempDir;

use crate::cluster::{redis_options, url_of};
use crate::redis_server::RedisServer;

/// The name of a network in the lists.
const SCHOOL: &str = "51ab";
/// The most people on the lists of these tests.
const MOST: usize = 10;

/// A list of the test's own.
struct List {
    store: Arc<dyn RevocationStore>,
    kept: Kept,
}

enum Kept {
    Folder { folder: TempDir },
    Servers { servers: Vec<Arc<RedisServer>> },
}

impl List {
    async fn embedded() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(EmbeddedRevocations::new(Sqlite::open(folder.path()).unwrap()).with_capacity(MOST));
        Self { store, kept: Kept::Folder { folder } }
    }

    async fn redis() -> Self {
        let servers = vec![RedisServer::start()];
        let (broker, _) = broker::connect(&url_of(&servers), redis_options(10, "test")).await.unwrap();
        Self {
            store: Arc::new(RedisRevocations::new(broker.router()).with_capacity(MOST)),
            kept: Kept::Servers { servers },
        }
    }

    /// Adds an entry that is of nobody: an id with a letter that no id has.
    async fn damage(&self) {
        match &self.kept {
            Kept::Folder { folder } => {
                let file = rusqlite::Connection::open(folder.path().join("hubbub.db")).unwrap();
                let insert = "INSERT INTO revoked_users (user, revoked_at, network) VALUES ('b n', 1, '')";
                assert_eq!(file.execute(insert, []).unwrap(), 1);
            }
            Kept::Servers { servers } => servers[0].command(&["ZADD", "hubbub:revoked-users", "1", "b n"]).await,
        }
    }

    async fn since(&self, moment: u64) -> Vec<Revoked> {
        self.store.revoked_since(moment).await.unwrap()
    }
}

fn user(id: &str) -> UserId {
    UserId::parse(id).unwrap()
}

contract!(List on embedded, redis => [
    who_is_revoked_is_told_from_that_moment_on,
    who_was_revoked_long_ago_is_forgotten,
    who_signs_many_out_pushes_out_nobody_elsewhere,
    somebody_who_cannot_be_read_lets_nobody_else_in_again,
]);

async fn who_is_revoked_is_told_from_that_moment_on(list: List) {
    assert_eq!(list.since(0).await, []);
    list.store.revoke(&user("ana"), SCHOOL).await.unwrap();
    let first = list.since(0).await;
    assert_eq!(first[0].user, user("ana"));
    assert!(first[0].revoked_at > 1_700_000_000_000, "milliseconds since 1970");
    list.store.revoke(&user("ben"), SCHOOL).await.unwrap();
    let users = |all: Vec<Revoked>| all.into_iter().map(|one| one.user).collect::<Vec<_>>();
    let all = list.since(first[0].revoked_at).await;
    assert_eq!(all.iter().filter(|one| one.user == user("ana")).count(), 1, "a moment is its own");
    assert!(users(all).contains(&user("ben")));
    let last = list.since(0).await.last().unwrap().revoked_at;
    assert_eq!(list.since(last + 1).await, []);
    list.store.revoke(&user("ana"), SCHOOL).await.unwrap();
    assert_eq!(list.since(0).await.len(), 2, "nobody is told twice");
}

async fn who_was_revoked_long_ago_is_forgotten(list: List) {
    list.store.revoke(&user("ana"), SCHOOL).await.unwrap();
    let at = list.since(0).await[0].revoked_at;
    list.store.forget_before(at).await.unwrap();
    assert_eq!(list.since(0).await.len(), 1);
    list.store.forget_before(at + 1).await.unwrap();
    assert_eq!(list.since(0).await, []);
}

async fn who_signs_many_out_pushes_out_nobody_elsewhere(list: List) {
    for pupil in ["ana", "ben", "eve"] {
        list.store.revoke(&user(pupil), SCHOOL).await.unwrap();
    }
    for number in 0..50 {
        let of_two = format!("bad{}", number % 2);
        list.store.revoke(&user(&format!("u{number}")), &of_two).await.unwrap();
    }
    let kept = list.since(0).await;
    assert_eq!(kept.len(), MOST);
    for pupil in ["ana", "ben", "eve"] {
        assert!(kept.iter().any(|one| one.user == user(pupil)), "{pupil} is in again");
    }
    // Dropping expired entries makes room as well.
    list.store.forget_before(u64::MAX / 2048).await.unwrap();
    assert_eq!(list.since(0).await, []);
    for number in 0..MOST {
        list.store.revoke(&user(&format!("late{number}")), SCHOOL).await.unwrap();
    }
    assert_eq!(list.since(0).await.len(), MOST);
}

async fn somebody_who_cannot_be_read_lets_nobody_else_in_again(list: List) {
    list.store.revoke(&user("ana"), SCHOOL).await.unwrap();
    list.damage().await;
    list.store.revoke(&user("eve"), SCHOOL).await.unwrap();
    let mut users: Vec<_> = list.since(0).await.into_iter().map(|one| one.user).collect();
    users.sort();
    assert_eq!(users, [user("ana"), user("eve")]);
}
