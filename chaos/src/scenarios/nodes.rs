//! Nodes die, leave and freeze.

use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::time::sleep;

use crate::ledger::audit::Promise;
use crate::play::{Play, Setting};
use crate::stage::Plan;
use crate::verdict::Verdict;

const READY_WITHIN: Duration = Duration::from_secs(20);

/// `kill -9` of a random node, ten times.
pub(super) async fn kill(setting: &Setting) -> Result<Verdict> {
    let mut play = Play::begin(setting, "kill", &Plan::cluster(3)).await?;
    let mut verdict = Verdict::default();
    let begin = Instant::now();
    for _ in 0..setting.pick(3, 10) {
        play.pause(Duration::from_millis(500), Duration::from_secs(3)).await;
        let node = play.any_node();
        play.stage.nodes[node].kill();
        play.pause(Duration::ZERO, Duration::from_secs(2)).await;
        play.stage.nodes[node].start_again()?;
        play.stage.nodes[node].becomes_ready(READY_WITHIN).await?;
    }
    play.end(&mut verdict, Promise::Kept).await?;
    let away = play.crowd.away_since(begin);
    verdict.figure("cut", away.times);
    verdict.time("live again p99", away.p99);
    verdict.must(away.times > 0, || "nobody was on the nodes that died".into());
    Ok(verdict)
}

/// SIGTERM to each node in turn, as a roll-out does.
pub(super) async fn rolling_restart(setting: &Setting) -> Result<Verdict> {
    let mut play = Play::begin(setting, "rolling-restart", &Plan::cluster(3)).await?;
    let mut verdict = Verdict::default();
    let begin = Instant::now();
    let mut slowest = Duration::ZERO;
    for node in 0..play.stage.nodes.len() {
        sleep(Duration::from_secs(1)).await;
        let node = &mut play.stage.nodes[node];
        slowest = slowest.max(node.leave(Duration::from_secs(30)).await?);
        node.start_again()?;
        node.becomes_ready(READY_WITHIN).await?;
    }
    play.end(&mut verdict, Promise::Kept).await?;
    let away = play.crowd.away_since(begin);
    verdict.at_most("exit", slowest, Duration::from_secs(20));
    verdict.figure("moved", away.times);
    verdict.at_most("live again p99", away.p99, Duration::from_secs(5));
    verdict.must(away.times > 0, || "nobody was on the nodes that left".into());
    Ok(verdict)
}

/// SIGSTOP for 5 s: shorter than anybody's patience.
pub(super) async fn freeze_short(setting: &Setting) -> Result<Verdict> {
    let (mut play, mut verdict, _) = freeze(setting, "freeze-5", Duration::from_secs(5)).await?;
    play.end(&mut verdict, Promise::Kept).await?;
    Ok(verdict)
}

/// SIGSTOP for 40 s: its people have moved by themselves before it goes on.
pub(super) async fn freeze_long(setting: &Setting) -> Result<Verdict> {
    let (mut play, mut verdict, stuck) = freeze(setting, "freeze-40", Duration::from_secs(40)).await?;
    verdict.exactly("still on the frozen node", stuck, 0);
    play.end(&mut verdict, Promise::Kept).await?;
    Ok(verdict)
}

/// Freezes a node for a while; says how many were still on it at the end of that.
async fn freeze(setting: &Setting, name: &str, how_long: Duration) -> Result<(Play, Verdict, u64)> {
    let mut play = Play::begin(setting, name, &Plan::cluster(3)).await?;
    let mut verdict = Verdict::default();
    sleep(Duration::from_secs(1)).await;
    let node = play.any_node();
    let node = &play.stage.nodes[node];
    let address = node.address();
    let on_it = |play: &Play| play.crowd.sum(|diary| u64::from(diary.is_live && diary.node == Some(address)));
    verdict.figure("on the node", on_it(&play));
    node.freeze()?;
    sleep(how_long).await;
    let stuck = on_it(&play);
    node.thaw()?;
    sleep(Duration::from_secs(2)).await;
    Ok((play, verdict, stuck))
}
