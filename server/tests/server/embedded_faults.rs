//! A node that runs alone, with trouble on its disk.

use server::broker::{Append, Broker, BrokerError, Once, embedded};
use server::store::Store;

use crate::cluster::{any_channel, append};

#[tokio::test]
async fn a_full_disk_refuses_and_takes_it_later() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let (broker, _deliveries) = embedded::open(store.clone(), embedded::Options { log_length: 100 });
    let limit = |pages: i64| store.write(move |sql| Ok(sql.pragma_update(None, "max_page_count", pages)?));
    let once = Once { key: "ana:1".into(), digest: "abc".into() };
    let large = Append { tail: "x".repeat(100_000), ..append(&any_channel(), "large", Some(once)) };

    limit(1).await.unwrap();
    let refused = broker.publish(large.clone()).await;
    assert!(matches!(refused, Err(BrokerError::Full(_))), "{refused:?}");
    limit(1_000_000).await.unwrap();
    let taken = broker.publish(large).await.unwrap();
    assert_eq!((taken.position.offset, taken.repeated), (1, false));
    broker.ready().await.unwrap();
}
