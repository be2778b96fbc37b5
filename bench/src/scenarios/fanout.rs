//! One room, in which everybody gets everything, at an ordinary rate.

use std::time::Duration;

use anyhow::Result;

use super::play::{Figures, LENGTH, Play, figures};
use crate::load::pace::{SendPhase, at_rate};
use crate::load::{ConnectionPlan, Load};

/// How many people in a room send.
pub(super) const SENDERS: usize = 10;

/// How large and how loud the room is.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// The number of people in the room.
    pub members: usize,
    /// The number of messages a second.
    pub rate: f64,
}

pub(super) const THOUSAND: Room = Room { members: 1_000, rate: 20.0 };

pub(super) fn measure(play: &Play) -> Result<Figures> {
    in_room(play, THOUSAND, play.length.of(4.0, 3.0))
}

/// Measures one room.
///
/// # Errors
/// Somebody does not get in.
pub fn in_room(play: &Play, room: Room, time: Duration) -> Result<Figures> {
    let (mut load, senders) = gather(play, room.members)?;
    let talk = SendPhase { senders, length: LENGTH, time };
    at_rate(&mut load, &play.watched, &SendPhase { time: Duration::from_secs(1), ..talk.clone() }, room.rate)?;
    let result = at_rate(&mut load, &play.watched, &talk, room.rate)?;
    Ok(figures(&result, &load))
}

/// A room of so many, over all nodes, and those in it who send.
pub(super) fn gather(play: &Play, members: usize) -> Result<(Load, Vec<usize>)> {
    let senders = members.min(SENDERS);
    let plan = |number: usize| match number < senders {
        true => ConnectionPlan::sender(play.node(number), 0, number as u16),
        false => ConnectionPlan::listener(play.node(number), 0),
    };
    let (load, _) = play.load((0..members).map(plan))?;
    Ok((load, (0..senders).collect()))
}
