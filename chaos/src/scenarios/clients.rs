//! Clients that send again, come all at once, or do not read.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures::future::{join_all, try_join_all};
use protocol::{MessageId, RoomId};
use tokio::time::sleep;

use crate::crowd::session::Session;
use crate::crowd::{CrowdSize, TextLength, Visitor};
use crate::ledger::Ledger;
use crate::ledger::audit::{self, Promise};
use crate::play::{Play, Setting};
use crate::stage::{Plan, Stage};
use crate::verdict::Verdict;

/// Every message is sent through three nodes at once, and once more after the
/// one that sent it first was cut before the answer.
pub(super) async fn repeats(setting: &Setting) -> Result<Verdict> {
    let stage = Stage::build(&setting.environment, "repeats", &Plan::cluster(3)).await?;
    let mut verdict = Verdict::default();
    let session = Session::open(&stage.load_balancer, 0).await?;
    let room = RoomId::parse("repeated")?;
    let rounds = setting.pick(30, 200);
    let (mut answers, mut conflicts) = (0, 0);
    for round in 1..=rounds {
        let (id, text) = (MessageId::parse(&format!("m-{round}"))?, format!("message {round}"));
        let mut tabs = Vec::new();
        for node in &stage.nodes {
            let mut tab = Visitor::at(node.address(), &session).await?;
            tab.join(&room, None).await?;
            tabs.push(tab);
        }
        try_join_all(tabs.iter_mut().map(|tab| tab.say(&room, &id, &text))).await?;
        // The answer to the first is lost with its connection.
        drop(tabs.remove(0));
        let offsets = try_join_all(tabs.iter_mut().map(|tab| tab.answer(&id))).await?;
        for tab in &mut tabs {
            tab.say(&room, &id, &text).await?;
            answers += 1;
            let again = tab.answer(&id).await?;
            verdict.must(again == Ok(round), || format!("sent again, {id} is at {again:?}, not at {round}"));
        }
        verdict.must(offsets.iter().all(|offset| *offset == Ok(round)), || format!("{id} is at {offsets:?}"));
        tabs[0].say(&room, &id, "something else").await?;
        // Its own frames may still be on their way; the refusal comes after them.
        let refused = loop {
            match tabs[0].answer(&id).await? {
                Ok(_) => {}
                Err(code) => break code,
            }
        };
        conflicts += u64::from(refused == "conflict");
    }
    let stored = audit::load(&stage.load_balancer, &room).await?.messages.len() as u64;
    verdict.exactly("stored", stored, rounds);
    verdict.exactly("conflicts", conflicts, rounds);
    verdict.figure("answered again", answers);
    Ok(verdict)
}

/// Everybody is cut in the same moment, and comes back.
pub(super) async fn storm(setting: &Setting) -> Result<Verdict> {
    let (rooms, clients) = setting.pick((20, 500), (50, 5_000));
    let guests = CrowdSize { rooms, clients, pace: 1.0 };
    let mut play = Play::begin_with(setting, "storm", &Plan::cluster(3), guests).await?;
    let mut verdict = Verdict::default();
    verdict.figure("clients", clients);
    play.crowd.talk(Duration::from_secs(clients as u64 / 20));
    sleep(Duration::from_secs(3)).await;
    let reads_before = log_reads(&mut play).await?;
    let begin = Instant::now();
    join_all(play.crowd.clients().iter().map(|client| client.cut())).await;
    let all_back = |diary: &crate::crowd::Diary| diary.is_live && !diary.absences.is_empty();
    let back = play.crowd.until(Duration::from_secs(60), all_back, "are not back").await;
    if verdict.must_be("coming back", back).is_some() {
        verdict.at_most("all live after", begin.elapsed(), Duration::from_secs(15));
    }
    let reads = log_reads(&mut play).await? - reads_before;
    verdict.figure("log reads", reads);
    // A room is read by one after the other on each node: a few reads, never one for each person.
    let most = (rooms * play.stage.nodes.len() * 4) as u64;
    verdict.must(reads <= most, || format!("{reads} log reads are more than {most}"));
    play.end(&mut verdict, Promise::Kept).await?;
    Ok(verdict)
}

/// How often Redis read a part of a log.
async fn log_reads(play: &mut Play) -> Result<u64> {
    let stats = play.stage.redis()?.command(&["INFO", "commandstats"]).await?;
    let calls = |name: &str| {
        let line = stats.text().lines().find_map(|line| line.strip_prefix(&format!("cmdstat_{name}:calls=")));
        line.and_then(|rest| rest.split(',').next()?.parse::<u64>().ok()).unwrap_or_default()
    };
    Ok(calls("xrange") + calls("xrevrange"))
}

/// One of a busy room does not read; it is closed with a code that says come
/// back, and the others do not feel it.
pub(super) async fn slow_reader(setting: &Setting) -> Result<Verdict> {
    let guests = CrowdSize { rooms: 1, clients: 20, pace: 1.0 };
    let mut play = Play::begin_with(setting, "slow-reader", &Plan::cluster(1), guests).await?;
    let mut verdict = Verdict::default();
    play.crowd.talk_much(Duration::from_millis(200), TextLength::Most);
    let node = play.stage.nodes[0].address();
    let room = play.crowd.rooms[0].clone();
    let session = Session::open(&play.stage.load_balancer, 0).await?;
    let (mut with, mut without, mut closes) = (Vec::new(), Vec::new(), Vec::new());
    sleep(Duration::from_secs(2)).await;
    for round in 0..setting.pick(3, 10) {
        // By turns, so that neither is always the later one.
        if round % 2 == 0 {
            without.extend(delays(&play.ledger).await);
        }
        let closed_before = play.stage.nodes[0].metric("hubbub_closes_total").await?;
        let mut slow = Visitor::slow_at(node, &session).await?;
        slow.join(&room, None).await?;
        with.extend(delays(&play.ledger).await);
        let begin = Instant::now();
        while play.stage.nodes[0].metric("hubbub_closes_total").await? == closed_before {
            ensure!(begin.elapsed() < Duration::from_secs(60), "somebody who never reads is not closed");
            sleep(Duration::from_millis(50)).await;
        }
        closes.push(slow.closed().await?);
        if round % 2 == 1 {
            without.extend(delays(&play.ledger).await);
        }
    }
    // Of all rounds together: of one, it would be the two or three slowest messages.
    let (with, without) = (p99(with), p99(without));
    verdict.figure("closed with", format!("{closes:?}"));
    verdict.must(closes.iter().all(|code| *code == 4001), || "a close code other than 4001".into());
    verdict.figure("p99 of the others with it", format!("{:.2} ms", with.as_secs_f64() * 1e3));
    verdict.figure("without", format!("{:.2} ms", without.as_secs_f64() * 1e3));
    let floor = Duration::from_millis(5);
    verdict.must(with <= without.mul_f64(1.2).max(floor), || "the others felt the slow reader".into());
    play.end(&mut verdict, Promise::Kept).await?;
    Ok(verdict)
}

/// The delays of the next three seconds.
async fn delays(ledger: &Ledger) -> Vec<Duration> {
    ledger.take_delays();
    sleep(Duration::from_secs(3)).await;
    ledger.take_delays()
}

fn p99(mut delays: Vec<Duration>) -> Duration {
    delays.sort_unstable();
    delays.get(delays.len() * 99 / 100).copied().unwrap_or_default()
}
