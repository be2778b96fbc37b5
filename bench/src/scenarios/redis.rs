//! Redis goes away, freezes, forgets, is full.

use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::time::sleep;

use crate::ledger::audit::Promise;
use crate::play::{Play, Setting};
use crate::stage::Plan;
use crate::verdict::Verdict;

/// A node says within this time that it is not ready, or ready again.
const NOTICED_WITHIN: Duration = Duration::from_secs(3);
/// Only a failure waits for this.
const PATIENCE: Duration = Duration::from_secs(30);

/// Redis away for 3 s, its file kept.
pub(super) async fn gone_briefly(setting: &Setting) -> Result<Verdict> {
    gone(setting, "redis-gone", Duration::from_secs(3)).await
}

/// Redis away for 40 s, its file kept.
pub(super) async fn gone_long(setting: &Setting) -> Result<Verdict> {
    gone(setting, "redis-gone-long", Duration::from_secs(40)).await
}

async fn gone(setting: &Setting, name: &str, how_long: Duration) -> Result<Verdict> {
    let mut play = Play::begin(setting, name, &Plan::cluster(3)).await?;
    let mut verdict = Verdict::default();
    sleep(Duration::from_secs(2)).await;
    let begin = Instant::now();
    play.stage.redis()?.kill();
    becomes_unready(&play, &mut verdict).await;
    sleep(how_long.saturating_sub(begin.elapsed())).await;
    play.stage.redis()?.start_again().await?;
    live_again(&mut play, &mut verdict).await?;
    sleep(Duration::from_secs(2)).await;
    play.end(&mut verdict, Promise::Kept).await?;
    refused_for_now(&play, &mut verdict);
    stayed(&play, begin, &mut verdict);
    Ok(verdict)
}

/// Every node says soon that it is not ready.
async fn becomes_unready(play: &Play, verdict: &mut Verdict) {
    let noticing = play.stage.nodes.iter().map(|node| node.becomes_unready(PATIENCE));
    for noticed in futures::future::join_all(noticing).await {
        if let Some(after) = verdict.must_be("readyz", noticed) {
            verdict.at_most("noticed after", after, NOTICED_WITHIN);
        }
    }
}

/// Every node is ready soon, and somebody on each hears new words live.
async fn live_again(play: &mut Play, verdict: &mut Verdict) -> Result<()> {
    let begin = Instant::now();
    let recovering = play.stage.nodes.iter_mut().map(|node| node.becomes_ready(PATIENCE));
    for ready in futures::future::join_all(recovering).await {
        if let Some(after) = verdict.must_be("readyz", ready) {
            verdict.at_most("ready again after", after, NOTICED_WITHIN);
        }
    }
    let out_before: Vec<f64> = published(play).await;
    loop {
        let out = published(play).await;
        if out.iter().zip(&out_before).all(|(now, before)| now > before) || begin.elapsed() > PATIENCE {
            break;
        }
        sleep(Duration::from_millis(50)).await;
    }
    verdict.at_most("talk on every node after", begin.elapsed(), NOTICED_WITHIN + Duration::from_secs(2));
    Ok(())
}

async fn published(play: &Play) -> Vec<f64> {
    let asked = play.stage.nodes.iter().map(|node| node.metric("hubbub_publications_out_total"));
    futures::future::join_all(asked).await.into_iter().map(Result::unwrap_or_default).collect()
}

fn refused_for_now(play: &Play, verdict: &mut Verdict) {
    let refused = play.crowd.sum(|diary| diary.refused.get("unavailable").copied().unwrap_or_default());
    verdict.figure("refused for now", refused);
    verdict.must(refused > 0, || "no send was refused while Redis was away".into());
}

/// Connections stay up while Redis is away.
fn stayed(play: &Play, begin: Instant, verdict: &mut Verdict) {
    verdict.figure("cut", play.crowd.away_since(begin).times);
}
