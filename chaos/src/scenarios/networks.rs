//! The networks between people and nodes are bad.

use std::time::Duration;

use anyhow::Result;
use rand::RngExt;
use tokio::time::sleep;

use crate::ledger::audit::Promise;
use crate::play::{Play, Setting};
use crate::stage::{Blow, Plan, Weather};
use crate::verdict::Verdict;

/// Networks between people and nodes that delay, crawl, slice, swallow, cut
/// and half-close, one after the other.
pub(super) async fn bad_networks(setting: &Setting) -> Result<Verdict> {
    let plan = Plan { people_network: true, ..Plan::cluster(3) };
    let mut play = Play::begin(setting, "bad-networks", &plan).await?;
    let mut verdict = Verdict::default();
    let weathers = [
        Weather { delay: Duration::from_millis(300), ..Weather::default() },
        Weather { bytes_per_second: Some(20_000), ..Weather::default() },
        Weather { slices: true, ..Weather::default() },
        Weather::pulled(),
    ];
    for _ in 0..setting.pick(1, 3) {
        for weather in weathers {
            for network in &play.stage.people_networks {
                network.set(weather);
            }
            sleep(Duration::from_secs(setting.pick(1, 3))).await;
        }
        for blow in [Blow::Reset, Blow::CloseToClient, Blow::CloseToServer] {
            let which = play.dice.random_range(0..play.stage.people_networks.len());
            play.stage.people_networks.iter().for_each(|network| network.set(Weather::default()));
            play.stage.people_networks[which].strike(blow);
            sleep(Duration::from_secs(1)).await;
        }
    }
    play.end(&mut verdict, Promise::Kept).await?;
    Ok(verdict)
}
