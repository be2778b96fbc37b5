//! Long times, shortened: the clients' timers and the nodes' limits run
//! [`PACE`] times faster. (Redis does not live under libfaketime, so the clock
//! itself is left alone; what a node does every 40 s it does every 40 s.)

use std::time::Duration;

use anyhow::Result;
use protocol::Position;
use tokio::time::sleep;

use crate::crowd::session::Session;
use crate::crowd::{CrowdSize, Visitor};
use crate::ledger::audit::Promise;
use crate::play::{Play, Setting};
use crate::stage::{NetworkConditions, Plan};
use crate::verdict::Verdict;

/// How much shorter time is.
const PACE: f64 = 30.0;

fn plan() -> Plan {
    let flags = ["--ping-seconds", "0.83", "--pong-seconds", "0.33", "--grace-seconds", "0.17"];
    Plan { people_network: true, flags: flags.map(str::to_owned).to_vec(), ..Plan::cluster(3) }
}

/// Half of the people have no network for ten minutes; the others talk on, in
/// some rooms so much that it cannot be told.
pub(super) async fn away(setting: &Setting) -> Result<Verdict> {
    let guests = CrowdSize { rooms: 10, clients: 40, pace: PACE };
    let mut play = Play::begin_with(setting, "simulated-away", &plan(), guests).await?;
    let mut verdict = Verdict::default();
    // These come past the network. Half of them into one room, which gets loud.
    play.crowd.through(play.stage.load_balancer_to(&[0, 1, 2]));
    let loud = play.crowd.rooms[0].clone();
    let places = play.crowd.rooms.iter().flat_map(|room| [room.clone(), loud.clone()]).collect();
    play.crowd.admit(places, setting.seed).await;
    play.crowd.all_live(Duration::from_secs(20)).await?;
    play.crowd.talk(Duration::from_millis(600));
    sleep(Duration::from_secs(1)).await;
    play.stage.people_networks.iter().for_each(|network| network.set(NetworkConditions::pulled()));
    let ten_minutes = Duration::from_secs(600).div_f64(PACE);
    sleep(ten_minutes).await;
    let noticed = play.crowd.clients().iter().filter(|client| !client.diary().is_live).count();
    verdict.exactly("away", noticed as u64, guests.clients as u64);
    play.stage.people_networks.iter().for_each(|network| network.set(NetworkConditions::default()));
    sleep(Duration::from_secs(1)).await;
    play.end(&mut verdict, Promise::Kept).await?;
    verdict.must(play.crowd.sum(|diary| diary.reread) > 0, || "nobody missed more than can be told".into());
    Ok(verdict)
}

/// Nothing is said for an hour. Somebody drops out, misses one message and
/// comes back, on each of the nodes.
pub(super) async fn quiet_room(setting: &Setting) -> Result<Verdict> {
    let guests = CrowdSize { rooms: 1, clients: 3, pace: PACE };
    let mut play = Play::begin_with(setting, "quiet-room", &plan(), guests).await?;
    let mut verdict = Verdict::default();
    sleep(Duration::from_secs(3)).await;
    play.crowd.stop_talking();
    play.crowd.all_settled(Duration::from_secs(10)).await?;
    play.all_shown(Duration::from_secs(10)).await?;
    let quiet = Duration::from_secs(setting.pick(10, 60) * 60).div_f64(PACE);
    sleep(quiet).await;
    verdict.time("quiet for, as clients feel it", quiet.mul_f64(PACE));
    let gone = play.crowd.take(0);
    let room = gone.room.clone();
    let seen: Option<Position> = gone.diary().shown.clone();
    drop(gone);
    play.crowd.clients()[0].say("Is anybody still here?").await;
    play.crowd.until(Duration::from_secs(10), |diary| diary.shown != seen, "were not told").await?;
    let session = Session::open(&play.stage.load_balancer, 0).await?;
    for node in &play.stage.nodes {
        let mut visitor = Visitor::at(node.address(), &session).await?;
        let joined = visitor.join(&room, seen.clone()).await?;
        verdict.must(joined.recovered, || "recovered: false".into());
        verdict.exactly("missed", joined.messages.len() as u64, 1);
    }
    play.end(&mut verdict, Promise::Kept).await?;
    Ok(verdict)
}
