//! The connections between nodes and Redis are cut, again and again.

use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::time::sleep;

use crate::ledger::audit::Promise;
use crate::play::{Play, Setting};
use crate::stage::{Fault, Plan};
use crate::verdict::Verdict;

/// Redis closes every subscription, every second: what it publishes meanwhile
/// is lost, and nobody may notice.
pub(super) async fn pubsub_cut(setting: &Setting) -> Result<Verdict> {
    let mut play = Play::begin(setting, "pubsub-cut", &Plan::cluster(3)).await?;
    let mut verdict = Verdict::default();
    let begin = Instant::now();
    for _ in 0..setting.pick(6, 20) {
        sleep(Duration::from_secs(1)).await;
        play.stage.redis()?.command(&["CLIENT", "KILL", "TYPE", "pubsub"]).await?;
    }
    play.end(&mut verdict, Promise::Kept).await?;
    unnoticed(&play, begin, &mut verdict);
    Ok(verdict)
}

/// Every connection between the nodes and Redis is reset, every two seconds:
/// sends may be refused for a moment, and nothing else.
pub(super) async fn redis_link_cut(setting: &Setting) -> Result<Verdict> {
    let plan = Plan { redis_network: true, ..Plan::cluster(3) };
    let mut play = Play::begin(setting, "redis-link-cut", &plan).await?;
    let mut verdict = Verdict::default();
    let begin = Instant::now();
    for _ in 0..setting.pick(3, 10) {
        sleep(Duration::from_secs(2)).await;
        play.stage.redis_network()?.inject(Fault::Reset);
    }
    play.end(&mut verdict, Promise::Kept).await?;
    unnoticed(&play, begin, &mut verdict);
    Ok(verdict)
}

/// Clients saw no cut, no hole and no page in the place of what they had.
fn unnoticed(play: &Play, since: Instant, verdict: &mut Verdict) {
    verdict.exactly("cut", play.crowd.away_since(since).times as u64, 0);
    verdict.exactly("holes before repair", play.crowd.sum(|diary| diary.raw_holes), 0);
}
