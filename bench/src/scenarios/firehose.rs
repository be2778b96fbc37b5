//! A thousand people, and always something on its way.

use anyhow::Result;

use super::fanout::{THOUSAND, gather};
use super::play::{Figures, LENGTH, Play, figures};
use crate::load::pace::{SendPhase, as_it_comes_back};

const IN_FLIGHT: u32 = 4;

pub(super) fn measure(play: &Play) -> Result<Figures> {
    let (mut load, senders) = gather(play, THOUSAND.members)?;
    let talk = SendPhase { senders, length: LENGTH, time: play.length.of(3.0, 2.0) };
    let result = as_it_comes_back(&mut load, &play.watched, &talk, IN_FLIGHT)?;
    Ok(figures(&result, &load))
}
