//! How much slow readers delay the others.

use std::time::Duration;

use anyhow::{Context, Result};

use super::play::{Figures, Length, Play, figures};
use crate::cost::{memory_kib, most_memory_kib};
use crate::load::pace::{SendPhase, at_rate};
use crate::load::{ConnectionPlan, Load, ReadMode};

const MEMBERS: usize = 250;
/// One of so many reads slowly.
const ONE_IN: usize = 5;
/// With [`LENGTH`], 320 kB a second for each: whoever reads slowly is a MiB behind
/// after some 3.5 s, of which the first is not measured.
const RATE: f64 = 100.0;
const LENGTH: usize = 3_000;
const SENDERS: usize = 4;
/// Long enough for that, and in a short run, too.
const TIME: Duration = Duration::from_secs(4);
/// At the end slow readers get so long to read what waits for them.
const CATCH_UP: Duration = Duration::from_secs(4);

/// So many times each. The slowest thousandth of 400 messages is one message, and
/// anything that the machine does can be its reason: of more talks, the one
/// in the middle counts.
const ROUNDS: [usize; 2] = [3, 1];

pub(super) fn measure(play: &Play) -> Result<Figures> {
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS[usize::from(play.length == Length::Quick)] {
        // In alternation, so that neither is always the later one.
        if round % 2 == 1 {
            with.push(beside_slow(play)?);
        }
        // The same people count in both; those who would be slow read at once here.
        without.push(talk(play, ReadMode::Uncounted)?.0);
        if round % 2 == 0 {
            with.push(beside_slow(play)?);
        }
    }
    let gone = with.iter().map(|figures| figures["gone"]).sum();
    let (mut figures, alone_ms) = (middle(with)?, middle(without)?["p999_ms"]);
    figures.insert("gone".into(), gone);
    figures.insert("alone_ms".into(), alone_ms);
    figures.insert("worse".into(), figures["p999_ms"] / alone_ms.max(f64::MIN_POSITIVE));
    Ok(figures)
}

/// The talk whose slowest thousandth is neither the best nor the worst.
fn middle(mut talks: Vec<Figures>) -> Result<Figures> {
    talks.sort_by(|one, other| one["p999_ms"].total_cmp(&other["p999_ms"]));
    let middle = talks.len() / 2;
    talks.into_iter().nth(middle).context("nobody talked")
}

fn beside_slow(play: &Play) -> Result<Figures> {
    let (mut figures, mut load) = talk(play, ReadMode::Slow)?;
    // Only somebody who reads up to the end notices that they were disconnected.
    load.hurry(CATCH_UP)?;
    let sent_away = load.gone_slow();
    figures.insert("sent_away".into(), sent_away as f64);
    // Slow readers were disconnected for their slowness; whoever else went is a fault.
    figures.insert("gone".into(), (load.gone().0 - sent_away) as f64);
    Ok(figures)
}

/// Lets them talk, while a part of them reads in its own way.
fn talk(play: &Play, some: ReadMode) -> Result<(Figures, Load)> {
    let plan = |number: usize| ConnectionPlan {
        node: play.node(number),
        room: 0,
        slot: if number < SENDERS { number as u16 } else { ConnectionPlan::SILENT },
        reader: if number % ONE_IN == ONE_IN - 1 { some } else { ReadMode::Counted },
    };
    let (mut load, _) = play.load((0..MEMBERS).map(plan))?;
    let talk = SendPhase { senders: (0..SENDERS).collect(), length: LENGTH, time: TIME };
    let before = memory_kib(&play.watched.servers);
    let most = most_memory_kib(&play.watched.servers);
    at_rate(&mut load, &play.watched, &SendPhase { time: Duration::from_secs(1), ..talk.clone() }, RATE)?;
    let result = at_rate(&mut load, &play.watched, &talk, RATE)?;
    let mut figures = figures(&result, &load);
    let more_kib = most.stop().saturating_sub(before);
    figures.insert("memory_mib".into(), more_kib as f64 / 1024.0);
    Ok((figures, load))
}
