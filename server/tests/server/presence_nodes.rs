//! What every presence store promises when nodes die.

use std::sync::Arc;
use std::time::Duration;

use realtime::presence::{Lease, PresenceStore};

use crate::presence_fixture::{PATIENCE, Stage, called, person};

/// How long a survivor must have lived before it removes others.
const LEASE: Duration = Duration::from_millis(500);

contract!(Stage on redis => [
    a_person_on_two_nodes_is_one_member,
    the_name_said_last_counts,
    a_dead_node_is_removed_once_though_two_survivors_race,
    a_crowd_of_a_dead_node_leaves_in_a_few_notices,
    a_node_that_lost_its_lease_brings_its_people_back,
    a_removal_that_was_abandoned_is_done_by_another,
    what_a_node_must_be_reaped_from_is_where_it_has_people,
    a_node_started_again_does_not_keep_its_ghosts_alive,
    nobody_is_removed_when_all_leases_ran_out_together,
    nothing_is_written_under_a_lease_that_may_have_run_out,
]);

async fn a_person_on_two_nodes_is_one_member(mut stage: Stage) {
    let (ana, channel) = (person("ana"), stage.channel.clone());
    let second = stage.another("second", Duration::from_secs(60));
    stage.node.enter(&channel, &ana).await.unwrap();
    second.enter(&channel, &ana).await.unwrap();
    assert_eq!(stage.next().await, "+ana");
    assert_eq!(second.snapshot(&channel).await.unwrap().mine, std::slice::from_ref(&ana.id));
    stage.node.leave(&channel, &ana.id).await.unwrap();
    stage.is_quiet().await;
    assert_eq!(stage.members().await, ["ana"]);
    assert_eq!(stage.node.snapshot(&channel).await.unwrap().mine, []);
    second.leave(&channel, &ana.id).await.unwrap();
    assert_eq!(stage.next().await, "-ana");
}

async fn the_name_said_last_counts(mut stage: Stage) {
    let second = stage.another("second", Duration::from_secs(60));
    stage.node.enter(&stage.channel, &called("ana", "Ana")).await.unwrap();
    second.enter(&stage.channel, &called("ana", "Anna")).await.unwrap();
    assert_eq!([stage.next().await, stage.next().await], ["+Ana", "+Anna"]);
    second.leave(&stage.channel, &person("ana").id).await.unwrap();
    stage.is_quiet().await;
    assert_eq!(stage.members().await, ["Anna"]);
}

/// What a node does all the time: it keeps its lease, and reaps.
async fn live(node: &Arc<dyn PresenceStore>) {
    node.renew().await.unwrap();
    node.reap().await.unwrap();
}

/// Renews and reaps on these nodes until something is announced.
async fn live_until_announced(stage: &mut Stage, nodes: &[&Arc<dyn PresenceStore>]) -> String {
    live_until(nodes, stage.next()).await
}

/// Renews and reaps on these nodes until `end` is ready.
async fn live_until<T>(nodes: &[&Arc<dyn PresenceStore>], end: impl Future<Output = T>) -> T {
    let living = async {
        loop {
            futures::future::join_all(nodes.iter().copied().map(live)).await;
            tokio::time::sleep(LEASE / 20).await;
        }
    };
    tokio::select! {
        () = living => unreachable!("nodes live for ever"),
        ended = end => ended,
    }
}

async fn a_dead_node_is_removed_once_though_two_survivors_race(mut stage: Stage) {
    let survivors = [stage.another("b", LEASE), stage.another("c", LEASE)];
    let dead = stage.another("dead", Duration::from_secs(60));
    for id in ["ana", "ben", "cleo"] {
        dead.enter(&stage.channel, &person(id)).await.unwrap();
        stage.next().await;
    }
    survivors[0].enter(&stage.channel, &person("ben")).await.unwrap();
    stage.lease_runs_out("dead").await;
    let announced = live_until_announced(&mut stage, &[&survivors[0], &survivors[1]]).await;
    let mut left: Vec<_> = announced.split(' ').collect();
    left.sort_unstable();
    assert_eq!(left, ["-ana", "-cleo"], "those who are on no other node");
    for _ in 0..3 {
        futures::future::join_all(survivors.iter().map(live)).await;
    }
    stage.is_quiet().await;
}

async fn a_crowd_of_a_dead_node_leaves_in_a_few_notices(mut stage: Stage) {
    let (survivor, dead) = (stage.another("survivor", LEASE * 4), stage.another("dead", Duration::from_secs(60)));
    let crowd: Vec<_> = (0..700).map(|n| person(&format!("p{n}"))).collect();
    for entered in futures::future::join_all(crowd.iter().map(|person| dead.enter(&stage.channel, person))).await {
        entered.unwrap();
    }
    survivor.enter(&stage.channel, &crowd[7]).await.unwrap();
    for _ in &crowd {
        stage.next().await;
    }
    stage.lease_runs_out("dead").await;
    let both = live_until(&[&survivor], async { [stage.next().await, stage.next().await] }).await;
    let mut left: Vec<_> = both.iter().flat_map(|notice| notice.split(' ')).map(str::to_owned).collect();
    left.sort();
    let mut expected: Vec<_> = crowd.iter().map(|person| format!("-{}", person.id)).collect();
    expected.remove(7);
    expected.sort();
    assert_eq!(left, expected, "each of them once, in two notices");
    stage.is_quiet().await;
    let snapshot = survivor.snapshot(&stage.channel).await.unwrap();
    assert_eq!(snapshot.members, [crowd[7].clone()]);
    let page = survivor.page(&stage.channel, None, 10).await.unwrap();
    assert_eq!((page.members, page.member_count), (snapshot.members, 1));
}

async fn a_removal_that_was_abandoned_is_done_by_another(mut stage: Stage) {
    let (survivor, dead) = (stage.another("survivor", LEASE), stage.another("dead", Duration::from_secs(60)));
    dead.enter(&stage.channel, &person("ana")).await.unwrap();
    assert_eq!(stage.next().await, "+ana");
    stage.removal_is_abandoned("dead").await;
    assert_eq!(live_until_announced(&mut stage, &[&survivor]).await, "-ana");
}

async fn what_a_node_must_be_reaped_from_is_where_it_has_people(stage: Stage) {
    let (node, channel) = (&stage.node, &stage.channel);
    node.enter(channel, &person("ana")).await.unwrap();
    node.forget(channel).await.unwrap();
    assert_eq!(stage.noted_channels("first").await, [channel.to_string()], "ana is there");
    node.leave(channel, &person("ana").id).await.unwrap();
    node.forget(channel).await.unwrap();
    assert_eq!(stage.noted_channels("first").await, [""; 0]);
}

async fn a_node_that_lost_its_lease_brings_its_people_back(mut stage: Stage) {
    let (survivor, lost) = (stage.another("survivor", LEASE), stage.another("lost", Duration::from_secs(60)));
    lost.enter(&stage.channel, &person("ana")).await.unwrap();
    assert_eq!(stage.next().await, "+ana");
    stage.lease_runs_out("lost").await;
    assert_eq!(live_until_announced(&mut stage, &[&survivor]).await, "-ana");
    assert_eq!(lost.renew().await, Ok(Lease::Lost));
    lost.enter(&stage.channel, &person("ana")).await.unwrap();
    assert_eq!(stage.next().await, "+ana");
    assert_eq!(lost.renew().await, Ok(Lease::Kept));
    assert_eq!(stage.members().await, ["ana"]);
}

async fn a_node_started_again_does_not_keep_its_ghosts_alive(mut stage: Stage) {
    let before = stage.another("same", Duration::from_secs(60));
    before.enter(&stage.channel, &person("ana")).await.unwrap();
    assert_eq!(stage.next().await, "+ana");
    stage.lease_runs_out("same").await;
    let after = stage.another("same", LEASE);
    assert_eq!(live_until_announced(&mut stage, &[&after]).await, "-ana");
}

async fn nobody_is_removed_when_all_leases_ran_out_together(mut stage: Stage) {
    let nodes = ["a", "b"].map(|name| stage.another(name, Duration::from_secs(60)));
    for (node, id) in nodes.iter().zip(["ana", "ben"]) {
        node.enter(&stage.channel, &person(id)).await.unwrap();
        assert_eq!(stage.next().await, format!("+{id}"));
    }
    stage.lease_runs_out("a").await;
    stage.lease_runs_out("b").await;
    for (node, id) in nodes.iter().zip(["ana", "ben"]) {
        assert_eq!(node.renew().await, Ok(Lease::Lost));
        node.enter(&stage.channel, &person(id)).await.unwrap();
        assert_eq!(node.renew().await, Ok(Lease::Kept));
    }
    stage.is_quiet().await;
    assert_eq!(stage.members().await, ["ana", "ben"]);
}

async fn nothing_is_written_under_a_lease_that_may_have_run_out(mut stage: Stage) {
    let tired = stage.another("tired", Duration::from_millis(1));
    let refused = async {
        while tired.enter(&stage.channel, &person("ana")).await.is_ok() {
            stage.next().await;
            tired.leave(&stage.channel, &person("ana").id).await.ok();
        }
    };
    tokio::time::timeout(PATIENCE, refused).await.expect("an old lease is still written under");
}
