//! What one node does with its connections, on a clock that waits for nobody.

use std::collections::BTreeMap;
use std::time::Duration;

use super::*;
use node::{Node, called, person, room};

mod crowd;
mod node;

/// Lets all happen that happens in this time. The clock is paused and jumps
/// from one event to the next, so no test waits for real time.
async fn pass(seconds: f64) {
    tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn two_tabs_are_one_member() {
    let node = Node::start();
    assert_eq!(node.enter("ana").await, ["ana"]);
    assert_eq!(node.enter("ana").await, ["ana"]);
    node.leave("ana", Departure::Clean);
    pass(10.0).await;
    assert_eq!(node.store.calls(), ["enter ana as ana"]);
    node.leave("ana", Departure::Clean);
    pass(0.1).await;
    assert_eq!(node.store.calls(), ["leave ana"]);
}

#[tokio::test(start_paused = true)]
async fn a_flap_within_the_grace_is_not_noticed() {
    let node = Node::start();
    node.enter("ana").await;
    for _ in 0..3 {
        node.leave("ana", Departure::Lost);
        pass(4.9).await;
        node.enter("ana").await;
    }
    pass(20.0).await;
    assert_eq!(node.store.calls(), ["enter ana as ana"]);
}

#[tokio::test(start_paused = true)]
async fn who_does_not_come_back_leaves_after_the_grace() {
    let node = Node::start();
    node.enter("ana").await;
    node.leave("ana", Departure::Lost);
    pass(4.9).await;
    assert_eq!(node.store.calls(), ["enter ana as ana"]);
    pass(0.2).await;
    assert_eq!(node.store.calls(), ["leave ana"]);
}

#[tokio::test(start_paused = true)]
async fn a_leave_never_overtakes_the_enter_after_it() {
    let node = Node::start();
    node.store.with(|state| state.is_slow = true);
    node.enter("ana").await;
    node.leave("ana", Departure::Clean);
    pass(0.05).await;
    node.enter("ana").await;
    pass(1.0).await;
    assert_eq!(node.store.calls(), ["enter ana as ana", "leave ana", "enter ana as ana"]);
}

#[tokio::test(start_paused = true)]
async fn news_are_told_once_to_those_who_were_shown_the_room() {
    let node = Node::start();
    node.enter("ana").await;
    let came = node.store.with(|state| state.enter(&person("ben")));
    node.on_change(&came);
    node.on_change(&came);
    let went = node.store.with(|state| state.leave(&person("ben").id));
    node.on_change(&went);
    assert_eq!(node.announced(), ["+ben", "-ben"]);
}

#[tokio::test(start_paused = true)]
async fn a_missed_notice_is_made_up_for() {
    let node = Node::start();
    node.enter("ana").await;
    node.store.with(|state| state.enter(&person("ben")));
    let heard = node.store.with(|state| state.enter(&person("cleo")));
    node.on_change(&heard);
    pass(0.1).await;
    assert_eq!(node.announced(), ["+ben", "+cleo"]);
}

#[tokio::test(start_paused = true)]
async fn after_an_interruption_the_differences_are_told() {
    let node = Node::start();
    node.store.with(|state| state.enter(&person("ben")));
    assert_eq!(node.enter("ana").await, ["ana", "ben"]);
    node.store.with(|state| {
        state.leave(&person("ben").id);
        state.enter(&person("cleo"));
    });
    node.presence.on_interrupted();
    pass(0.1).await;
    assert_eq!(node.announced(), ["+cleo", "-ben"]);
}

#[tokio::test(start_paused = true)]
async fn a_quiet_channel_is_checked_all_the_same() {
    let node = Node::start();
    node.enter("ana").await;
    node.store.with(|state| state.enter(&person("ben")));
    pass(45.0).await;
    assert_eq!(node.announced(), ["+ben"]);
}

#[tokio::test(start_paused = true)]
async fn a_room_can_be_read_while_the_store_is_away() {
    let node = Node::start();
    node.store.with(|state| {
        state.enter(&person("ben"));
        state.is_away = true;
    });
    assert_eq!(node.enter("ana").await, ["ana"]);
    assert_eq!(node.store.calls(), [""; 0]);
    node.store.with(|state| state.is_away = false);
    pass(3.0).await;
    assert_eq!(node.store.calls(), ["enter ana as ana"]);
    assert_eq!(node.announced(), ["+ana", "+ben"]);
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_long_for_a_store_that_is_slow() {
    let node = Node::start();
    node.store.with(|state| state.is_slow = true);
    let slow = Settings { patience: Duration::from_millis(50), ..Settings::default() };
    let presence = Presence::start(node.store.clone(), Box::new(|_, _| {}), slow);
    let begun = tokio::time::Instant::now();
    assert_eq!(presence.enter(&room(), &person("ana")).await.members, [person("ana")]);
    assert!(begun.elapsed() < Duration::from_millis(60));
}

#[tokio::test(start_paused = true)]
async fn after_a_lost_lease_everybody_is_entered_again() {
    let node = Node::start();
    node.enter("ana").await;
    node.enter("ben").await;
    node.store.calls();
    node.store.with(|state| state.is_lost = true);
    pass(3.0).await;
    let mut calls = node.store.calls();
    calls.sort();
    assert_eq!(calls, ["enter ana as ana", "enter ben as ben"]);
    pass(10.0).await;
    assert_eq!(node.store.calls(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn entries_that_a_store_lost_or_brought_back_are_mended() {
    let node = Node::start();
    node.enter("ana").await;
    node.store.calls();
    node.store.with(|state| {
        state.leave(&person("ana").id);
        state.enter(&person("ghost"));
        state.mine = BTreeMap::from([(person("ghost").id, person("ghost").name)]);
    });
    node.presence.on_interrupted();
    pass(1.0).await;
    let mut calls = node.store.calls();
    calls.sort();
    assert_eq!(calls, ["enter ana as ana", "leave ghost"]);
}

#[tokio::test(start_paused = true)]
async fn a_new_name_is_entered_wherever_the_person_is() {
    let node = Node::start();
    node.enter("ana").await;
    node.presence.rename(&called("ana", "Anna"));
    pass(0.1).await;
    assert_eq!(node.store.calls(), ["enter ana as ana", "enter ana as Anna"]);
}

#[tokio::test(start_paused = true)]
async fn a_name_from_another_node_is_kept_after_a_lost_lease() {
    let node = Node::start();
    node.enter("ana").await;
    let renamed = node.store.with(|state| state.enter(&called("ana", "Anna")));
    node.on_change(&renamed);
    node.store.calls();
    node.store.with(|state| state.is_lost = true);
    pass(3.0).await;
    assert_eq!(node.store.calls(), ["enter ana as Anna"]);
}

#[tokio::test(start_paused = true)]
async fn a_room_left_by_all_is_forgotten_and_read_anew() {
    let node = Node::start();
    node.enter("ana").await;
    node.leave("ana", Departure::Clean);
    pass(0.1).await;
    assert!(node.presence.reconciler.channels.all().is_empty());
    assert_eq!(node.store.with(|state| state.forgotten), 1);
    node.store.with(|state| state.enter(&person("ben")));
    assert_eq!(node.enter("ana").await, ["ana", "ben"]);
}

#[tokio::test(start_paused = true)]
async fn who_comes_while_the_room_is_let_go_of_is_entered_after_it() {
    let node = Node::start();
    node.enter("ana").await;
    node.store.with(|state| state.is_slow = true);
    node.leave("ana", Departure::Clean);
    // The leave takes 0.1 s, and forgetting the room as long again.
    pass(0.15).await;
    node.enter("ben").await;
    pass(1.0).await;
    assert_eq!(node.store.with(|state| state.forgotten), 1);
    assert_eq!(node.store.calls(), ["enter ana as ana", "leave ana", "enter ben as ben", "enter ben as ben"]);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_withdraws_and_nothing_comes_after_it() {
    let node = Node::start();
    node.enter("ana").await;
    node.leave("ana", Departure::Lost);
    node.presence.shutdown().await.unwrap();
    node.presence.enter(&room(), &person("ben")).await;
    pass(60.0).await;
    assert_eq!(node.store.calls(), ["enter ana as ana", "withdraw"]);
}

#[tokio::test(start_paused = true)]
async fn everybody_sees_themselves_in_a_full_room() {
    let node = Node::start();
    node.store.with(|state| (0..200).for_each(|n| drop(state.enter(&person(&format!("a{n}"))))));
    let entered = node.presence.enter(&room(), &person("zoe")).await;
    assert_eq!(entered.count, 201);
    assert_eq!(entered.members.len(), protocol::limits::MEMBERS_PER_FRAME);
    assert!(entered.members.contains(&person("zoe")));
}
