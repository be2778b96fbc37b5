//! The limits of one piece of work, counted as it goes.
//!
//! Code that reads a stranger's file asks the budget before each step, and stops on an error. Knows nothing
//! of files. The first limit that was reached is remembered, so that an error which went through a library is
//! still reported as what it is.

use std::cell::Cell;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// How many steps are taken between two reads of the clock, which is a system call.
const STEPS_BETWEEN_LOOKS: u64 = 256;

/// The limits of one piece of work.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes that are unpacked in all; they need not be in memory at one time.
    pub unpacked_bytes: u64,
    /// Bytes of memory that the work allocates, without its input.
    pub held_bytes: u64,
    /// Events, cells, rows, frames: whatever the work does one after the other.
    pub steps: u64,
    /// The most processor time of the thread that does the work.
    pub busy: Duration,
    /// Time on the clock: a busy machine may give the work little of its processor.
    pub elapsed: Duration,
}

/// Which part of the budget is used up, so that the work stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Exhausted {
    /// Bytes or steps: there is too much in the file.
    #[error("there is too much in it")]
    Size,
    /// Processor time or time on the clock.
    #[error("it takes too long")]
    Time,
    /// Nobody waits for the result any more, so the work stops.
    #[error("nobody waits for it any more")]
    Abandoned,
}

/// The budget of one piece of work. It stays on the thread that does the work.
pub struct Budget {
    limits: Limits,
    unpacked_bytes: Cell<u64>,
    held_bytes: Cell<u64>,
    steps: Cell<u64>,
    busy_before: Duration,
    began: Instant,
    abandoned: Arc<AtomicBool>,
    exhausted: Cell<Option<Exhausted>>,
}

impl Budget {
    /// A budget that begins now, on this thread. `abandoned` is set when the caller goes.
    pub fn new(limits: Limits, abandoned: Arc<AtomicBool>) -> Self {
        Self {
            limits,
            unpacked_bytes: Cell::new(0),
            held_bytes: Cell::new(0),
            steps: Cell::new(0),
            busy_before: busy_time(),
            began: Instant::now(),
            abandoned,
            exhausted: Cell::new(None),
        }
    }

    /// A budget for work whose caller never goes.
    pub fn of(limits: Limits) -> Self {
        Self::new(limits, Arc::default())
    }

    /// Counts one step, and reads the clock now and then.
    ///
    /// # Errors [`Exhausted`]; from then on for every call.
    pub fn step(&self) -> Result<(), Exhausted> {
        let steps = spend(&self.steps, 1);
        if steps % STEPS_BETWEEN_LOOKS == 1 {
            self.check()?;
        }
        self.fits(steps, self.limits.steps)
    }

    /// Counts bytes that were unpacked.
    ///
    /// # Errors [`Exhausted`] when more is unpacked than the budget has.
    pub fn unpack(&self, bytes: usize) -> Result<(), Exhausted> {
        self.step()?;
        self.fits(spend(&self.unpacked_bytes, bytes), self.limits.unpacked_bytes)
    }

    /// Counts bytes that stay in memory until the end of the work.
    ///
    /// # Errors [`Exhausted`] when more is held than the budget has.
    pub fn hold(&self, bytes: usize) -> Result<(), Exhausted> {
        self.fits(spend(&self.held_bytes, bytes), self.limits.held_bytes)
    }

    /// Checks the time, and whether the caller still waits.
    ///
    /// # Errors [`Exhausted`] when the time is over or the caller has gone.
    pub fn check(&self) -> Result<(), Exhausted> {
        if self.abandoned.load(Ordering::Relaxed) {
            return self.exhaust(Exhausted::Abandoned);
        }
        let busy = busy_time().saturating_sub(self.busy_before);
        if busy > self.limits.busy || self.began.elapsed() > self.limits.elapsed {
            return self.exhaust(Exhausted::Time);
        }
        self.exhausted.get().map_or(Ok(()), Err)
    }

    /// Ends the work by a rule of its own.
    ///
    /// # Errors Always: the limit that was reached first.
    pub fn exhaust(&self, why: Exhausted) -> Result<(), Exhausted> {
        let first = self.exhausted.get().unwrap_or(why);
        self.exhausted.set(Some(first));
        Err(first)
    }

    /// The limit that was reached, if one was.
    pub fn exhausted(&self) -> Option<Exhausted> {
        self.exhausted.get()
    }

    fn fits(&self, spent: u64, limit: u64) -> Result<(), Exhausted> {
        if spent > limit {
            return self.exhaust(Exhausted::Size);
        }
        self.exhausted.get().map_or(Ok(()), Err)
    }
}

/// For readers: the error passes through other libraries.
impl From<Exhausted> for io::Error {
    fn from(why: Exhausted) -> Self {
        Self::other(why)
    }
}

fn spend(count: &Cell<u64>, amount: impl TryInto<u64>) -> u64 {
    let spent = count.get().saturating_add(amount.try_into().unwrap_or(u64::MAX));
    count.set(spent);
    spent
}

/// The processor time of this thread so far.
fn busy_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Limits = Limits {
        unpacked_bytes: 100,
        held_bytes: 10,
        steps: 1000,
        busy: Duration::from_secs(3600),
        elapsed: Duration::from_secs(3600),
    };

    #[test]
    fn each_kind_of_cost_has_its_end() {
        let budget = Budget::of(SMALL);
        assert_eq!((budget.unpack(100), budget.hold(10)), (Ok(()), Ok(())));
        assert_eq!(budget.unpack(1), Err(Exhausted::Size));
        assert_eq!(Budget::of(SMALL).hold(11), Err(Exhausted::Size));
        let budget = Budget::of(SMALL);
        assert!((0..1000).all(|_| budget.step().is_ok()));
        assert_eq!(budget.step(), Err(Exhausted::Size));
    }

    #[test]
    fn what_ran_out_first_is_told_to_the_end() {
        let budget = Budget::of(SMALL);
        assert_eq!(budget.hold(usize::MAX), Err(Exhausted::Size));
        assert_eq!((budget.step(), budget.check()), (Err(Exhausted::Size), Err(Exhausted::Size)));
        assert_eq!(budget.exhausted(), Some(Exhausted::Size));
    }

    #[test]
    fn work_that_takes_too_long_is_stopped() {
        for limits in [Limits { busy: Duration::ZERO, ..SMALL }, Limits { elapsed: Duration::ZERO, ..SMALL }] {
            let budget = Budget::of(limits);
            assert_eq!((0..=SMALL.steps).find_map(|_| budget.step().err()), Some(Exhausted::Time));
        }
    }

    #[test]
    fn work_that_nobody_waits_for_is_stopped() {
        let abandoned = Arc::new(AtomicBool::new(false));
        let budget = Budget::new(SMALL, abandoned.clone());
        assert_eq!(budget.check(), Ok(()));
        abandoned.store(true, Ordering::Relaxed);
        assert_eq!((0..=SMALL.steps).find_map(|_| budget.step().err()), Some(Exhausted::Abandoned));
    }
}
