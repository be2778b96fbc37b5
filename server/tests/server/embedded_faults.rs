//! A node that runs alone, with trouble on its disk.

use futures::FutureExt;
use realtime::broker::{Broker, IdempotencyKey, embedded};
use storage::StorageError;
use storage::sqlite::Sqlite;

use crate::cluster::{any_channel, append, log_limits};

#[tokio::test]
async fn a_full_disk_refuses_and_takes_it_later() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path()).unwrap();
    let (broker, _deliveries) =
        embedded::open(store.clone(), embedded::EmbeddedBrokerOptions { log: log_limits(100), keeps_all: false });
    let limit = |pages: i64| store.write(move |sql| Ok(sql.pragma_update(None, "max_page_count", pages)?));
    let once = IdempotencyKey { key: "ana:1".into(), digest: "abc".into() };
    let large = append(&any_channel(), &"x".repeat(100_000), Some(once));

    limit(1).await.unwrap();
    let refused = broker.publish(large.clone()).await;
    assert!(matches!(refused, Err(StorageError::Full(_))), "{refused:?}");
    limit(1_000_000).await.unwrap();
    let taken = broker.publish(large).await.unwrap();
    assert_eq!((taken.position.offset, taken.repeated), (1, false));
    broker.ready().await.unwrap();
}

#[tokio::test]
async fn what_a_log_remembers_of_appends_goes_with_its_entries() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path()).unwrap();
    let log = log_limits(100);
    let (broker, _deliveries) =
        embedded::open(store.clone(), embedded::EmbeddedBrokerOptions { log, keeps_all: false });
    let channel = any_channel();
    let appends = (0..640).map(|n| {
        let once = IdempotencyKey { key: format!("key-{n}"), digest: "digest".into() };
        broker.publish(append(&channel, "text", Some(once)))
    });
    futures::future::try_join_all(appends).await.unwrap();
    let count = |query: &'static str| store.read(move |sql| Ok(sql.query_row(query, [], |row| row.get::<_, i64>(0))?));
    assert_eq!(count("SELECT count(*) FROM once").await.unwrap(), 100);
    let counted = count("SELECT bytes FROM logs").await.unwrap();
    assert_eq!(count("SELECT sum(length(frame)) FROM publications").await.unwrap(), counted);
}

/// Numbers without end, as long as somebody waits for them.
const ENDLESS: &str = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT max(n) FROM n";

#[tokio::test]
async fn a_node_whose_reads_are_stuck_is_not_ready() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path()).unwrap();
    let log = log_limits(100);
    let (broker, _deliveries) =
        embedded::open(store.clone(), embedded::EmbeddedBrokerOptions { log, keeps_all: false });
    broker.ready().await.unwrap();
    let read = || store.read(|sql| Ok(sql.query_row(ENDLESS, [], |row| row.get::<_, i64>(0))?)).boxed();
    let mut stuck: Vec<_> = (0..100).map(|_| read()).collect();
    assert!(stuck.iter_mut().all(|read| read.now_or_never().is_none()));
    // Without this, the test would wait for the time limit of the probe.
    tokio::time::pause();
    assert!(matches!(broker.ready().await, Err(StorageError::Unavailable(_))));
    tokio::time::resume();
    drop(stuck);
    broker.ready().await.unwrap();
}
