//! A part of Redis goes away: one of independent servers, or a cluster's master.

use std::time::{Duration, Instant};

use anyhow::Result;
use rand::RngExt;
use tokio::time::{sleep, timeout};

use super::redis::stayed;
use super::rooms::{RoomCounts, RoomsOfRedis, all_acknowledged, all_serve, count, delays, epochs_by_room, p99};
use crate::ledger::audit::Promise;
use crate::play::{Length, Play, Setting};
use crate::stage::{Plan, Shape, redis_cluster};
use crate::verdict::Verdict;

/// A killed server that was started again serves all of its rooms within this time.
const BACK_WITHIN: Duration = Duration::from_secs(3);
/// A cluster whose master was killed serves all rooms within this time.
const PROMOTED_WITHIN: Duration = Duration::from_secs(10);
/// How long a replica gets nothing of what its master acknowledges; shorter than anybody takes for its death.
const BEHIND: Duration = Duration::from_millis(800);
/// What was under way to a server when it died is answered by then.
const UNDER_WAY: Duration = Duration::from_millis(500);
/// Only a failure waits for this.
const PATIENCE: Duration = Duration::from_secs(40);

/// One of three independent servers is killed, and comes back with its file.
pub(super) async fn shard_gone(setting: &Setting) -> Result<Verdict> {
    let plan = Plan { redis: Some(Shape::Three), ..Plan::cluster(3) };
    let mut play = Play::begin(setting, "shard-gone", &plan).await?;
    let mut verdict = Verdict::default();
    sleep(Duration::from_secs(2)).await;
    let dead = play.rng.random_range(0..play.stage.redis_servers.len());
    let rooms = RoomsOfRedis::of(&play, dead).await?;
    verdict.figure("rooms on it", format!("{} of {}", rooms.touched.len(), play.crowd.rooms.len()));

    let epochs_before = epochs_by_room(&play).await?;
    let (begin, checks, whole) = (Instant::now(), play.stage.load_balancer.failed_checks(), RoomCounts::of(&play));
    play.stage.redis_servers[dead].kill();
    sleep(UNDER_WAY).await;
    let (from, _) = (RoomCounts::of(&play), delays(&play, &rooms.elsewhere));
    let newcomers = all_serve(&play, &rooms.elsewhere).await;
    verdict.must_be("coming in elsewhere", newcomers);
    sleep(Duration::from_secs(setting.pick(5, 40)).saturating_sub(begin.elapsed())).await;
    let to = RoomCounts::of(&play);
    verdict.time("heard elsewhere p99", p99(delays(&play, &rooms.elsewhere)));
    play.stage.redis_servers[dead].start_again().await?;
    let served = all_serve(&play, &rooms.touched).await;
    if let Some(after) = verdict.must_be("coming back", served) {
        verdict.at_most("back on every node after", after, BACK_WITHIN);
    }
    play.end(&mut verdict, Promise::KeptUnderAnyEpoch).await?;

    let epochs_after = epochs_by_room(&play).await?;
    let renamed = count(&rooms.elsewhere, |room| epochs_after[room] != epochs_before[room]);
    verdict.exactly("rooms elsewhere under a new epoch", renamed, 0);
    let end = RoomCounts::of(&play);
    let silent = count(&rooms.elsewhere, |room| to.acknowledged[room] == from.acknowledged[room]);
    verdict.exactly("silent rooms elsewhere", silent, 0);
    let refused = count(&rooms.elsewhere, |room| end.refused[room] > whole.refused[room]);
    verdict.exactly("rooms elsewhere with a refusal", refused, 0);
    let untold = count(&rooms.touched, |room| to.unavailable[room] == whole.unavailable[room]);
    verdict.exactly("rooms on it without a refusal", untold, 0);
    let wondrous = count(&rooms.touched, |room| to.acknowledged[room] > from.acknowledged[room]);
    verdict.exactly("rooms on it that went on", wondrous, 0);
    verdict.exactly("unready", play.stage.load_balancer.failed_checks() - checks, 0);
    stayed(&play, begin, &mut verdict);
    Ok(verdict)
}

/// A cluster's master is killed, its replica takes over, and it comes back as
/// the replica of that one. In the long form that one is killed, too.
pub(super) async fn cluster_failover(setting: &Setting) -> Result<Verdict> {
    let plan = Plan { redis: Some(Shape::Cluster), ..Plan::cluster(3) };
    let mut play = Play::begin(setting, "cluster-failover", &plan).await?;
    let mut verdict = Verdict::default();
    sleep(Duration::from_secs(2)).await;
    let masters = play.stage.redis_servers.len() / 2;
    let master = play.rng.random_range(0..masters);
    let (mut dead, mut heir) = (master, master + masters);
    let begin = Instant::now();
    // As docs/redis.md advises: the other masters go on while one is dead.
    require_full_coverage(&play, "no").await?;
    let refused = fail_over(&mut play, dead, heir, &mut verdict).await?;
    verdict.exactly("rooms elsewhere with a refusal", refused, 0);
    come_back(&mut play, dead).await?;
    if setting.length == Length::Long {
        (dead, heir) = (heir, dead);
        // As Redis is by itself: all of them refuse everything until one was promoted.
        require_full_coverage(&play, "yes").await?;
        leave_behind(&play, dead, heir).await?;
        let refused = fail_over(&mut play, dead, heir, &mut verdict).await?;
        verdict.figure("rooms elsewhere with a refusal", refused);
        come_back(&mut play, dead).await?;
        let reread = play.crowd.sum(|diary| diary.reread);
        verdict.must(reread > 0, || "a replica was behind, and nobody read the history again".into());
    }
    play.end(&mut verdict, Promise::NewLog).await?;
    verdict.figure("cut", play.crowd.away_since(begin).times);
    Ok(verdict)
}

async fn require_full_coverage(play: &Play, word: &str) -> Result<()> {
    for server in &play.stage.redis_servers {
        server.command(&["CONFIG", "SET", "cluster-require-full-coverage", word]).await?;
    }
    Ok(())
}

/// The replica, frozen, loses its link while people go on talking: what is acknowledged
/// now will be gone with the master.
async fn leave_behind(play: &Play, master: usize, replica: usize) -> Result<()> {
    let servers = &play.stage.redis_servers;
    servers[replica].freeze()?;
    servers[master].command(&["CLIENT", "KILL", "TYPE", "replica"]).await?;
    sleep(BEHIND).await;
    Ok(())
}

async fn come_back(play: &mut Play, dead: usize) -> Result<()> {
    let server = &mut play.stage.redis_servers[dead];
    server.start_again().await?;
    timeout(PATIENCE, redis_cluster::follows(server)).await??;
    sleep(Duration::from_secs(2)).await;
    Ok(())
}

/// Kills a master, and waits until everything goes on without it. Returns in how many rooms of the other
/// masters anything was refused.
async fn fail_over(play: &mut Play, dead: usize, heir: usize, verdict: &mut Verdict) -> Result<u64> {
    let rooms = RoomsOfRedis::of(play, dead).await?;
    verdict.figure("rooms on it", format!("{} of {}", rooms.touched.len(), play.crowd.rooms.len()));
    let (before, talk) = (epochs_by_room(play).await?, RoomCounts::of(play));
    let begin = Instant::now();
    play.stage.redis_servers[dead].kill();
    // It may have been left behind.
    play.stage.redis_servers[heir].thaw()?;
    sleep(UNDER_WAY).await;
    let from = RoomCounts::of(play);
    let promoted = async {
        timeout(PATIENCE, redis_cluster::leads(&play.stage.redis_servers[heir])).await??;
        Ok(begin.elapsed())
    };
    let served = async { all_serve(play, &play.crowd.rooms).await.map(|_| begin.elapsed()) };
    let acknowledged = async { all_acknowledged(play, &from).await.map(|()| begin.elapsed()) };
    let (promoted, served, acknowledged) = tokio::join!(promoted, served, acknowledged);
    let live = play.crowd.all_live(PATIENCE).await.map(|_| begin.elapsed());
    if let Some(after) = verdict.must_be("promotion", promoted) {
        verdict.time("promoted after", after);
    }
    for (name, came) in [
        ("all rooms on every node after", served),
        ("acknowledged in every room after", acknowledged),
        ("all live after", live),
    ] {
        if let Some(after) = verdict.must_be(name, came) {
            verdict.at_most(name, after, PROMOTED_WITHIN);
        }
    }
    let after = epochs_by_room(play).await?;
    verdict.exactly("moved rooms under the old epoch", count(&rooms.touched, |room| after[room] == before[room]), 0);
    verdict.exactly("other rooms under a new one", count(&rooms.elsewhere, |room| after[room] != before[room]), 0);
    let to = RoomCounts::of(play);
    Ok(count(&rooms.elsewhere, |room| to.refused[room] > talk.refused[room]))
}
