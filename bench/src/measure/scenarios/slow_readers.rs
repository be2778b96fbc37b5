//! What those who read slowly do to the others.

use std::time::Duration;

use anyhow::Result;

use super::{Figures, Play, figures};
use crate::measure::cost::memory_kib;
use crate::measure::load::pace::{Heard, Talk, at_rate};
use crate::measure::load::{Load, Reader, Seat};

const MEMBERS: usize = 250;
/// One of so many reads slowly.
const ONE_IN: usize = 5;
const RATE: f64 = 150.0;
/// The kernel keeps some 2.6 MB for each connection over loopback, whose segments
/// are large: less than that in all, and no server would notice who reads slowly.
const LENGTH: usize = 4_000;
const SENDERS: usize = 4;

pub(super) fn measure(play: &Play) -> Result<Figures> {
    let (alone, _, load) = talk(play, |_| Reader::Counted)?;
    drop(load);
    let slow = |number: usize| if number % ONE_IN == ONE_IN - 1 { Reader::Slow } else { Reader::Counted };
    let (heard, memory_kib, load) = talk(play, slow)?;
    let mut figures = figures(&heard, &load);
    figures.insert("alone_ms".into(), alone.p999_ms);
    figures.insert("sent_away".into(), figures["gone"]);
    figures.insert("memory_mib".into(), memory_kib as f64 / 1024.0);
    // They were sent away for their slowness; whoever else went is a fault.
    let slow = (0..MEMBERS).filter(|number| slow(*number) == Reader::Slow).count();
    figures.insert("gone".into(), load.gone().0.saturating_sub(slow) as f64);
    Ok(figures)
}

/// Lets them talk; says how much memory the servers took for it.
fn talk(play: &Play, reader: impl Fn(usize) -> Reader) -> Result<(Heard, u64, Load)> {
    let seat = |number: usize| {
        let slot = if number < SENDERS { number as u16 } else { Seat::SILENT };
        Seat { node: play.node(number), room: 0, slot, reader: reader(number) }
    };
    let (mut load, _) = play.load((0..MEMBERS).map(seat))?;
    let talk = Talk { senders: (0..SENDERS).collect(), length: LENGTH, time: play.length.of(8.0, 5.0) };
    at_rate(&mut load, &play.watched, &Talk { time: Duration::from_secs(1), ..talk.clone() }, RATE)?;
    let before = memory_kib(&play.watched.servers);
    let heard = at_rate(&mut load, &play.watched, &talk, RATE)?;
    Ok((heard, memory_kib(&play.watched.servers).saturating_sub(before), load))
}
