//! The highest rate of messages that servers keep up with in a room of a thousand.

use std::time::Duration;

use anyhow::Result;

use super::fanout::{THOUSAND, gather};
use super::play::{Figures, LENGTH, Play, figures};
use crate::load::Load;
use crate::load::pace::{PhaseResult, SendPhase, at_rate, at_rate_for};

const FIRST_RATE: f64 = 40.0;
/// Each rate goes on for so long: what is too much falls a twentieth behind in that time.
const STEP: Duration = Duration::from_secs(1);
/// What one generator could not follow anyway.
const LAST_RATE: f64 = 20_000.0;
const NARROWED: usize = 3;
/// A rate fails only after so many tries: one failure may be somebody else's noise.
const TRIES: usize = 2;
/// How late deliveries may be: p99 has to be below this, and nothing later is waited for.
const LATE: Duration = Duration::from_secs(1);
/// The pause between two rates.
const BREATH: Duration = Duration::from_millis(300);

pub(super) fn measure(play: &Play) -> Result<Figures> {
    let (mut load, senders) = gather(play, THOUSAND.members)?;
    let talk = SendPhase { senders, length: LENGTH, time: STEP };
    at_rate(&mut load, &play.watched, &talk, FIRST_RATE)?;
    let (mut rate, mut search) = (FIRST_RATE, Search::default());
    let mut best = Figures::new();
    loop {
        let mut told = None;
        for _ in 0..TRIES {
            (load, told) = once(play, load, &talk, rate)?;
            if told.is_some() {
                break;
            }
        }
        let kept_up = told.is_some();
        best = told.unwrap_or(best);
        match search.next(rate, kept_up) {
            Some(next) if next <= LAST_RATE => rate = next,
            _ => break,
        }
    }
    best.insert("rate".into(), search.good);
    // Nothing at all was kept up with: say so, not nothing.
    best.entry("per_second".into()).or_insert(0.0);
    Ok(best)
}

/// Figures if the servers kept up with a rate, and those with whom to go on.
fn once(play: &Play, mut load: Load, talk: &SendPhase, rate: f64) -> Result<(Load, Option<Figures>)> {
    let result = at_rate_for(&mut load, &play.watched, talk, rate, LATE)?;
    let gone = load.gone().0;
    let told = (keeps_up(&result) && gone == 0).then(|| figures(&result, &load));
    if gone > 0 || result.delivered < result.expected {
        // What was overrun may have lost people, or still have work: begin with new ones.
        drop(load);
        load = gather(play, THOUSAND.members)?.0;
    } else {
        load.rest(BREATH)?;
    }
    Ok((load, told))
}

fn keeps_up(result: &PhaseResult) -> bool {
    let in_time = result.in_time as f64 >= 0.95 * result.expected as f64;
    in_time && result.p99_ms < LATE.as_secs_f64() * 1e3 && result.delivered == result.expected && result.skipped == 0
}

/// Doubles until it was too much, then narrows down between the two.
#[derive(Debug, Default)]
struct Search {
    good: f64,
    bad: Option<f64>,
    narrowed: usize,
}

impl Search {
    fn next(&mut self, rate: f64, kept_up: bool) -> Option<f64> {
        if kept_up {
            self.good = rate;
        } else {
            self.bad = Some(rate);
        }
        let Some(bad) = self.bad else { return Some(rate * 2.0) };
        self.narrowed += 1;
        (self.narrowed <= NARROWED).then(|| if self.good > 0.0 { (self.good * bad).sqrt() } else { bad / 2.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(limit: f64) -> (f64, usize) {
        let (mut search, mut rate, mut tries) = (Search::default(), FIRST_RATE, 1);
        while let Some(next) = search.next(rate, rate <= limit) {
            (rate, tries) = (next, tries + 1);
        }
        (search.good, tries)
    }

    #[test]
    fn the_limit_is_found_to_a_tenth() {
        for limit in [41.0, 79.0, 500.0, 5_000.0] {
            let (good, tries) = found(limit);
            assert!(good <= limit && good > limit * 0.9, "{limit}: {good}");
            assert!(tries < 16);
        }
    }

    #[test]
    fn a_server_that_keeps_up_with_little_is_measured_below_the_start() {
        assert_eq!(found(12.0), (10.0, 4));
        assert_eq!(found(1.0), (0.0, 4));
    }
}
