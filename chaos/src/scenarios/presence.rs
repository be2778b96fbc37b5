//! What people receive about others who come and go.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::Result;
use protocol::{RoomId, UserId};
use tokio::time::sleep;

use crate::crowd::{Bystanders, Client, Crowd, CrowdSize, Diary};
use crate::ledger::Ledger;
use crate::play::{Play, Setting};
use crate::presence;
use crate::stage::{NetworkConditions, Plan, Proxy, Stage};
use crate::verdict::Verdict;

/// Only a failure waits for this.
const PATIENCE: Duration = Duration::from_secs(60);
const WATCHERS: usize = 6;

/// People on one node, and others on two other nodes who watch them.
async fn watched(setting: &Setting, name: &str, members: usize) -> Result<Play> {
    let guests = CrowdSize { rooms: 1, clients: 0, pace: 1.0 };
    let mut play = Play::begin_with(setting, name, &Plan::cluster(3), guests).await?;
    play.crowd.stop_talking();
    let room = play.crowd.rooms[0].clone();
    play.crowd.through(play.stage.load_balancer_to(&[1, 2]));
    play.crowd.admit(vec![room.clone(); WATCHERS], setting.seed).await;
    play.crowd.through(play.stage.load_balancer_to(&[0]));
    play.crowd.admit(vec![room; members], setting.seed + 1).await;
    play.crowd.all_live(PATIENCE).await?;
    // What the last ones caused is announced by then.
    sleep(Duration::from_secs(2)).await;
    Ok(play)
}

/// One leaves, one blinks, and then the node of all of them dies.
pub(super) async fn leaves(setting: &Setting) -> Result<Verdict> {
    let mut play = watched(setting, "presence", setting.pick(50, 202)).await?;
    let mut verdict = Verdict::default();

    let leaver = play.crowd.take(WATCHERS);
    let begin = Instant::now();
    leaver.leave().await;
    let gone = shown_gone(&play.crowd, std::slice::from_ref(&leaver.me), begin).await;
    if let Some(after) = verdict.must_be("a clean close", gone) {
        verdict.at_most("leave shown after", after, Duration::from_secs(1));
    }

    let blinker = &play.crowd.clients()[WATCHERS];
    let (begin, me) = (Instant::now(), blinker.me.clone());
    blinker.away().await;
    sleep(Duration::from_secs(3)).await;
    blinker.back().await;
    sleep(Duration::from_secs(6)).await;
    let told = watchers(&play.crowd).map(|client| comings(client, &me, begin)).sum::<usize>();
    verdict.exactly("told of a blink", told as u64, 0);

    let members: Vec<UserId> = play.crowd.clients()[WATCHERS..].iter().map(|client| client.me.clone()).collect();
    verdict.figure("members on the node", members.len());
    let begin = Instant::now();
    play.stage.nodes[0].kill();
    let gone = shown_gone(&play.crowd, &members, begin).await;
    if let Some(after) = verdict.must_be("a dead node", gone) {
        verdict.at_most("all shown gone after kill", after, Duration::from_secs(15));
    }
    sleep(Duration::from_secs(3)).await;
    let more = watchers(&play.crowd)
        .flat_map(|client| members.iter().map(move |me| comings(client, me, begin)))
        .filter(|times| *times != 1)
        .count();
    verdict.exactly("not told exactly once", more as u64, 0);
    while play.crowd.clients().len() > WATCHERS {
        drop(play.crowd.take(WATCHERS));
    }
    presence::right(&play, &mut verdict).await;
    Ok(verdict)
}

fn watchers(crowd: &Crowd) -> impl Iterator<Item = &Client> {
    crowd.clients()[..WATCHERS].iter()
}

/// How often somebody was told that `who` came or went, after `since`.
fn comings(client: &Client, who: &UserId, since: Instant) -> usize {
    let diary = client.diary();
    diary.comings.iter().filter(|(at, user, _)| *at >= since && user == who).count()
}

/// Waits until all watchers were told that all of `who` went; says when
/// the last one was.
async fn shown_gone(crowd: &Crowd, who: &[UserId], since: Instant) -> Result<Duration> {
    let mut last = since;
    for watcher in watchers(crowd) {
        loop {
            let gone = gone_at(&watcher.diary(), since);
            if who.iter().all(|user| gone.contains_key(user)) {
                last = who.iter().filter_map(|user| gone.get(user)).copied().fold(last, Instant::max);
                break;
            }
            let missing = who.iter().filter(|user| !gone.contains_key(user)).count();
            anyhow::ensure!(
                since.elapsed() < PATIENCE,
                "{missing} of {} are still shown after {PATIENCE:?}",
                who.len()
            );
            sleep(Duration::from_millis(20)).await;
        }
    }
    Ok(last - since)
}

fn gone_at(diary: &Diary, since: Instant) -> BTreeMap<UserId, Instant> {
    let went = diary.comings.iter().filter(|(at, _, came)| *at >= since && !came);
    went.map(|(at, user, _)| (user.clone(), *at)).collect()
}

/// A cable is pulled; the others are told within the time that a silent
/// connection takes to be noticed.
pub(super) async fn cable(setting: &Setting) -> Result<Verdict> {
    let mut play = watched(setting, "presence-cable", 0).await?;
    let mut verdict = Verdict::default();
    let network = Proxy::start(([127, 0, 0, 1], 0).into(), play.stage.nodes[0].address()).await?;
    let entrance = network.address();
    play.crowd
        .through(std::sync::Arc::new(crate::stage::LoadBalancer::new(&[(entrance, play.stage.nodes[0].address())])));
    let room = play.crowd.rooms[0].clone();
    play.crowd.admit(vec![room], setting.seed).await;
    play.crowd.all_live(PATIENCE).await?;
    sleep(Duration::from_secs(2)).await;
    let me = play.crowd.clients()[WATCHERS].me.clone();
    let begin = Instant::now();
    network.set(NetworkConditions::pulled());
    let gone = shown_gone(&play.crowd, &[me], begin).await;
    if let Some(after) = verdict.must_be("a pulled cable", gone) {
        verdict.at_most("leave shown after", after, Duration::from_secs(35));
    }
    Ok(verdict)
}

/// What one more costs everybody in a room, by how many are there.
pub(super) async fn cost(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let stage = Stage::build(&setting.environment, "presence-cost", &Plan::cluster(2)).await?;
    for members in setting.pick([10, 200, 500], [10, 1_000, 10_000]) {
        let room = RoomId::parse(&format!("crowd-{members}"))?;
        let mut crowd = Crowd::new(stage.load_balancer.clone(), std::sync::Arc::new(Ledger::default()), 1.0);
        crowd.admit(vec![room.clone(); WATCHERS], setting.seed).await;
        crowd.all_live(PATIENCE).await?;
        let others =
            Bystanders::gather(&stage.load_balancer, &room, members - WATCHERS, setting.seed + 1_000_000).await?;
        let told = all_informed(&crowd, members).await?;
        verdict.time(&format!("{members} told after"), told);
        let before = heard(&crowd);
        let joins = 20;
        for newcomer in 0..joins {
            crowd.admit(vec![room.clone()], setting.seed + 1_000 + newcomer).await;
            sleep(Duration::from_millis(200)).await;
        }
        sleep(Duration::from_secs(3)).await;
        let after = heard(&crowd);
        let newcomer = crowd.clients()[WATCHERS].diary().bytes;
        let frames = (after.0 - before.0) as f64 / joins as f64;
        let bytes = (after.1 - before.1) as f64 / joins as f64;
        verdict.figure(&format!("at {members}:"), format!("{frames:.2} frames and {bytes:.0} bytes a join for each"));
        verdict.figure("newcomer's first bytes", newcomer);
        verdict.must(frames <= 1.5, || format!("{frames:.2} frames a join at {members}"));
        verdict.must(bytes <= 300.0, || format!("{bytes:.0} bytes a join at {members}"));
        verdict.exactly("cut", others.gone() as u64, 0);
        verdict.must(newcomer <= 20_000, || format!("joined grows with the room: {newcomer} bytes at {members}"));
    }
    Ok(verdict)
}

/// The frames and bytes that came to the first client.
fn heard(crowd: &Crowd) -> (u64, u64) {
    let diary = crowd.clients()[0].diary();
    (diary.frames, diary.bytes)
}

/// Waits until every watcher has been told of everybody: a large room is told
/// of a hundred a second. Says how long that took after the last one was in.
async fn all_informed(crowd: &Crowd, members: usize) -> Result<Duration> {
    let begin = Instant::now();
    crowd
        .until(Duration::from_secs(240), |diary| diary.people.len() >= members, "are not told of the whole crowd")
        .await?;
    let told = begin.elapsed();
    // The frame after the last one may be on its way.
    sleep(Duration::from_secs(2)).await;
    Ok(told)
}
