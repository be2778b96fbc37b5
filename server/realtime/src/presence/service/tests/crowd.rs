//! Rooms with very many people: who is told what, how often, and what it costs.

use protocol::limits::{LEAVES_PER_FRAME, MEMBERS_PER_FRAME, MEMBERS_SENT_AT_ONCE};
use protocol::wire;

use super::*;
use crate::notice::PresenceChange;

/// Somebody in a room with so many others, all of them on other nodes.
async fn among(others: usize) -> Node {
    let node = Node::start();
    node.store.with(|state| (0..others).for_each(|n| drop(state.enter(&person(&format!("a{n:05}"))))));
    node.presence.enter(&room(), &person("zoe")).await;
    node.frames();
    // The pause after the announcements of the beginning is over.
    pass(1.5).await;
    node
}

fn come(node: &Node, id: &str) {
    let came = node.store.with(|state| state.enter(&person(id)));
    node.on_change(&came);
}

fn go(node: &Node, id: &str) {
    let went = node.store.with(|state| state.leave(&person(id).id));
    node.on_change(&went);
}

#[tokio::test(start_paused = true)]
async fn in_a_small_room_every_change_is_told_at_once() {
    let node = among(MEMBERS_SENT_AT_ONCE - 10).await;
    for n in 0..5 {
        come(&node, &format!("b{n}"));
        assert_eq!(node.frames().len(), 1);
        go(&node, &format!("b{n}"));
        assert_eq!(node.frames().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn in_a_large_room_there_is_one_frame_a_second() {
    let node = among(1000).await;
    for second in 0..5_u32 {
        for n in 0..50 {
            come(&node, &format!("b{second}-{n:02}"));
            pass(0.02).await;
        }
    }
    pass(2.0).await;
    let frames = node.frames();
    assert!((5..=7).contains(&frames.len()), "{} frames in 5 s", frames.len());
    assert_eq!(frames.iter().map(|frame| frame.joined.len()).sum::<usize>(), 250);
    assert_eq!(frames.last().unwrap().member_count, 1251);
    // The first change after a quiet second is announced at once.
    come(&node, "cleo");
    assert_eq!(node.announced(), ["+cleo"]);
}

#[tokio::test(start_paused = true)]
async fn who_comes_and_goes_within_the_second_is_not_told() {
    let node = among(300).await;
    come(&node, "first");
    assert_eq!(node.announced(), ["+first"]);
    come(&node, "ana");
    go(&node, "ana");
    go(&node, "first");
    come(&node, "first");
    pass(5.0).await;
    assert_eq!(node.frames(), []);
    come(&node, "second");
    come(&node, "ana");
    go(&node, "first");
    pass(1.1).await;
    assert_eq!(node.announced(), ["+second", "+ana", "-first"]);
}

#[tokio::test(start_paused = true)]
async fn who_was_shown_somebody_meanwhile_is_told_that_they_went() {
    let node = among(300).await;
    come(&node, "first");
    come(&node, "a");
    let page = node.presence.members(&room(), None).await.unwrap();
    assert!(page.members.contains(&person("a")));
    go(&node, "a");
    pass(1.1).await;
    assert_eq!(node.announced(), ["+first", "-a"]);
}

#[tokio::test(start_paused = true)]
async fn a_crowd_is_told_in_bounded_frames_until_all_are_told() {
    let node = among(2000).await;
    let left: Vec<_> = (0..1200).map(|n| person(&format!("a{n:05}")).id).collect();
    let change = node.store.with(|state| {
        left.iter().for_each(|user| drop(state.members.remove(user)));
        state.version += 1;
        PresenceChange { version: state.version, count: state.members.len(), joined: vec![], left: left.clone() }
    });
    node.on_change(&change);
    (0..150).for_each(|n| come(&node, &format!("b{n:03}")));
    pass(5.0).await;
    let frames = node.frames();
    assert!(frames.iter().all(|frame| frame.joined.len() <= MEMBERS_PER_FRAME && frame.left.len() <= LEAVES_PER_FRAME));
    assert!(frames.len() <= 5, "{} frames", frames.len());
    assert_eq!(frames.iter().flat_map(|frame| frame.left.clone()).collect::<Vec<_>>().len(), left.len());
    assert_eq!(frames.iter().map(|frame| frame.joined.len()).sum::<usize>(), 150);
    assert_eq!(frames.last().unwrap().member_count, 2001 - 1200 + 150);
}

#[tokio::test(start_paused = true)]
async fn pages_come_from_this_node_where_it_knows_the_room() {
    let node = among(250).await;
    node.store.with(|state| state.is_away = true);
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = node.presence.members(&room(), after.as_ref()).await.unwrap();
        assert_eq!(page.member_count, 251);
        seen.extend(page.members.into_iter().map(|member| member.name.to_string()));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let all = (0..250).map(|n| format!("a{n:05}")).chain(["zoe".into()]);
    assert_eq!(seen, all.collect::<Vec<_>>());
    node.leave("zoe", Departure::Clean);
    assert!(node.presence.members(&room(), None).await.is_err(), "only the store knows now");
    node.store.with(|state| state.is_away = false);
    let page = node.presence.members(&room(), None).await.unwrap();
    assert_eq!(page.members.len(), MEMBERS_PER_FRAME);
}

#[tokio::test(start_paused = true)]
async fn a_room_is_read_once_however_many_come_and_then_only_compared() {
    let node = Node::start();
    node.store.with(|state| {
        (0..10_000).for_each(|n| drop(state.enter(&person(&format!("a{n:05}")))));
        state.is_slow = true;
    });
    let coming = (0..20).map(|n| node.presence.enter(&room(), &person(&format!("z{n}"))));
    futures::future::join_all(coming.collect::<Vec<_>>()).await;
    // Their own notices come back, as from the log.
    pass(200.0).await;
    let (snapshots, summaries) = node.store.with(|state| (state.snapshots, state.summaries));
    // Their own calls were not announced to this node, so it asked once more.
    assert!(snapshots <= 2, "{snapshots} snapshots");
    assert!((3..=6).contains(&summaries), "{summaries} comparisons in 200 s");
}

#[tokio::test(start_paused = true)]
async fn many_interruptions_cost_one_snapshot_at_a_time() {
    let node = among(1000).await;
    node.store.with(|state| {
        state.snapshots = 0;
        state.is_slow = true;
    });
    for _ in 0..50 {
        node.presence.on_interrupted();
        pass(0.01).await;
    }
    pass(1.0).await;
    let snapshots = node.store.with(|state| state.snapshots);
    assert!(snapshots <= 7, "{snapshots} snapshots in half a second");
}

#[tokio::test(start_paused = true)]
async fn an_entry_of_this_node_that_is_lost_is_found_without_reading_all() {
    let node = among(500).await;
    node.store.calls();
    // Somebody else still has an entry of theirs, so nobody else noticed.
    node.store.with(|state| state.mine.clear());
    pass(45.0).await;
    assert_eq!(node.store.calls(), ["enter zoe as zoe"]);
}

/// What one change costs each client, in rooms of these sizes.
#[tokio::test(start_paused = true)]
async fn a_frame_costs_what_changed_and_not_what_is_there() {
    let mut sizes = Vec::new();
    for people in [10, 1_000, 10_000] {
        let node = among(people - 1).await;
        let change = node.store.with(|state| state.enter(&person("b0000")));
        let notice = wire::encode(&change);
        node.presence.on_change(&room(), change);
        let alone = node.frames();
        assert_eq!(alone.len(), 1);
        let alone = wire::encode_server(&protocol::ServerMessage::Presence(alone[0].clone())).len();
        // A hundred within a second: a frame for each in a small room, one for all in a large one.
        pass(1.5).await;
        (1..=100).for_each(|n| come(&node, &format!("b{n:04}")));
        pass(1.5).await;
        let frames = node.frames();
        let bytes =
            |frame: &protocol::Presence| wire::encode_server(&protocol::ServerMessage::Presence(frame.clone())).len();
        let all: usize = frames.iter().map(bytes).sum();
        println!(
            "{people} people: one join costs a notice of {} bytes and a frame of {alone} bytes; \
             100 joins in a second cost {} frames, {all} bytes",
            notice.len(),
            frames.len(),
        );
        assert!(frames.len() <= if people > MEMBERS_SENT_AT_ONCE { 2 } else { 100 });
        sizes.push((notice.len(), alone));
    }
    let spread = |sizes: Vec<usize>| sizes.iter().max().unwrap() - sizes.iter().min().unwrap();
    assert!(spread(sizes.iter().map(|(notice, _)| *notice).collect()) <= 8, "only the numbers grow");
    assert!(spread(sizes.iter().map(|(_, frame)| *frame).collect()) <= 8, "only the count grows");
}
