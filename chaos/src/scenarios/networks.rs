//! The networks between people and nodes are bad.

use std::time::Duration;

use anyhow::Result;
use rand::RngExt;
use tokio::time::sleep;

use crate::ledger::audit::Promise;
use crate::play::{Play, Setting};
use crate::stage::{Fault, NetworkConditions, Plan};
use crate::verdict::Verdict;

/// Networks between people and nodes that delay, crawl, slice, swallow, cut
/// and half-close, one after the other.
pub(super) async fn bad_networks(setting: &Setting) -> Result<Verdict> {
    let plan = Plan { people_network: true, ..Plan::cluster(3) };
    let mut play = Play::begin(setting, "bad-networks", &plan).await?;
    let mut verdict = Verdict::default();
    let all_conditions = [
        NetworkConditions { delay: Duration::from_millis(300), ..NetworkConditions::default() },
        NetworkConditions { bytes_per_second: Some(20_000), ..NetworkConditions::default() },
        NetworkConditions { slices: true, ..NetworkConditions::default() },
        NetworkConditions::pulled(),
    ];
    for _ in 0..setting.pick(1, 3) {
        for conditions in all_conditions {
            for network in &play.stage.people_networks {
                network.set(conditions);
            }
            sleep(Duration::from_secs(setting.pick(1, 3))).await;
        }
        for blow in [Fault::Reset, Fault::CloseToClient, Fault::CloseToServer] {
            let which = play.rng.random_range(0..play.stage.people_networks.len());
            play.stage.people_networks.iter().for_each(|network| network.set(NetworkConditions::default()));
            play.stage.people_networks[which].inject(blow);
            sleep(Duration::from_secs(1)).await;
        }
    }
    play.end(&mut verdict, Promise::Kept).await?;
    Ok(verdict)
}
