//! Redis goes away, freezes, forgets, is full.

use std::time::{Duration, Instant};

use anyhow::Result;
use protocol::Epoch;
use tokio::time::sleep;

use crate::crowd::Visitor;
use crate::crowd::session::Session;
use crate::ledger::audit::{self, Promise};
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
    live_again(&mut play, &mut verdict).await;
    sleep(Duration::from_secs(2)).await;
    play.end(&mut verdict, Promise::KeptUnderAnyEpoch).await?;
    refused_for_now(&play, "unavailable", &mut verdict);
    stayed(&play, begin, &mut verdict);
    Ok(verdict)
}

/// Redis frozen for 15 s: its connections stay open, and nothing comes.
pub(super) async fn frozen(setting: &Setting) -> Result<Verdict> {
    let mut play = Play::begin(setting, "redis-frozen", &Plan::cluster(3)).await?;
    let mut verdict = Verdict::default();
    sleep(Duration::from_secs(2)).await;
    let begin = Instant::now();
    let before = memory(&play)?;
    play.stage.redis()?.freeze()?;
    becomes_unready(&play, &mut verdict).await;
    sleep(Duration::from_secs(setting.pick(6, 15)).saturating_sub(begin.elapsed())).await;
    let grown = memory(&play)?.saturating_sub(before) >> 20;
    play.stage.redis()?.thaw()?;
    live_again(&mut play, &mut verdict).await;
    sleep(Duration::from_secs(2)).await;
    play.end(&mut verdict, Promise::Kept).await?;
    refused_for_now(&play, "unavailable", &mut verdict);
    stayed(&play, begin, &mut verdict);
    verdict.figure("nodes grew by MiB", grown);
    verdict.must(grown < 30, || "something piles up in the nodes while Redis is frozen".into());
    Ok(verdict)
}

/// The memory of all nodes, in bytes.
fn memory(play: &Play) -> Result<u64> {
    play.stage.nodes.iter().map(|node| node.memory()).sum()
}

/// Everything in Redis is gone, once while it runs and once by a start without data.
pub(super) async fn wiped(setting: &Setting) -> Result<Verdict> {
    let mut play = Play::begin(setting, "redis-wiped", &Plan::cluster(3)).await?;
    let mut verdict = Verdict::default();
    sleep(Duration::from_secs(3)).await;
    let first = epochs(&play).await?;
    play.stage.redis()?.command(&["FLUSHALL"]).await?;
    sleep(Duration::from_secs(3)).await;
    let second = epochs(&play).await?;
    let redis = play.stage.redis()?;
    redis.kill();
    let empty = tempfile::tempdir()?;
    redis.replace_data(empty.path())?;
    redis.start_again().await?;
    sleep(Duration::from_secs(3)).await;
    let third = epochs(&play).await?;
    play.end(&mut verdict, Promise::NewLog).await?;
    verdict.exactly("rooms that kept an epoch", unchanged(&first, &second) + unchanged(&second, &third), 0);
    verdict.must(play.crowd.sum(|diary| diary.reread) > 0, || "nobody read the history again".into());
    Ok(verdict)
}

/// Redis comes back with what it had some seconds ago.
pub(super) async fn older_log(setting: &Setting) -> Result<Verdict> {
    let mut play = Play::begin(setting, "redis-older", &Plan::cluster(3)).await?;
    let mut verdict = Verdict::default();
    let older = tempfile::tempdir()?;
    for _ in 0..setting.pick(1, 3) {
        sleep(Duration::from_secs(2)).await;
        play.stage.redis()?.copy_data(older.path())?;
        sleep(Duration::from_secs(3)).await;
        let before = epochs(&play).await?;
        let redis = play.stage.redis()?;
        redis.kill();
        redis.replace_data(older.path())?;
        redis.start_again().await?;
        sleep(Duration::from_secs(3)).await;
        let after = epochs(&play).await?;
        verdict.exactly("rooms that kept their epoch", unchanged(&before, &after), 0);
    }
    play.end(&mut verdict, Promise::NewLog).await?;
    Ok(verdict)
}

/// The epoch of each room's log.
pub(super) async fn epochs(play: &Play) -> Result<Vec<Epoch>> {
    let mut epochs = Vec::new();
    for room in &play.crowd.rooms {
        epochs.push(audit::top(&play.stage.load_balancer, room).await?.epoch);
    }
    Ok(epochs)
}

fn unchanged(before: &[Epoch], after: &[Epoch]) -> u64 {
    before.iter().zip(after).filter(|(before, after)| before == after).count() as u64
}

/// Redis has no memory for anything new.
pub(super) async fn full(setting: &Setting) -> Result<Verdict> {
    let mut play = Play::begin(setting, "redis-full", &Plan::cluster(3)).await?;
    let mut verdict = Verdict::default();
    sleep(Duration::from_secs(2)).await;
    play.stage.redis()?.command(&["CONFIG", "SET", "maxmemory", "1"]).await?;
    let room = play.crowd.rooms[0].clone();
    let mut tops = Vec::new();
    for _ in 0..setting.pick(4, 10) {
        sleep(Duration::from_secs(1)).await;
        let read = audit::top(&play.stage.load_balancer, &room).await;
        tops.extend(verdict.must_be("reading while Redis is full", read));
    }
    let session = Session::open(&play.stage.load_balancer, 0).await?;
    let mut visitor = Visitor::at(play.stage.nodes[0].address(), &session).await?;
    verdict.must_be("entering while Redis is full", visitor.join(&room, tops.pop()).await);
    drop(visitor);
    play.stage.redis()?.command(&["CONFIG", "SET", "maxmemory", "0"]).await?;
    sleep(Duration::from_secs(2)).await;
    play.end(&mut verdict, Promise::Kept).await?;
    refused_for_now(&play, "full", &mut verdict);
    Ok(verdict)
}

/// Every node says soon that it is not ready.
async fn becomes_unready(play: &Play, verdict: &mut Verdict) {
    let mut slowest = Duration::ZERO;
    let noticing = play.stage.nodes.iter().map(|node| node.becomes_unready(PATIENCE));
    for noticed in futures::future::join_all(noticing).await {
        if let Some(after) = verdict.must_be("readyz", noticed) {
            slowest = slowest.max(after);
        }
    }
    verdict.at_most("noticed after", slowest, NOTICED_WITHIN);
}

/// Every node is ready soon, and somebody on each hears new words live.
async fn live_again(play: &mut Play, verdict: &mut Verdict) {
    let begin = Instant::now();
    let mut slowest = Duration::ZERO;
    let recovering = play.stage.nodes.iter_mut().map(|node| node.becomes_ready(PATIENCE));
    for ready in futures::future::join_all(recovering).await {
        if let Some(after) = verdict.must_be("readyz", ready) {
            slowest = slowest.max(after);
        }
    }
    verdict.at_most("ready again after", slowest, NOTICED_WITHIN);
    let out_before: Vec<f64> = published(play).await;
    loop {
        let out = published(play).await;
        if out.iter().zip(&out_before).all(|(now, before)| now > before) || begin.elapsed() > PATIENCE {
            break;
        }
        sleep(Duration::from_millis(50)).await;
    }
    verdict.at_most("talk on every node after", begin.elapsed(), NOTICED_WITHIN);
}

async fn published(play: &Play) -> Vec<f64> {
    let asked = play.stage.nodes.iter().map(|node| node.metric("hubbub_publications_out_total"));
    futures::future::join_all(asked).await.into_iter().map(Result::unwrap_or_default).collect()
}

fn refused_for_now(play: &Play, code: &str, verdict: &mut Verdict) {
    let refused = play.crowd.sum(|diary| diary.refused.get(code).copied().unwrap_or_default());
    verdict.figure("refused for now", refused);
    verdict.must(refused > 0, || format!("no send was refused as {code}"));
}

/// Connections stay up while Redis is away.
pub(super) fn stayed(play: &Play, begin: Instant, verdict: &mut Verdict) {
    verdict.exactly("cut", play.crowd.away_since(begin).times as u64, 0);
    verdict.exactly("holes before repair", play.crowd.sum(|diary| diary.raw_holes), 0);
}
