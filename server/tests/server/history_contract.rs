//! What every history promises (`server/realtime/src/history/mod.rs`).

use realtime::broker::Replay;
use realtime::history::{Page, page_after};

use crate::cluster::{Cluster, entry};

on_every_backend!(Cluster => [
    pages_join_without_hole_or_repeat,
    a_page_that_holds_all_has_no_more,
    a_new_room_has_an_empty_page_to_join_from,
    looking_at_a_room_that_does_not_exist_makes_none,
    a_page_and_its_top_belong_together,
    a_trimmed_log_ends_where_it_ends,
    what_follows_an_offset_comes_without_a_hole_however_long_it_is,
]);

async fn page(cluster: &Cluster, before: Option<u64>, limit: usize) -> Page {
    cluster.history().page(&cluster.channel, before, limit).await.unwrap()
}

async fn pages_join_without_hole_or_repeat(cluster: Cluster) {
    let top = cluster.publish_many(25).await.into_iter().map(|done| done.position).max_by_key(|p| p.offset).unwrap();
    for (before, from, to, more) in [(None, 16, 25, true), (Some(16), 6, 15, true), (Some(6), 1, 5, false)] {
        let publications = (from..=to).map(|n| entry("many", n)).collect();
        assert_eq!(page(&cluster, before, 10).await, Page { publications, top: top.clone(), last: to, more });
    }
    for nothing in [0, 1] {
        assert_eq!(
            page(&cluster, Some(nothing), 10).await,
            Page { publications: vec![], top: top.clone(), last: 0, more: false }
        );
    }
    assert_eq!(page(&cluster, Some(u64::MAX), 10).await, page(&cluster, None, 10).await);
}

async fn a_page_that_holds_all_has_no_more(cluster: Cluster) {
    cluster.publish_many(10).await;
    let all = page(&cluster, None, 10).await;
    assert_eq!((all.publications.len(), all.more), (10, false));
    let most = page(&cluster, None, 9).await;
    assert_eq!((most.publications.len(), most.more), (9, true));
}

async fn a_new_room_has_an_empty_page_to_join_from(cluster: Cluster) {
    let empty = page(&cluster, None, 10).await;
    assert_eq!((empty.publications.len(), empty.more, empty.top.offset), (0, false, 0));
    let top = cluster.publish("text").await;
    let joined = cluster
        .broker(0)
        .replay(&cluster.channel, &empty.top, realtime::broker::ReadLimit::publications(10))
        .await
        .unwrap();
    assert_eq!(joined, Replay::All { publications: vec![entry("text", 1)], top });
}

async fn looking_at_a_room_that_does_not_exist_makes_none(cluster: Cluster) {
    let (one, other) = (page(&cluster, None, 10).await, page(&cluster, None, 10).await);
    assert_eq!((one.publications.len(), one.top.offset), (0, 0));
    assert_ne!(one.top.epoch, other.top.epoch, "an epoch was kept for whoever only looked");
    assert_eq!(cluster.broker(0).entry(&cluster.channel, 1).await.unwrap(), None);
}

async fn a_page_and_its_top_belong_together(cluster: Cluster) {
    let reading = async {
        loop {
            let page = page(&cluster, None, 10).await;
            let last = page.publications.last().map_or(0, |last| last.offset);
            assert_eq!(last, page.top.offset);
            if last == 100 {
                return;
            }
        }
    };
    tokio::join!(cluster.publish_many(100), reading);
}

async fn a_trimmed_log_ends_where_it_ends(cluster: Cluster) {
    cluster.publish_many(400).await;
    let mut before = None;
    let mut seen = Vec::new();
    loop {
        let page = page(&cluster, before, 50).await;
        seen.splice(0..0, page.publications.iter().map(|publication| publication.offset));
        before = seen.first().copied();
        if !page.more {
            break;
        }
    }
    let first = *seen.first().unwrap();
    assert!((2..=301).contains(&first), "{first}");
    assert_eq!(seen, (first..=400).collect::<Vec<_>>());
}

async fn what_follows_an_offset_comes_without_a_hole_however_long_it_is(cluster: Cluster) {
    cluster.publish_many(20).await;
    // A dozen of these fill a page.
    for _ in 0..30 {
        cluster.publish(&"long ".repeat(4_000)).await;
    }
    let mut read = Vec::new();
    while read.len() < 50 {
        let last = read.last().copied().unwrap_or(0);
        let page = page_after(cluster.history().as_ref(), &cluster.channel, last, 25).await.unwrap();
        let new: Vec<_> = page.publications.iter().map(|one| one.offset).filter(|offset| *offset > last).collect();
        assert_eq!(new.first(), Some(&(last + 1)), "after {last}");
        read.extend(new);
    }
    assert_eq!(read, (1..=50).collect::<Vec<_>>());
    for beyond in [50, 99, u64::MAX] {
        let page = page_after(cluster.history().as_ref(), &cluster.channel, beyond, 25).await.unwrap();
        assert!(page.publications.iter().all(|one| one.offset <= 50), "after {beyond}");
    }
}
