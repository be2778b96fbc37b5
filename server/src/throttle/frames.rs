//! Frames that carry nothing for us to count by: pings, pongs, and messages in crumbs.

use super::bucket::{Bucket, Rate};
use super::now_ns;
use crate::config::RateLimit;

/// At once, and a minute in the long run: more than any library needs, and
/// than the conformance suite sends.
const FRAMES: Rate = Rate::new(300, 300);

/// What one connection may still send of them.
pub(crate) struct FrameBudget {
    bucket: Bucket,
    is_off: bool,
}

impl FrameBudget {
    pub(crate) fn new(limit: RateLimit) -> Self {
        Self { bucket: Bucket::default(), is_off: limit == RateLimit::Off }
    }

    /// Accounts for so many; false when they were too many.
    pub(crate) fn spend(&self, frames: u32) -> bool {
        let fits = || frames <= FRAMES.burst() && self.bucket.take(FRAMES, now_ns(), frames).is_ok();
        self.is_off || frames == 0 || fits()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hundreds_pass_and_thousands_do_not() {
        let budget = FrameBudget::new("20/120".parse().unwrap());
        assert!(budget.spend(200) && !budget.spend(200));
        assert!(!FrameBudget::new("20/120".parse().unwrap()).spend(10_000));
        assert!(FrameBudget::new(RateLimit::Off).spend(10_000));
    }
}
