//! Two ways of sending: at a rate, whatever comes back, and as fast as it comes back.

use std::time::Duration;

use anyhow::Result;

use super::clock::nanos;
use super::{Load, Wait};
use crate::cost::{Cost, Meter, WatchedProcesses};

/// What may wait in a sender's socket before it skips its turn.
const BACKLOG_BYTES: usize = 1 << 20;
/// When nothing has come for so long, nothing will.
const SILENCE: Duration = Duration::from_millis(1500);
/// Nor is it waited for longer than this.
const PATIENCE: Duration = Duration::from_secs(8);

/// A phase in which messages are sent.
#[derive(Clone, Debug)]
pub struct SendPhase {
    /// The connections that send, one after the other.
    pub senders: Vec<usize>,
    /// The length of each message, in characters.
    pub length: usize,
    /// How long messages are sent.
    pub time: Duration,
}

/// What was sent in a phase, what came of it, and how late.
#[derive(Clone, Debug, Default)]
pub struct PhaseResult {
    /// How long messages were due.
    pub time: Duration,
    /// The number of messages that were sent.
    pub sent: u64,
    /// Messages that could not be sent, because the sender's socket was full.
    pub skipped: u64,
    /// Deliveries that had to come.
    pub expected: u64,
    /// Deliveries that came while messages were due.
    pub in_time: u64,
    /// The number of deliveries that came.
    pub delivered: u64,
    /// Deliveries out of their sender's order, or twice.
    pub disorder: u64,
    /// Latencies in milliseconds: half of them, 99 %, 99.9 % were below.
    pub p50_ms: f64,
    /// 99 % of the latencies were below, in milliseconds.
    pub p99_ms: f64,
    /// 99.9 % of the latencies were below, in milliseconds.
    pub p999_ms: f64,
    /// The latest that a message was sent after it was due.
    pub lag_ms: f64,
    /// Deliveries for each read of the generator: more than 1 where a server puts frames together.
    pub per_read: f64,
    /// Bytes for each delivery, frames and all.
    pub bytes: f64,
    /// How much of its core the generator had to work.
    pub generator_busy: f64,
    /// The cost of the servers.
    pub cost: Cost,
}

impl PhaseResult {
    /// The share that never came.
    pub fn lost(&self) -> f64 {
        1.0 - self.delivered as f64 / self.expected.max(1) as f64
    }

    /// Deliveries in a second, while messages were due.
    pub fn per_second(&self) -> f64 {
        self.in_time as f64 / self.time.as_secs_f64()
    }

    /// Deliveries in a second that the generator could read, as they came here, with all of its core.
    pub fn readable(&self) -> f64 {
        self.per_second() / self.generator_busy.max(f64::MIN_POSITIVE)
    }

    /// Microseconds of the servers for each delivery.
    pub fn server_us(&self) -> f64 {
        self.cost.server.as_secs_f64() * 1e6 / self.delivered.max(1) as f64
    }

    /// Microseconds of Redis for each message.
    pub fn redis_us(&self) -> f64 {
        self.cost.redis.as_secs_f64() * 1e6 / self.sent.max(1) as f64
    }
}

/// Message k is due at k/rate and carries that time, whatever has come back by then: a server that falls
/// behind shows in the latency.
///
/// # Errors
/// The system's.
pub fn at_rate(load: &mut Load, watched: &WatchedProcesses, talk: &SendPhase, rate: f64) -> Result<PhaseResult> {
    at_rate_for(load, watched, talk, rate, PATIENCE)
}

/// The same; what comes later than `patience` after the last message was due is lost.
///
/// # Errors
/// The system's.
pub fn at_rate_for(
    load: &mut Load,
    watched: &WatchedProcesses,
    talk: &SendPhase,
    rate: f64,
    patience: Duration,
) -> Result<PhaseResult> {
    load.tally.next_phase();
    load.busy_ns = 0;
    let counted = load.counted();
    let mut result = PhaseResult { time: talk.time, ..PhaseResult::default() };
    let mut sequences = vec![0; talk.senders.len()];
    let total = (rate * talk.time.as_secs_f64()).round() as u64;
    let meter = Meter::start(watched);
    let began = load.clock.now();
    let due_at = |number: u64| began + (number as f64 * 1e9 / rate) as u64;
    let end = began + nanos(talk.time);
    let (mut next, mut lag) = (0, 0);
    loop {
        let now = load.clock.now();
        while next < total && due_at(next) <= now {
            let turn = (next % talk.senders.len() as u64) as usize;
            let (who, due) = (talk.senders[turn], due_at(next));
            next += 1;
            lag = lag.max(now - due);
            if !load.can_send(who, BACKLOG_BYTES) {
                result.skipped += 1;
                continue;
            }
            sequences[turn] += 1;
            result.sent += 1;
            result.expected += counted[load.room(who)];
            load.say(who, due, sequences[turn], talk.length);
        }
        if now >= end {
            break;
        }
        load.turn(Wait::Spin)?;
    }
    result.in_time = load.tally.delivered;
    result.generator_busy = busy(load, began);
    wait_for(load, result.expected, patience)?;
    result.lag_ms = lag as f64 / 1e6;
    finish(load, meter, &mut result);
    Ok(result)
}

/// Every sender keeps `in_flight` of its own messages on their way. The first
/// second is not counted.
///
/// # Errors
/// The system's.
pub fn as_it_comes_back(
    load: &mut Load,
    watched: &WatchedProcesses,
    talk: &SendPhase,
    in_flight: u32,
) -> Result<PhaseResult> {
    load.tally.next_phase();
    let mut sequences = vec![0; talk.senders.len()];
    let mut began = load.clock.now();
    let mut meter = None;
    let mut result = PhaseResult { time: talk.time, ..PhaseResult::default() };
    loop {
        let now = load.clock.now();
        if meter.is_none() && now - began > nanos(Duration::from_secs(1)) {
            meter = Some(Meter::start(watched));
            load.tally.restart();
            load.busy_ns = 0;
            result.sent = 0;
            began = now;
        }
        if meter.is_some() && now - began > nanos(talk.time) {
            break;
        }
        for (sequence, who) in sequences.iter_mut().zip(&talk.senders) {
            while *sequence < load.tally.echoed(*who) + in_flight && load.can_send(*who, BACKLOG_BYTES) {
                *sequence += 1;
                result.sent += 1;
                load.say(*who, now, *sequence, talk.length);
            }
        }
        load.turn(Wait::Spin)?;
    }
    result.in_time = load.tally.delivered;
    result.expected = load.tally.delivered;
    result.generator_busy = busy(load, began);
    if let Some(meter) = meter {
        finish(load, meter, &mut result);
    }
    Ok(result)
}

fn busy(load: &Load, began: u64) -> f64 {
    load.busy_ns as f64 / (load.clock.now() - began).max(1) as f64
}

/// Waits for what was sent, as long as something comes.
fn wait_for(load: &mut Load, expected: u64, patience: Duration) -> Result<()> {
    let end = load.clock.now() + nanos(patience);
    let (mut seen, mut since) = (load.tally.delivered, load.clock.now());
    while load.tally.delivered < expected && load.clock.now() < end.min(since + nanos(SILENCE)) {
        load.turn(Wait::Spin)?;
        if load.tally.delivered != seen {
            (seen, since) = (load.tally.delivered, load.clock.now());
        }
    }
    Ok(())
}

fn finish(load: &Load, meter: Meter<'_>, result: &mut PhaseResult) {
    result.cost = meter.stop();
    let tally = &load.tally;
    result.delivered = tally.delivered;
    result.disorder = tally.disorder;
    result.p50_ms = tally.latency_ms(0.5);
    result.p99_ms = tally.latency_ms(0.99);
    result.p999_ms = tally.latency_ms(0.999);
    result.bytes = tally.bytes as f64 / tally.delivered.max(1) as f64;
    result.per_read = tally.delivered as f64 / tally.reads.max(1) as f64;
}
