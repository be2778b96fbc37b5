//! What every broker promises of entries that are replaced (`server/realtime/src/broker/rewrite.rs`).

use bytes::Bytes;
use protocol::Position;
use protocol::wire::Template;
use realtime::broker::rewrite::{Earlier, NewFrame, Rewrite, Rewritten, Seen};
use realtime::broker::{Appended, Head, IdempotencyKey, Publication, ReadLimit, Replay};
use storage::StorageError;

use crate::cluster::{Cluster, append, entry, frame};

on_every_backend!(Cluster => [
    a_replaced_entry_is_read_as_it_is_now,
    an_erased_entry_keeps_its_place_in_every_read,
    a_page_is_as_long_as_without_replaced_entries,
    who_saw_the_entry_otherwise_changes_nothing,
    a_repeat_gives_the_first_result,
    an_entry_is_replaced_again_and_again,
    a_node_that_saw_what_an_entry_was_goes_on,
    replaced_entries_outlast_a_restart,
    what_the_log_does_not_have_any_more_is_changed_as_the_archive_has_it,
    who_repeats_finds_the_first_result,
    a_log_that_is_trimmed_forgets_them,
    an_entry_that_grew_counts_with_its_new_size,
]);

fn key(name: &str) -> Option<IdempotencyKey> {
    Some(IdempotencyKey { key: name.into(), digest: "digest".into() })
}

fn to_be_replaced(offset: u64, seen: Option<Bytes>, earlier: Earlier) -> Rewrite {
    let seen = seen.map_or(Seen::Anything, Seen::Frame);
    let frame = match earlier {
        Earlier::Keep => NewFrame::Numbered(Template { head: format!("now {offset} since "), tail: "!".into() }),
        Earlier::Erase => NewFrame::Whole(format!("gone {offset}")),
    };
    Rewrite { offset, seen, frame, earlier }
}

/// What an entry is that was replaced by the event at `event`.
fn edited(offset: u64, event: u64) -> Publication {
    Publication { offset, frame: format!("now {offset} since {event}!").into() }
}

fn erased(offset: u64) -> Publication {
    Publication { offset, frame: format!("gone {offset}").into() }
}

async fn rewrite(cluster: &Cluster, name: &str, rewrites: Vec<Rewrite>) -> Rewritten {
    cluster.rewriter(0).rewrite(append(&cluster.channel, "event", key(name)), rewrites).await.unwrap()
}

async fn edit(cluster: &Cluster, offset: u64) {
    let done = rewrite(cluster, &format!("e{offset}"), vec![to_be_replaced(offset, None, Earlier::Keep)]).await;
    assert!(matches!(done, Rewritten::Done(_)), "{done:?}");
}

async fn erase(cluster: &Cluster, offset: u64) {
    let done = rewrite(cluster, &format!("d{offset}"), vec![to_be_replaced(offset, None, Earlier::Erase)]).await;
    assert!(matches!(done, Rewritten::Done(_)), "{done:?}");
}

/// All that a client gets that has seen up to an offset; read on the other node.
async fn since(cluster: &Cluster, offset: u64) -> Vec<Publication> {
    let top = cluster.broker(1).top(&cluster.channel).await.unwrap().position;
    let since = Position { offset, ..top };
    match cluster.broker(1).replay(&cluster.channel, &since, ReadLimit::publications(100)).await.unwrap() {
        Replay::All { publications, .. } => publications,
        Replay::Unknown { top } => panic!("up to {top:?}, and it is not known"),
    }
}

async fn page(cluster: &Cluster, before: Option<u64>, limit: usize) -> Vec<Publication> {
    cluster.history().page(&cluster.channel, before, limit).await.unwrap().publications
}

async fn post(cluster: &Cluster, count: usize) {
    for _ in 0..count {
        cluster.publish("text").await;
    }
}

async fn a_replaced_entry_is_read_as_it_is_now(cluster: Cluster) {
    post(&cluster, 3).await;
    let seen = Some(frame("text", 2));
    let done = rewrite(&cluster, "e", vec![to_be_replaced(2, seen, Earlier::Keep)]).await;
    let Rewritten::Done(Appended { position, repeated: false }) = done else { panic!("{done:?}") };
    assert_eq!(position.offset, 4);
    let now = [entry("text", 1), edited(2, 4), entry("text", 3), entry("event", 4)];
    assert_eq!(since(&cluster, 0).await, now);
    assert_eq!(since(&cluster, 1).await, now[1..]);
    assert_eq!(page(&cluster, None, 10).await, now);
    assert_eq!(page(&cluster, Some(3), 1).await, now[1..2]);
    assert_eq!(cluster.broker(1).entry(&cluster.channel, 2).await.unwrap(), Some(edited(2, 4)));
}

async fn an_erased_entry_keeps_its_place_in_every_read(cluster: Cluster) {
    post(&cluster, 6).await;
    // At the beginning, in the middle, two together, and the last but the event.
    for offset in [1, 3, 4, 6] {
        erase(&cluster, offset).await;
    }
    let mut now = vec![erased(1), entry("text", 2), erased(3), erased(4), entry("text", 5), erased(6)];
    now.extend((7..=10).map(|event| entry("event", event)));
    for seen in 0..=10 {
        assert_eq!(since(&cluster, seen).await, now[seen as usize..], "after {seen}");
    }
    for before in 1..=11 {
        let end = before as usize - 1;
        for limit in 1..=4 {
            let page = page(&cluster, Some(before), limit).await;
            assert_eq!(page, now[end.saturating_sub(limit)..end], "{limit} before {before}");
        }
    }
    for (offset, entry) in (1..).zip(&now) {
        assert_eq!(cluster.broker(0).entry(&cluster.channel, offset).await.unwrap().as_ref(), Some(entry));
    }
    let found = cluster.history().page(&cluster.channel, Some(5), 2).await.unwrap();
    assert!(found.more, "there are earlier ones, erased or not");
}

async fn a_page_is_as_long_as_without_replaced_entries(cluster: Cluster) {
    post(&cluster, 40).await;
    for offset in 11..=30 {
        erase(&cluster, offset).await;
    }
    assert_eq!(page(&cluster, Some(36), 10).await.len(), 10);
    let offsets: Vec<u64> = page(&cluster, Some(31), 25).await.iter().map(|one| one.offset).collect();
    assert_eq!(offsets, (6..=30).collect::<Vec<_>>());
    assert_eq!(since(&cluster, 5).await.len(), 55);
}

async fn who_saw_the_entry_otherwise_changes_nothing(cluster: Cluster) {
    post(&cluster, 2).await;
    edit(&cluster, 1).await;
    for (seen, name) in [(frame("text", 1), "late"), (Bytes::from("other"), "other")] {
        let stale = to_be_replaced(1, Some(seen), Earlier::Erase);
        assert_eq!(rewrite(&cluster, name, vec![stale]).await, Rewritten::Stale);
    }
    // One of several is enough.
    let both = vec![
        to_be_replaced(1, Some(edited(1, 3).frame), Earlier::Keep),
        to_be_replaced(2, Some("other".into()), Earlier::Keep),
    ];
    assert_eq!(rewrite(&cluster, "both", both).await, Rewritten::Stale);
    assert_eq!(since(&cluster, 0).await, [edited(1, 3), entry("text", 2), entry("event", 3)]);
    // The same key can be used for another try.
    let fresh = to_be_replaced(1, Some(edited(1, 3).frame), Earlier::Erase);
    assert!(matches!(rewrite(&cluster, "late", vec![fresh]).await, Rewritten::Done(_)));
    assert_eq!(since(&cluster, 0).await[0], erased(1));
}

async fn a_repeat_gives_the_first_result(cluster: Cluster) {
    post(&cluster, 1).await;
    let seen = || vec![to_be_replaced(1, Some(frame("text", 1)), Earlier::Keep)];
    let Rewritten::Done(first) = rewrite(&cluster, "e", seen()).await else { panic!() };
    let again = rewrite(&cluster, "e", seen()).await;
    assert_eq!(again, Rewritten::Done(Appended { repeated: true, ..first }));
    let once = Some(IdempotencyKey { key: "e".into(), digest: "other".into() });
    let other = append(&cluster.channel, "event", once);
    assert_eq!(cluster.rewriter(0).rewrite(other, seen()).await, Err(StorageError::Conflict));
    assert_eq!(since(&cluster, 0).await, [edited(1, 2), entry("event", 2)]);
}

async fn an_entry_is_replaced_again_and_again(cluster: Cluster) {
    post(&cluster, 1).await;
    for event in 2..=6 {
        let now = cluster.broker(0).entry(&cluster.channel, 1).await.unwrap().unwrap();
        let next = to_be_replaced(1, Some(now.frame), Earlier::Keep);
        assert!(matches!(rewrite(&cluster, &format!("e{event}"), vec![next]).await, Rewritten::Done(_)));
        assert_eq!(since(&cluster, 0).await[0], edited(1, event));
    }
    // With its edits, as a message is deleted.
    let all = (1..=6).map(|offset| to_be_replaced(offset, None, Earlier::Erase)).collect();
    assert!(matches!(rewrite(&cluster, "d", all).await, Rewritten::Done(_)));
    let now: Vec<_> = (1..=6).map(erased).chain([entry("event", 7)]).collect();
    assert_eq!(since(&cluster, 0).await, now);
}

async fn a_node_that_saw_what_an_entry_was_goes_on(cluster: Cluster) {
    post(&cluster, 3).await;
    let top = cluster.broker(0).top(&cluster.channel).await.unwrap();
    assert_eq!(top.frame, Some(frame("text", 3)));
    for is_erased in [false, true] {
        if is_erased {
            erase(&cluster, 3).await
        } else {
            edit(&cluster, 3).await
        }
        let caught_up = cluster.broker(0).catch_up(&cluster.channel, &top, ReadLimit::publications(10)).await.unwrap();
        let Replay::All { top: now, .. } = caught_up else { panic!("{caught_up:?}") };
        assert_eq!(now.epoch, top.position.epoch, "it is the same log");
    }
    let head = cluster.broker(1).top(&cluster.channel).await.unwrap();
    assert_eq!(head, Head { position: Position { offset: 5, ..top.position }, frame: Some(frame("event", 5)) });
}

async fn replaced_entries_outlast_a_restart(mut cluster: Cluster) {
    post(&cluster, 3).await;
    edit(&cluster, 1).await;
    erase(&cluster, 2).await;
    cluster.restart().await;
    let now = [edited(1, 4), erased(2), entry("text", 3), entry("event", 4), entry("event", 5)];
    assert_eq!(page(&cluster, None, 10).await, now);
}

async fn what_the_log_does_not_have_any_more_is_changed_as_the_archive_has_it(cluster: Cluster) {
    cluster.publish_many(400).await;
    let gone = |offset, seen| vec![Rewrite { seen, ..to_be_replaced(offset, None, Earlier::Erase) }];
    let seen = Seen::Frame(frame("many", 5));
    assert_eq!(rewrite(&cluster, "seen", gone(5, seen)).await, Rewritten::Stale, "it was there, and left");
    assert_eq!(rewrite(&cluster, "live", gone(399, Seen::Absent)).await, Rewritten::Stale, "it is there");
    assert_eq!(rewrite(&cluster, "above", gone(402, Seen::Absent)).await, Rewritten::Stale, "it is another's to come");
    let done = rewrite(&cluster, "d", gone(5, Seen::Absent)).await;
    assert!(matches!(done, Rewritten::Done(Appended { position: Position { offset: 401, .. }, .. })), "{done:?}");
    assert_eq!(since(&cluster, 400).await, [entry("event", 401)]);
}

async fn who_repeats_finds_the_first_result(cluster: Cluster) {
    post(&cluster, 1).await;
    let find = |name: &str, digest: &str| {
        let once = IdempotencyKey { key: name.into(), digest: digest.into() };
        let (rewriter, channel) = (cluster.rewriter(1).clone(), cluster.channel.clone());
        async move { rewriter.find_repeated(&channel, &once).await }
    };
    assert_eq!(find("e1", "digest").await, Ok(None));
    edit(&cluster, 1).await;
    let top = cluster.broker(0).top(&cluster.channel).await.unwrap().position;
    assert_eq!(find("e1", "digest").await, Ok(Some(top)));
    assert_eq!(find("e1", "other").await, Err(StorageError::Conflict));
    assert_eq!(find("e2", "digest").await, Ok(None));
}

async fn a_log_that_is_trimmed_forgets_them(cluster: Cluster) {
    post(&cluster, 10).await;
    for offset in 1..=10 {
        erase(&cluster, offset).await;
    }
    cluster.publish_many(400).await;
    for _ in 0..100 {
        let last = cluster.publish("text").await.offset;
        edit(&cluster, last).await;
    }
    let page = cluster.history().page(&cluster.channel, Some(20), 10).await.unwrap();
    assert_eq!(page.publications, [], "they left with the log");
}

async fn an_entry_that_grew_counts_with_its_new_size(cluster: Cluster) {
    post(&cluster, 10).await;
    let large = "x".repeat(1_000);
    for offset in 1..=10 {
        let frame = NewFrame::Whole(large.clone());
        let rewrites = vec![Rewrite { offset, seen: Seen::Anything, frame, earlier: Earlier::Erase }];
        assert!(matches!(rewrite(&cluster, &format!("{offset}"), rewrites).await, Rewritten::Done(_)));
    }
    let top = cluster.broker(0).top(&cluster.channel).await.unwrap().position;
    let since = Position { offset: 0, ..top.clone() };
    let replay = |bytes| cluster.broker(1).replay(&cluster.channel, &since, ReadLimit { publications: 100, bytes });
    assert_eq!(replay(5_000).await.unwrap(), Replay::Unknown { top }, "more bytes than fit");
    assert!(matches!(replay(20_000).await.unwrap(), Replay::All { publications, .. } if publications.len() == 20));
}
