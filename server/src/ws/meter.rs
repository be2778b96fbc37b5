//! Charges the frames of one connection to the rate limits.

use std::net::IpAddr;

use protocol::{Refusal, UserId};

use crate::throttle::{Cost, Payer, Throttle};

/// How many frames are refused for being too fast before the connection is closed.
const PATIENCE: u32 = 1000;

/// Charges one connection to the buckets of its session and of its address, which other connections share.
pub(crate) struct Meter {
    address: IpAddr,
    /// The buckets, looked up with the first frame: many connections never send one.
    payer: Option<Payer>,
    refused: u32,
}

/// What happens to a frame, by what its session and address may still spend.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Handle the frame now.
    Pass,
    /// Answer with this and do not handle the frame.
    Refuse(Refusal),
    /// Close: the client does not heed refusals.
    Flood,
}

impl Meter {
    /// The meter of a connection from `address`.
    pub(crate) fn new(address: IpAddr) -> Self {
        Self { address, payer: None, refused: 0 }
    }

    /// Charges a frame of `session` before it is handled.
    pub(crate) fn spend(&mut self, throttle: &Throttle, session: &UserId, cost: Cost) -> Verdict {
        if self.payer.is_none() {
            self.payer = throttle.payer(session, self.address);
        }
        let spent = self.payer.as_ref().map(|payer| throttle.spend(payer, cost));
        let Some(Err(too_fast)) = spent else { return Verdict::Pass };
        self.refused += 1;
        if self.refused > PATIENCE { Verdict::Flood } else { Verdict::Refuse(too_fast.refusal()) }
    }

    /// Charges what follows to another session.
    pub(crate) fn change_payer(&mut self) {
        self.payer = None;
    }

    /// Charges what a frame turned out to cost after it was handled; never refuses.
    pub(crate) fn charge(&self, throttle: &Throttle, cost: Cost) {
        if let Some(payer) = &self.payer {
            throttle.charge(payer, cost);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::*;

    #[tokio::test]
    async fn who_never_listens_is_closed() {
        let throttle = Throttle::start("1/1".parse().unwrap(), None, CancellationToken::new());
        let (mut meter, ana) = (Meter::new([192, 0, 2, 7].into()), UserId::parse("ana").unwrap());
        let verdicts: Vec<_> = (0..1100).map(|_| meter.spend(&throttle, &ana, Cost::MESSAGE)).collect();
        assert_eq!(verdicts.first(), Some(&Verdict::Pass));
        let Verdict::Refuse(refusal) = &verdicts[1] else { panic!("the second must wait") };
        assert!(refusal.temporary && (1..=60_001).contains(&refusal.retry_after_ms.unwrap()), "{refusal:?}");
        assert_eq!(verdicts.last(), Some(&Verdict::Flood));
    }
}
