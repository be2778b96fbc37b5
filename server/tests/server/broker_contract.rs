//! What every broker promises (`server/realtime/src/broker/mod.rs`).

use bytes::Bytes;
use futures::future::join_all;
use protocol::{Epoch, Position};
use realtime::broker::{Append, Appended, Delivery, Ephemeral, Growth, Head, IdempotencyKey, ReadLimit, Replay};
use realtime::channel::Channel;
use storage::StorageError;

use crate::cluster::{Cluster, any_channel, append, entry, frame, header};

on_every_backend!(Cluster => [
    a_publication_reaches_every_node_in_order,
    many_at_once_are_numbered_once_and_seen_in_order,
    a_repeat_changes_nothing,
    repeats_at_the_same_time_are_one,
    the_same_key_for_something_else_is_a_conflict,
    what_came_since_is_told_whole_or_not_at_all,
    a_trimmed_log_does_not_pretend,
    a_log_of_long_messages_is_shorter,
    in_a_full_store_a_log_gives_as_much_as_it_gets,
    a_new_log_has_one_identity,
    the_end_of_a_log_is_told_with_its_last_entry,
    entries_are_read_one_by_one,
    other_channels_are_not_heard,
    what_passes_by_is_heard_and_not_kept,
    a_restart_keeps_all,
    a_working_broker_is_ready,
]);

async fn a_publication_reaches_every_node_in_order(mut cluster: Cluster) {
    cluster.subscribe().await;
    cluster.subscribe().await; // Harmless.
    for n in 1..=5 {
        assert_eq!(cluster.publish("text").await.offset, n);
    }
    let epoch = cluster.broker(0).top(&cluster.channel).await.unwrap().position.epoch;
    for node in &mut cluster.nodes {
        for offset in 1..=5 {
            let position = Position { epoch: epoch.clone(), offset };
            let channel = cluster.channel.clone();
            let expected =
                Delivery::Publication { channel, position, header: Some(header()), frame: frame("text", offset) };
            assert_eq!(node.next().await, expected);
        }
    }
}

async fn many_at_once_are_numbered_once_and_seen_in_order(mut cluster: Cluster) {
    cluster.subscribe().await;
    let appended = cluster.publish_many(200).await;
    let mut offsets: Vec<u64> = appended.into_iter().map(|appended| appended.position.offset).collect();
    offsets.sort_unstable();
    assert_eq!(offsets, (1..=200).collect::<Vec<_>>());
    for node in &mut cluster.nodes {
        for offset in 1..=200 {
            assert_eq!(node.next_publication().await.0.offset, offset);
        }
    }
}

async fn a_repeat_changes_nothing(mut cluster: Cluster) {
    cluster.subscribe().await;
    let once = Some(IdempotencyKey { key: "ana:1".into(), digest: "abc".into() });
    let first = cluster.broker(0).publish(append(&cluster.channel, "hello", once.clone())).await.unwrap();
    let again = cluster.broker(1).publish(append(&cluster.channel, "hello", once)).await.unwrap();
    assert!(!first.repeated);
    assert_eq!(again, Appended { repeated: true, ..first });
    cluster.publish("next").await;
    for node in &mut cluster.nodes {
        assert_eq!(node.next_publication().await.1, frame("hello", 1));
        assert_eq!(node.next_publication().await.1, frame("next", 2));
    }
}

async fn repeats_at_the_same_time_are_one(cluster: Cluster) {
    let once = IdempotencyKey { key: "ana:1".into(), digest: "abc".into() };
    let repeats = (0..20).map(|n| cluster.broker(n).publish(append(&cluster.channel, "hello", Some(once.clone()))));
    let appended: Vec<Appended> = join_all(repeats).await.into_iter().collect::<Result<_, _>>().unwrap();
    assert_eq!(appended.iter().filter(|appended| !appended.repeated).count(), 1);
    assert!(appended.iter().all(|appended| appended.position.offset == 1));
    assert_eq!(cluster.broker(0).top(&cluster.channel).await.unwrap().position.offset, 1);
}

async fn the_same_key_for_something_else_is_a_conflict(cluster: Cluster) {
    let publish = |key: &str, digest: &str| {
        let once = IdempotencyKey { key: key.into(), digest: digest.into() };
        cluster.broker(0).publish(append(&cluster.channel, "hello", Some(once)))
    };
    publish("ana:1", "abc").await.unwrap();
    assert_eq!(publish("ana:1", "other").await, Err(StorageError::Conflict));
    assert_eq!(publish("bo:1", "other").await.unwrap().position.offset, 2);
    assert!(publish("ana:1", "abc").await.unwrap().repeated);
}

async fn what_came_since_is_told_whole_or_not_at_all(cluster: Cluster) {
    let mut top = cluster.broker(0).top(&cluster.channel).await.unwrap().position;
    let start = top.clone();
    for _ in 0..5 {
        top = cluster.publish("text").await;
    }
    let replay = |since: Position, limit| {
        let (broker, channel) = (cluster.broker(1).clone(), cluster.channel.clone());
        async move { broker.replay(&channel, &since, ReadLimit::publications(limit)).await.unwrap() }
    };
    let all =
        |from: u64| Replay::All { publications: (from..=5).map(|n| entry("text", n)).collect(), top: top.clone() };
    let unknown = Replay::Unknown { top: top.clone() };
    let at = |offset| Position { epoch: top.epoch.clone(), offset };

    assert_eq!(replay(top.clone(), 10).await, all(6), "nothing was missed");
    assert_eq!(replay(start, 10).await, all(1), "a quiet room recovers");
    assert_eq!(replay(at(2), 3).await, all(3), "as many as the limit");
    assert_eq!(replay(at(2), 2).await, unknown, "more than the limit");
    assert_eq!(replay(at(6), 10).await, unknown, "a place that the log has not reached");
    assert_eq!(replay(at(u64::MAX), 10).await, unknown, "a place that no log reaches");
    let elsewhere = Position { epoch: Epoch::parse("elsewhere").unwrap(), offset: 2 };
    assert_eq!(replay(elsewhere, 10).await, unknown, "another log");
    let nowhere = Position { epoch: Epoch::parse("elsewhere").unwrap(), offset: 0 };
    assert_eq!(replay(nowhere.clone(), 10).await, all(1), "who has seen nothing of any log");
    assert_eq!(replay(nowhere, 4).await, unknown, "but whole or not at all");
    let seen = Head { position: at(2), frame: Some(frame("text", 2)) };
    let bytes =
        |bytes| cluster.broker(1).replay(&cluster.channel, &seen.position, ReadLimit { publications: 10, bytes });
    let three = 3 * frame("text", 2).len();
    assert_eq!(bytes(three + 100).await.unwrap(), all(3), "as many bytes as fit");
    assert_eq!(bytes(three - 1).await.unwrap(), unknown, "more bytes than fit");
    let caught_up = cluster.broker(0).catch_up(&cluster.channel, &seen, ReadLimit::publications(3)).await.unwrap();
    assert_eq!(caught_up, all(3), "for the node itself");
}

async fn a_trimmed_log_does_not_pretend(cluster: Cluster) {
    cluster.publish_many(400).await;
    let top = cluster.broker(0).top(&cluster.channel).await.unwrap().position;
    let since = |offset| Position { epoch: top.epoch.clone(), offset };
    let gone = cluster.broker(0).replay(&cluster.channel, &since(1), ReadLimit::publications(1000)).await.unwrap();
    assert_eq!(gone, Replay::Unknown { top: top.clone() });
    let kept = cluster.broker(0).replay(&cluster.channel, &since(301), ReadLimit::publications(1000)).await.unwrap();
    let publications = (302..=400).map(|n| entry("many", n)).collect();
    assert_eq!(kept, Replay::All { publications, top: top.clone() });
    assert_eq!(cluster.broker(0).entry(&cluster.channel, 1).await.unwrap(), None);
}

async fn a_log_of_long_messages_is_shorter(cluster: Cluster) {
    // A hundred of them would be three times the limit in bytes.
    let long = "x".repeat(32 * 1024);
    for n in 0..512 {
        let once = IdempotencyKey { key: format!("key-{n}"), digest: "digest".into() };
        cluster.broker(n).publish(append(&cluster.channel, &long, Some(once))).await.unwrap();
    }
    let top = cluster.broker(0).top(&cluster.channel).await.unwrap().position;
    assert_eq!(top.offset, 512);
    assert_eq!(cluster.broker(0).entry(&cluster.channel, 512 - 40).await.unwrap(), None);
    let since = |offset| Position { epoch: top.epoch.clone(), offset };
    let gone =
        cluster.broker(0).replay(&cluster.channel, &since(512 - 60), ReadLimit::publications(1000)).await.unwrap();
    assert_eq!(gone, Replay::Unknown { top: top.clone() });
    let kept =
        cluster.broker(0).replay(&cluster.channel, &since(512 - 10), ReadLimit::publications(1000)).await.unwrap();
    assert!(matches!(kept, Replay::All { publications, .. } if publications.len() == 10));
    // An entry that was trimmed is not appended a second time.
    let once = Some(IdempotencyKey { key: "key-500".into(), digest: "digest".into() });
    assert!(cluster.broker(0).publish(append(&cluster.channel, &long, once)).await.unwrap().repeated);
}

async fn in_a_full_store_a_log_gives_as_much_as_it_gets(cluster: Cluster) {
    cluster.publish_many(20).await;
    let level = |channel: &Channel, n: u64| {
        let once = IdempotencyKey { key: format!("level-{n}"), digest: "digest".into() };
        Append { growth: Growth::ReplaceOldest, ..append(channel, "many", Some(once)) }
    };
    for n in 21..=60 {
        let appended = cluster.broker(0).publish(level(&cluster.channel, n)).await.unwrap();
        assert_eq!((appended.position.offset, appended.repeated), (n, false));
    }
    assert!(cluster.broker(0).publish(level(&cluster.channel, 60)).await.unwrap().repeated);
    assert_eq!(cluster.broker(0).entry(&cluster.channel, 30).await.unwrap(), None, "it had its time");
    assert_eq!(cluster.broker(0).entry(&cluster.channel, 60).await.unwrap(), Some(entry("many", 60)));
    let refused = cluster.broker(0).publish(level(&any_channel(), 1)).await;
    assert!(matches!(refused, Err(StorageError::Full(_))), "a new log would be more: {refused:?}");
}

async fn a_new_log_has_one_identity(cluster: Cluster) {
    let tops = join_all((0..10).map(|n| cluster.broker(n).top(&cluster.channel))).await;
    let first = tops[0].clone().unwrap();
    assert!(tops.iter().all(|top| top.as_ref() == Ok(&first)));
    let (first, frame) = (first.position, first.frame);
    assert_eq!((first.offset, frame), (0, None));
    assert_eq!(cluster.publish("text").await, Position { offset: 1, ..first.clone() });
    let other = cluster.broker(0).top(&any_channel()).await.unwrap().position;
    assert_ne!(other.epoch, first.epoch);
}

async fn the_end_of_a_log_is_told_with_its_last_entry(cluster: Cluster) {
    cluster.publish("one").await;
    let position = cluster.publish("two").await;
    let head = cluster.broker(1).top(&cluster.channel).await.unwrap();
    assert_eq!(head, Head { position, frame: Some(frame("two", 2)) });
}

async fn entries_are_read_one_by_one(cluster: Cluster) {
    cluster.publish("one").await;
    cluster.publish("two").await;
    let read = |offset| cluster.broker(1).entry(&cluster.channel, offset);
    assert_eq!(read(0).await.unwrap(), None);
    assert_eq!(read(2).await.unwrap(), Some(entry("two", 2)));
    assert_eq!(read(3).await.unwrap(), None);
    assert_eq!(read(u64::MAX).await.unwrap(), None);
}

async fn other_channels_are_not_heard(mut cluster: Cluster) {
    let left = any_channel();
    cluster.broker(0).subscribe(&left).await.unwrap();
    cluster.broker(0).unsubscribe(&left).await;
    cluster.broker(0).unsubscribe(&left).await; // Harmless.
    cluster.subscribe().await;
    for channel in [&left, &any_channel()] {
        cluster.broker(0).publish(append(channel, "elsewhere", None)).await.unwrap();
        cluster.broker(0).announce(channel, Ephemeral::Frame(Bytes::from("elsewhere"))).await.unwrap();
    }
    cluster.publish("here").await;
    for node in &mut cluster.nodes {
        let first = node.next().await;
        assert!(matches!(&first, Delivery::Publication { channel, .. } if *channel == cluster.channel), "{first:?}");
    }
}

async fn what_passes_by_is_heard_and_not_kept(mut cluster: Cluster) {
    cluster.subscribe().await;
    let ephemeral = [Ephemeral::Frame(Bytes::from("{\"typing\":1}")), Ephemeral::Notice(Bytes::from("p1 2 3"))];
    for ephemeral in &ephemeral {
        cluster.broker(0).announce(&cluster.channel, ephemeral.clone()).await.unwrap();
    }
    for node in &mut cluster.nodes {
        for ephemeral in &ephemeral {
            let expected = Delivery::Ephemeral { channel: cluster.channel.clone(), ephemeral: ephemeral.clone() };
            assert_eq!(node.next().await, expected);
        }
    }
    assert_eq!(cluster.broker(0).top(&cluster.channel).await.unwrap().position.offset, 0);
}

async fn a_restart_keeps_all(mut cluster: Cluster) {
    let once = Some(IdempotencyKey { key: "ana:1".into(), digest: "abc".into() });
    let start = cluster.broker(0).top(&cluster.channel).await.unwrap().position;
    let first = cluster.broker(0).publish(append(&cluster.channel, "hello", once.clone())).await.unwrap();
    cluster.restart().await;
    let again = cluster.broker(0).publish(append(&cluster.channel, "hello", once)).await.unwrap();
    assert_eq!(again, Appended { repeated: true, ..first });
    cluster.subscribe().await;
    let top = cluster.publish("next").await;
    assert_eq!(
        cluster.nodes[0].next().await,
        Delivery::Publication {
            channel: cluster.channel.clone(),
            position: top.clone(),
            header: Some(header()),
            frame: frame("next", 2)
        }
    );
    let replay = cluster.broker(0).replay(&cluster.channel, &start, ReadLimit::publications(10)).await.unwrap();
    assert_eq!(replay, Replay::All { publications: vec![entry("hello", 1), entry("next", 2)], top });
}

async fn a_working_broker_is_ready(cluster: Cluster) {
    for node in &cluster.nodes {
        node.becomes_ready().await;
    }
}
