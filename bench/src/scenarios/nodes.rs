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
