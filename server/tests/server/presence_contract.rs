//! What every presence store promises (`server/realtime/src/presence/mod.rs`).

use std::sync::Arc;

use futures::future::join_all;
use protocol::MembersPage;
use tokio::sync::Barrier;

use crate::cluster::any_channel;
use crate::presence_fixture::{Stage, called, person};

on_every_backend!(Stage => [
    announces_who_comes_and_goes_once,
    announces_a_new_name,
    counts_versions_by_one,
    announces_changes_in_the_order_of_their_versions,
    shows_a_few_and_counts_all,
    withdraws_everybody,
    lets_go_of_nothing_that_was_not_its_own,
    pages_show_everybody_once_in_one_order,
    a_standing_tells_what_a_snapshot_would,
]);

async fn announces_who_comes_and_goes_once(mut stage: Stage) {
    let (ana, channel) = (person("ana"), stage.channel.clone());
    for _ in 0..2 {
        stage.node.enter(&channel, &ana).await.unwrap();
    }
    assert_eq!(stage.next().await, "+ana");
    assert_eq!(stage.members().await, ["ana"]);
    for _ in 0..2 {
        stage.node.leave(&channel, &ana.id).await.unwrap();
    }
    assert_eq!(stage.next().await, "-ana");
    assert_eq!(stage.members().await, [""; 0]);
    stage.is_quiet().await;
}

async fn announces_a_new_name(mut stage: Stage) {
    stage.node.enter(&stage.channel, &called("ana", "Ana \"A\" \\ نور")).await.unwrap();
    assert_eq!(stage.next().await, "+Ana \"A\" \\ نور");
    stage.node.enter(&stage.channel, &called("ana", "Anna")).await.unwrap();
    assert_eq!(stage.next().await, "+Anna");
    assert_eq!(stage.members().await, ["Anna"]);
}

async fn counts_versions_by_one(mut stage: Stage) {
    let mut last = None;
    for (round, id) in ["ana", "ben", "cleo"].into_iter().enumerate() {
        stage.node.enter(&stage.channel, &person(id)).await.unwrap();
        let (change, _) = stage.next_change().await;
        assert_eq!(change.count, round + 1);
        assert_eq!(stage.node.snapshot(&stage.channel).await.unwrap().version, change.version);
        assert_eq!(last.replace(change.version).unwrap_or(change.version - 1), change.version - 1);
    }
    // Also over a time when nobody is there.
    for id in ["ana", "ben", "cleo"] {
        stage.node.leave(&stage.channel, &person(id).id).await.unwrap();
        last = Some(stage.next_change().await.0.version);
    }
    stage.node.enter(&stage.channel, &person("ana")).await.unwrap();
    let (change, _) = stage.next_change().await;
    assert_eq!(Some(change.version - 1), last);
    assert_eq!(change.count, 1);
}

async fn announces_changes_in_the_order_of_their_versions(mut stage: Stage) {
    const TASKS: usize = 8;
    const ROUNDS: usize = 100;
    let start = Arc::new(Barrier::new(TASKS));
    let tasks = (0..TASKS).map(|n| {
        let (node, channel, start) = (stage.node.clone(), stage.channel.clone(), start.clone());
        tokio::spawn(async move {
            let member = person(&format!("p{n}"));
            start.wait().await;
            for _ in 0..ROUNDS {
                node.enter(&channel, &member).await.unwrap();
                node.leave(&channel, &member.id).await.unwrap();
            }
        })
    });
    let tasks: Vec<_> = tasks.collect();
    let mut versions = Vec::new();
    while versions.len() < TASKS * ROUNDS * 2 {
        versions.push(stage.next_change().await.0.version);
    }
    join_all(tasks).await.into_iter().for_each(Result::unwrap);
    let out_of_order = versions.windows(2).find(|pair| pair[1] != pair[0] + 1);
    assert_eq!(out_of_order, None);
    assert_eq!(stage.node.snapshot(&stage.channel).await.unwrap().version, versions[versions.len() - 1]);
}

async fn shows_a_few_and_counts_all(stage: Stage) {
    for n in 0..7 {
        stage.node.enter(&stage.channel, &person(&format!("p{n}"))).await.unwrap();
    }
    let previews = stage.node.preview(&[any_channel(), stage.channel.clone()], 3).await.unwrap();
    assert_eq!((previews[0].count, previews[0].members.len()), (0, 0));
    assert_eq!((previews[1].count, previews[1].members.len()), (7, 3));
    assert_eq!(stage.node.preview(&[], 3).await.unwrap(), []);
}

async fn withdraws_everybody(mut stage: Stage) {
    for id in ["ana", "ben"] {
        stage.node.enter(&stage.channel, &person(id)).await.unwrap();
        stage.next().await;
    }
    stage.node.withdraw().await.unwrap();
    let mut left = Vec::new();
    while left.len() < 2 {
        left.extend(stage.next().await.split(' ').map(str::to_owned));
    }
    left.sort();
    assert_eq!(left, ["-ana", "-ben"]);
    assert_eq!(stage.members().await, [""; 0]);
}

async fn lets_go_of_nothing_that_was_not_its_own(mut stage: Stage) {
    stage.node.leave(&stage.channel, &person("ana").id).await.unwrap();
    stage.is_quiet().await;
    stage.node.enter(&stage.channel, &person("ana")).await.unwrap();
    let snapshot = stage.node.snapshot(&stage.channel).await.unwrap();
    assert_eq!(snapshot.mine, [person("ana").id]);
}

async fn pages_show_everybody_once_in_one_order(stage: Stage) {
    let (node, channel) = (&stage.node, &stage.channel);
    assert_eq!(node.page(channel, None, 3).await, Ok(MembersPage::default()));
    for n in [4, 1, 5, 0, 2, 3] {
        node.enter(channel, &person(&format!("p{n}"))).await.unwrap();
    }
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = node.page(channel, after.as_ref(), 2).await.unwrap();
        assert_eq!((page.members.len(), page.member_count), (2, 6));
        seen.extend(page.members.into_iter().map(|member| member.name.to_string()));
        after = page.next;
        if after.is_none() {
            break;
        }
        // A page does not move when somebody on an earlier one goes.
        node.leave(channel, &person("p0").id).await.unwrap();
        node.enter(channel, &person("p0")).await.unwrap();
    }
    assert_eq!(seen, ["p0", "p1", "p2", "p3", "p4", "p5"]);
    // From somebody who is not there any more.
    node.leave(channel, &person("p3").id).await.unwrap();
    let page = node.page(channel, Some(&person("p3").id), 10).await.unwrap();
    assert_eq!(page.members, [person("p4"), person("p5")]);
    assert_eq!((page.member_count, page.next), (5, None));
}

async fn a_standing_tells_what_a_snapshot_would(stage: Stage) {
    let (node, channel) = (&stage.node, &stage.channel);
    let compare = || async {
        let (standing, snapshot) = (node.summary(channel).await.unwrap(), node.snapshot(channel).await.unwrap());
        assert_eq!(standing.version, snapshot.version);
        assert_eq!((standing.count, standing.mine), (snapshot.members.len(), snapshot.mine.len()));
        standing
    };
    assert_eq!(compare().await.count, 0);
    node.enter(channel, &person("ana")).await.unwrap();
    node.enter(channel, &person("ben")).await.unwrap();
    assert_eq!(compare().await.mine, 2);
    node.leave(channel, &person("ana").id).await.unwrap();
    assert_eq!(compare().await.count, 1);
    node.leave(channel, &person("ben").id).await.unwrap();
    compare().await;
}
