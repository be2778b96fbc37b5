//! How fast one client may talk.

use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use protocol::{ErrorCode, Refusal};

use crate::config::RateLimit;

/// Frames that say no message (joins, typing, pings, rubbish) may be so many
/// times more than messages.
const OTHER_FRAMES: u32 = 5;
/// Refusals for being too fast before the connection is closed.
const PATIENCE: u32 = 1000;

/// One connection's allowance.
pub(crate) struct Throttle {
    messages: Option<DefaultDirectRateLimiter>,
    others: Option<DefaultDirectRateLimiter>,
    refused: u32,
}

/// What to do with a frame.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Handle it.
    Pass,
    /// Answer with this and leave it aside.
    Refuse(Refusal),
    /// The client does not listen: close.
    Flood,
}

impl Throttle {
    /// A full allowance.
    pub(crate) fn new(limit: RateLimit) -> Self {
        let bucket = |times: u32| match limit {
            RateLimit::Off => None,
            RateLimit::On { burst, per_minute } => {
                let many = |n: NonZeroU32| n.saturating_mul(NonZeroU32::new(times).unwrap_or(NonZeroU32::MIN));
                Some(RateLimiter::direct(Quota::per_minute(many(per_minute)).allow_burst(many(burst))))
            }
        };
        Self { messages: bucket(1), others: bucket(OTHER_FRAMES), refused: 0 }
    }

    /// Accounts for a message.
    pub(crate) fn message(&mut self) -> Verdict {
        Self::check(self.messages.as_ref(), &mut self.refused)
    }

    /// Accounts for any other frame.
    pub(crate) fn other(&mut self) -> Verdict {
        Self::check(self.others.as_ref(), &mut self.refused)
    }

    fn check(bucket: Option<&DefaultDirectRateLimiter>, refused: &mut u32) -> Verdict {
        let Some(Err(not_yet)) = bucket.map(RateLimiter::check) else {
            return Verdict::Pass;
        };
        *refused += 1;
        if *refused > PATIENCE {
            return Verdict::Flood;
        }
        let wait = not_yet.wait_time_from(DefaultClock::default().now());
        let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).saturating_add(1);
        Verdict::Refuse(too_fast(wait_ms))
    }
}

/// The answer to somebody who is too fast.
pub(crate) fn too_fast(wait_ms: u64) -> Refusal {
    Refusal::new(ErrorCode::RateLimited, "That was too fast. Wait a moment, then send it again.")
        .retry_after_ms(wait_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_it_says_how_long_to_wait() {
        let mut throttle = Throttle::new("3/60".parse().unwrap());
        assert!((0..3).all(|_| throttle.message() == Verdict::Pass));
        let Verdict::Refuse(refusal) = throttle.message() else { panic!("the fourth must wait") };
        let wait = refusal.retry_after_ms.unwrap();
        assert!((1..=1001).contains(&wait), "{wait}");
        assert!(refusal.temporary);
        assert_eq!(throttle.other(), Verdict::Pass, "typing has an allowance of its own");
    }

    #[test]
    fn who_never_listens_is_closed() {
        let mut throttle = Throttle::new("1/1".parse().unwrap());
        let verdicts: Vec<_> = (0..1100).map(|_| throttle.message()).collect();
        assert_eq!(verdicts.last(), Some(&Verdict::Flood));
    }

    #[test]
    fn off_is_off() {
        let mut throttle = Throttle::new(RateLimit::Off);
        assert!((0..10_000).all(|_| throttle.message() == Verdict::Pass));
    }
}
