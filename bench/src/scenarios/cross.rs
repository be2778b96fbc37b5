//! How long a message takes from one node to another.

use std::time::Duration;

use anyhow::Result;

use super::play::{Figures, LENGTH, Play, figures};
use crate::load::pace::{SendPhase, at_rate};
use crate::load::{ConnectionPlan, ReadMode};

const LISTENERS: usize = 50;
const RATE: f64 = 100.0;

pub(super) fn measure(play: &Play) -> Result<Figures> {
    let last = play.nodes.len() - 1;
    let sender = ConnectionPlan { reader: ReadMode::Uncounted, ..ConnectionPlan::sender(0, 0, 0) };
    let plans = std::iter::once(sender).chain((0..LISTENERS).map(|_| ConnectionPlan::listener(last, 0)));
    let (mut load, _) = play.load(plans)?;
    let talk = SendPhase { senders: vec![0], length: LENGTH, time: play.length.of(4.0, 3.0) };
    at_rate(&mut load, &play.watched, &SendPhase { time: Duration::from_secs(1), ..talk.clone() }, RATE)?;
    let result = at_rate(&mut load, &play.watched, &talk, RATE)?;
    Ok(figures(&result, &load))
}
