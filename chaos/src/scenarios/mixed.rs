//! Everything at once, for a while.

use std::time::{Duration, Instant};

use anyhow::Result;
use rand::RngExt;
use tokio::time::sleep;

use crate::ledger::audit::Promise;
use crate::play::{Play, Setting};
use crate::stage::{Fault, NetworkConditions, Plan};
use crate::verdict::Verdict;

const READY_WITHIN: Duration = Duration::from_secs(30);

/// Faults drawn from the seed, one or two at a time, until the time is over.
pub(super) async fn mixed(setting: &Setting) -> Result<Verdict> {
    let plan = Plan { people_network: true, redis_network: true, ..Plan::cluster(3) };
    let mut play = Play::begin(setting, "mixed", &plan).await?;
    let mut verdict = Verdict::default();
    let (begin, how_long) = (Instant::now(), Duration::from_secs(setting.pick(20, 180)));
    let mut faults = 0;
    while begin.elapsed() < how_long {
        play.pause(Duration::from_millis(200), Duration::from_secs(2)).await;
        let conditions = random_conditions(&mut play);
        let network = play.rng.random_range(0..play.stage.people_networks.len());
        play.stage.people_networks[network].set(conditions);
        one_fault(&mut play).await?;
        play.stage.people_networks[network].set(NetworkConditions::default());
        faults += 1;
    }
    for node in &mut play.stage.nodes {
        node.becomes_ready(READY_WITHIN).await?;
    }
    verdict.figure("faults", faults);
    play.end(&mut verdict, Promise::KeptUnderAnyEpoch).await?;
    verdict.figure("cut", play.crowd.away_since(begin).times);
    Ok(verdict)
}

fn random_conditions(play: &mut Play) -> NetworkConditions {
    match play.rng.random_range(0..8) {
        0 => NetworkConditions { delay: Duration::from_millis(200), ..NetworkConditions::default() },
        1 => NetworkConditions { bytes_per_second: Some(20_000), ..NetworkConditions::default() },
        2 => NetworkConditions { slices: true, ..NetworkConditions::default() },
        3 => NetworkConditions::pulled(),
        _ => NetworkConditions::default(),
    }
}

/// One fault, from its beginning to its end.
async fn one_fault(play: &mut Play) -> Result<()> {
    let node = play.any_node();
    let a_while = Duration::from_millis(play.rng.random_range(100..4_000));
    match play.rng.random_range(0..11) {
        0 | 1 => {
            play.stage.nodes[node].kill();
            sleep(a_while).await;
            play.stage.nodes[node].start_again()?;
        }
        2 => {
            play.stage.nodes[node].leave(READY_WITHIN).await?;
            play.stage.nodes[node].start_again()?;
        }
        3 => {
            play.stage.nodes[node].freeze()?;
            sleep(a_while).await;
            play.stage.nodes[node].thaw()?;
        }
        4 => {
            play.stage.redis()?.kill();
            sleep(a_while).await;
            play.stage.redis()?.start_again().await?;
        }
        5 => {
            play.stage.redis()?.freeze()?;
            sleep(a_while).await;
            play.stage.redis()?.thaw()?;
        }
        6 => drop(play.stage.redis()?.command(&["CLIENT", "KILL", "TYPE", "pubsub"]).await?),
        7 => play.stage.redis_network()?.inject(Fault::Reset),
        8 => play.stage.people_networks[node].inject(Fault::Reset),
        9 => play.stage.people_networks[node].inject(Fault::CloseToClient),
        _ => play.stage.people_networks[node].inject(Fault::CloseToServer),
    }
    Ok(())
}
