//! Frames that carry nothing of their own to be charged for: pings, pongs, and messages in crumbs.

use std::net::IpAddr;
use std::sync::Arc;

use super::bucket::{Bucket, Rate};
use super::{Purpose, Throttle, now_ns};

/// The burst on one connection, and the rate a minute: more than any library needs, and than
/// the conformance suite sends.
const FRAMES: Rate = Rate::new(300, 60);
/// A connection that has sent more lately than a quiet client does is also charged to its address: opening
/// another connection is no way to send more. Quiet clients at the same address are not charged.
const QUIET: u32 = 15;

/// The allowance of one connection for such frames.
pub(crate) struct FrameBudget {
    throttle: Arc<Throttle>,
    address: IpAddr,
    bucket: Bucket,
}

impl FrameBudget {
    pub(crate) fn new(throttle: Arc<Throttle>, address: IpAddr) -> Self {
        Self { throttle, address, bucket: Bucket::default() }
    }

    /// Charges so many frames; false when they are too many.
    pub(crate) fn spend(&self, frames: u32) -> bool {
        if frames == 0 || !self.throttle.counts(Purpose::Control) {
            return true;
        }
        let now_ns = now_ns();
        if frames > FRAMES.burst() || self.bucket.take(FRAMES, now_ns, frames).is_err() {
            return false;
        }
        let loud = self.bucket.used(FRAMES, now_ns).saturating_sub(QUIET).min(frames);
        loud == 0 || self.throttle.spend_at(self.address, Purpose::Control, loud).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::*;

    fn budgets(limit: &str) -> impl Fn(u8) -> FrameBudget {
        let throttle = Throttle::start(limit.parse().unwrap(), None, CancellationToken::new());
        move |host| FrameBudget::new(throttle.clone(), [192, 0, 2, host].into())
    }

    #[tokio::test]
    async fn hundreds_pass_and_thousands_do_not() {
        let budget = budgets("20/120");
        let one = budget(1);
        assert!(one.spend(200) && !one.spend(200));
        assert!(!budget(2).spend(10_000));
        assert!(budgets("off")(1).spend(10_000));
    }

    #[tokio::test]
    async fn another_connection_is_no_way_to_send_more_and_quiet_ones_lose_nothing() {
        let budget = budgets("20/120");
        let passed: u32 = (0..100).map(|_| if budget(1).spend(200) { 200 } else { 0 }).sum();
        assert!((200..=800).contains(&passed), "{passed}");
        assert!(budget(1).spend(10), "a quiet client at the same address");
        assert!(budget(2).spend(200), "another address");
    }
}
