//! Many small rooms, all of them talking.

use std::time::Duration;

use anyhow::Result;

use super::play::{Figures, LENGTH, Play, figures};
use crate::load::ConnectionPlan;
use crate::load::pace::{SendPhase, at_rate};

/// How many rooms, and how loud they are together.
#[derive(Clone, Copy, Debug)]
pub struct Rooms {
    /// How many rooms there are, each with as many people.
    pub count: usize,
    /// People in each, spread over the nodes.
    pub members: usize,
    /// Messages a second, in all rooms together.
    pub rate: f64,
}

pub(super) fn measure(play: &Play) -> Result<Figures> {
    in_rooms(play, Rooms { count: 500, members: 10, rate: 1_000.0 }, play.length.of(4.0, 3.0))
}

/// Measures many rooms that talk at once, at a fixed rate over all of them.
///
/// # Errors
/// A client is not let into its room.
pub fn in_rooms(play: &Play, rooms: Rooms, time: Duration) -> Result<Figures> {
    let Rooms { count, members, rate } = rooms;
    let plan =
        |number: usize| ConnectionPlan::sender(play.node(number), (number / members) as u32, (number % members) as u16);
    let (mut load, _) = play.load((0..count * members).map(plan))?;
    // A message to every room, from its first member; then from its second.
    let senders = (0..members).flat_map(|member| (0..count).map(move |room| room * members + member)).collect();
    let talk = SendPhase { senders, length: LENGTH, time };
    at_rate(&mut load, &play.watched, &SendPhase { time: Duration::from_secs(1), ..talk.clone() }, rate)?;
    let result = at_rate(&mut load, &play.watched, &talk, rate)?;
    Ok(figures(&result, &load))
}
