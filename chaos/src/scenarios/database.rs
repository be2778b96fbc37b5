//! The database goes away, freezes, is full, fails over; and what people said is in it afterwards.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tokio::time::sleep;

use super::embedded::Disk;
use crate::ledger::audit::Promise;
use crate::play::{Play, Setting};
use crate::stage::{Plan, Postgres, free_address};
use crate::verdict::Verdict;

/// What was said is in the database within this time, once that is there.
const ARCHIVED_WITHIN: Duration = Duration::from_secs(60);
const READY_WITHIN: Duration = Duration::from_secs(20);
/// How long people talk before the trouble.
const BEFORE: Duration = Duration::from_secs(2);

/// The database away for 5 s.
pub(super) async fn gone_briefly(setting: &Setting) -> Result<Verdict> {
    gone(setting, "database-gone", Duration::from_secs(5)).await
}

/// The database away for 40 s.
pub(super) async fn gone_long(setting: &Setting) -> Result<Verdict> {
    gone(setting, "database-gone-long", Duration::from_secs(40)).await
}

async fn gone(setting: &Setting, name: &str, how_long: Duration) -> Result<Verdict> {
    let mut play = Play::begin(setting, name, &Plan::cluster(3)).await?;
    let mut verdict = Verdict::default();
    sleep(BEFORE).await;
    play.stage.database()?.kill();
    sleep(how_long).await;
    play.stage.database()?.start_again().await?;
    sleep(BEFORE).await;
    nobody_noticed(&play, &mut verdict);
    play.end(&mut verdict, Promise::Kept).await?;
    is_all_archived(&mut play, &mut verdict, Promise::KeptUnderAnyEpoch).await?;
    Ok(verdict)
}

/// The database frozen: its connections stay open, and nothing comes.
pub(super) async fn frozen(setting: &Setting) -> Result<Verdict> {
    let mut play = Play::begin(setting, "database-frozen", &Plan::cluster(3)).await?;
    let mut verdict = Verdict::default();
    sleep(BEFORE).await;
    play.stage.database()?.freeze()?;
    sleep(Duration::from_secs(setting.pick(8, 20))).await;
    play.stage.database()?.thaw()?;
    sleep(BEFORE).await;
    nobody_noticed(&play, &mut verdict);
    play.end(&mut verdict, Promise::Kept).await?;
    is_all_archived(&mut play, &mut verdict, Promise::KeptUnderAnyEpoch).await?;
    Ok(verdict)
}

/// No space under the database.
pub(super) async fn full(setting: &Setting) -> Result<Verdict> {
    let folder = tempfile::Builder::new().prefix("hubbub-postgres-disk-").tempdir()?;
    let disk = Disk::mount(folder.path(), DISK)?;
    let plan = Plan { database_folder: Some(folder.path().join("own")), ..Plan::cluster(3) };
    let mut play = Play::begin(setting, "database-full", &plan).await?;
    let mut verdict = Verdict::default();
    for _ in 0..setting.pick(1, 3) {
        sleep(BEFORE).await;
        disk.fill()?;
        sleep(Duration::from_secs(5)).await;
        disk.make_room()?;
        // It may have ended itself: its log must not have a hole.
        play.stage.database()?.start_again().await?;
    }
    sleep(BEFORE).await;
    nobody_noticed(&play, &mut verdict);
    play.end(&mut verdict, Promise::Kept).await?;
    is_all_archived(&mut play, &mut verdict, Promise::KeptUnderAnyEpoch).await?;
    play.stage.database = None;
    drop(disk);
    Ok(verdict)
}

/// Room for a new PostgreSQL, and little more.
const DISK: &str = "size=160m";

/// The database dies and its standby, which may lack the last of it, takes over at another address.
pub(super) async fn failover(setting: &Setting) -> Result<Verdict> {
    let addresses = [free_address()?, free_address()?];
    let plan = Plan { database_addresses: Some(addresses), ..Plan::cluster(3) };
    let mut play = Play::begin(setting, "database-failover", &plan).await?;
    let mut verdict = Verdict::default();
    let log = play.stage.log("standby");
    let mut standby = Postgres::follow(play.stage.database()?, addresses[1], log).await?;
    sleep(Duration::from_secs(3)).await;
    // What is written from here on only the first one has.
    standby.freeze()?;
    sleep(Duration::from_millis(700)).await;
    play.stage.database()?.kill();
    standby.thaw()?;
    standby.promote().await?;
    play.stage.database = Some(standby);
    sleep(Duration::from_secs(3)).await;
    nobody_noticed(&play, &mut verdict);
    play.end(&mut verdict, Promise::Kept).await?;
    is_all_archived(&mut play, &mut verdict, Promise::KeptUnderAnyEpoch).await?;
    Ok(verdict)
}

/// Redis loses everything while the database is away and has not all of it.
pub(super) async fn redis_wiped_behind(setting: &Setting) -> Result<Verdict> {
    let mut play = Play::begin(setting, "archive-behind", &Plan::cluster(3)).await?;
    let mut verdict = Verdict::default();
    sleep(BEFORE).await;
    play.stage.database()?.kill();
    sleep(BEFORE).await;
    play.stage.redis()?.command(&["FLUSHALL"]).await?;
    sleep(Duration::from_secs(3)).await;
    play.stage.database()?.start_again().await?;
    sleep(BEFORE).await;
    play.end(&mut verdict, Promise::NewLog).await?;
    is_all_archived(&mut play, &mut verdict, Promise::NewLog).await?;
    Ok(verdict)
}

/// Nodes die while they store what people say.
pub(super) async fn archiver_killed(setting: &Setting) -> Result<Verdict> {
    let mut play = Play::begin(setting, "archiver-killed", &Plan::cluster(3)).await?;
    let mut verdict = Verdict::default();
    for _ in 0..setting.pick(3, 10) {
        play.pause(Duration::from_millis(500), Duration::from_millis(1_500)).await;
        let node = play.any_node();
        play.stage.nodes[node].kill();
        play.stage.nodes[node].start_again()?;
        play.stage.nodes[node].becomes_ready(READY_WITHIN).await?;
    }
    play.end(&mut verdict, Promise::Kept).await?;
    is_all_archived(&mut play, &mut verdict, Promise::KeptUnderAnyEpoch).await?;
    Ok(verdict)
}

/// The database's trouble reached nobody who talked.
fn nobody_noticed(play: &Play, verdict: &mut Verdict) {
    let refused = play.crowd.sum(|diary| diary.refused.values().sum());
    verdict.exactly("messages that were refused", refused, 0);
    verdict.exactly("people who were cut", play.crowd.closes().values().sum::<u64>(), 0);
}

/// Everything is in the database: once that has all that Redis has, Redis loses all of it, and every word that could be
/// read before is read again, once and in order.
async fn is_all_archived(play: &mut Play, verdict: &mut Verdict, promise: Promise) -> Result<()> {
    let begin = Instant::now();
    loop {
        let behind = play.stage.redis()?.behind_archive().await?;
        if behind.is_empty() {
            break;
        }
        ensure!(begin.elapsed() < ARCHIVED_WITHIN, "{} logs are not archived: {:?}", behind.len(), behind.first());
        sleep(Duration::from_millis(200)).await;
    }
    verdict.time("archived after", begin.elapsed());
    let before = play.ledger.audit(&play.stage.load_balancer, promise).await?.stored;
    play.stage.redis()?.command(&["FLUSHALL"]).await?;
    // People talk on, so that there are logs again.
    play.crowd.talk(Duration::from_millis(500));
    sleep(Duration::from_secs(2)).await;
    play.end(verdict, promise).await?;
    let after = play.ledger.audit(&play.stage.load_balancer, promise).await?.stored;
    verdict.must(after > before, || format!("of {before} messages in Redis {after} were in the database"));
    Ok(())
}
