//! Everything at once, for a while.

use std::time::{Duration, Instant};

use anyhow::Result;
use rand::RngExt;
use tokio::time::sleep;

use crate::ledger::audit::Promise;
use crate::play::{Play, Setting};
use crate::stage::{Blow, Plan, Weather};
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
        let weather = some_weather(&mut play);
        let network = play.dice.random_range(0..play.stage.people_networks.len());
        play.stage.people_networks[network].set(weather);
        one_fault(&mut play).await?;
        play.stage.people_networks[network].set(Weather::default());
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

fn some_weather(play: &mut Play) -> Weather {
    match play.dice.random_range(0..8) {
        0 => Weather { delay: Duration::from_millis(200), ..Weather::default() },
        1 => Weather { bytes_per_second: Some(20_000), ..Weather::default() },
        2 => Weather { slices: true, ..Weather::default() },
        3 => Weather::pulled(),
        _ => Weather::default(),
    }
}

/// One fault, from its beginning to its end.
async fn one_fault(play: &mut Play) -> Result<()> {
    let node = play.any_node();
    let a_while = Duration::from_millis(play.dice.random_range(100..4_000));
    match play.dice.random_range(0..11) {
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
        7 => play.stage.redis_network()?.strike(Blow::Reset),
        8 => play.stage.people_networks[node].strike(Blow::Reset),
        9 => play.stage.people_networks[node].strike(Blow::CloseToClient),
        _ => play.stage.people_networks[node].strike(Blow::CloseToServer),
    }
    Ok(())
}
