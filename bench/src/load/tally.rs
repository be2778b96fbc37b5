//! What arrived in one phase of a run.

use hdrhistogram::Histogram;

use super::stamp::Stamp;

/// Two digits more than anybody reads, at some hundred KiB.
const DIGITS: u8 = 3;
/// An hour in nanoseconds: whatever is later is as late.
const LATEST: u64 = 3_600_000_000_000;

/// Counts deliveries, their latencies and what came out of order.
#[derive(Debug)]
pub struct Tally {
    /// The phase that is counted.
    pub phase: u8,
    /// Messages shown to those who count.
    pub delivered: u64,
    /// Messages shown in another order than their sender's, or twice.
    pub disorder: u64,
    /// How often bytes were read.
    pub reads: u64,
    /// How many they were, presence and all.
    pub bytes: u64,
    latencies: Histogram<u64>,
    /// The last sequence that a connection saw of a slot.
    last: Vec<u32>,
    /// How many of its own a connection saw.
    echoed: Vec<u32>,
    slots: usize,
}

impl Tally {
    /// For so many connections, in rooms with at most so many senders.
    pub fn new(connections: usize, slots: usize) -> Self {
        Self {
            phase: 0,
            delivered: 0,
            disorder: 0,
            reads: 0,
            bytes: 0,
            latencies: histogram(),
            last: vec![0; connections * slots],
            echoed: vec![0; connections],
            slots,
        }
    }

    /// Forgets everything; what is still on its way will not be counted.
    pub fn next_phase(&mut self) {
        self.phase = (self.phase + 1) % 100;
        self.delivered = 0;
        self.disorder = 0;
        self.reads = 0;
        self.bytes = 0;
        self.latencies.reset();
        self.last.fill(0);
        self.echoed.fill(0);
    }

    /// Begins to measure in the middle of a phase.
    pub fn restart(&mut self) {
        self.delivered = 0;
        self.reads = 0;
        self.bytes = 0;
        self.latencies.reset();
    }

    /// A connection, whose own slot is `own`, was shown a message at `now`.
    pub fn shown(&mut self, connection: usize, own: u16, stamp: Stamp, now: u64) {
        if stamp.phase != self.phase {
            return;
        }
        self.delivered += 1;
        self.latencies.saturating_record(now.saturating_sub(stamp.due));
        if let Some(last) = self.last.get_mut(connection * self.slots + usize::from(stamp.slot)) {
            if stamp.sequence <= *last {
                self.disorder += 1;
            } else {
                *last = stamp.sequence;
            }
        }
        if stamp.slot == own {
            self.echoed[connection] += 1;
        }
    }

    /// How many of its own messages a connection saw.
    pub fn echoed(&self, connection: usize) -> u32 {
        self.echoed[connection]
    }

    /// Milliseconds within which this share of the messages came.
    pub fn latency_ms(&self, share: f64) -> f64 {
        self.latencies.value_at_quantile(share) as f64 / 1e6
    }
}

/// An empty histogram of delays, in nanoseconds.
fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, LATEST, DIGITS).expect("the bounds are constants that it takes")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(slot: u16, sequence: u32) -> Stamp {
        Stamp { phase: 1, due: 1_000_000, slot, sequence }
    }

    fn tally() -> Tally {
        let mut tally = Tally::new(2, 3);
        tally.next_phase();
        tally
    }

    #[test]
    fn latency_counts_from_when_a_message_was_due() {
        let mut tally = tally();
        for ms in 1..=100 {
            tally.shown(0, 9, stamp(0, ms), u64::from(ms + 1) * 1_000_000);
        }
        assert_eq!(tally.delivered, 100);
        assert!((tally.latency_ms(0.5) - 50.0).abs() < 0.1, "{}", tally.latency_ms(0.5));
        assert!((tally.latency_ms(0.99) - 99.0).abs() < 0.1, "{}", tally.latency_ms(0.99));
        assert!((tally.latency_ms(1.0) - 100.0).abs() < 0.1, "{}", tally.latency_ms(1.0));
    }

    #[test]
    fn what_is_twice_or_too_early_is_out_of_order_for_each_sender() {
        let mut tally = tally();
        for (slot, sequence) in [(0, 1), (1, 1), (0, 2), (1, 3), (1, 2), (0, 2)] {
            tally.shown(1, 9, stamp(slot, sequence), 0);
        }
        assert_eq!(tally.disorder, 2);
    }

    #[test]
    fn another_connection_or_phase_is_another_count() {
        let mut tally = tally();
        tally.shown(0, 0, stamp(0, 1), 0);
        tally.shown(1, 1, stamp(0, 1), 0);
        assert_eq!((tally.disorder, tally.echoed(0), tally.echoed(1)), (0, 1, 0));
        tally.next_phase();
        tally.shown(0, 0, stamp(0, 2), 0);
        assert_eq!((tally.delivered, tally.echoed(0)), (0, 0));
    }
}
