//! What the frames of one connection cost whoever sends them.

use std::net::IpAddr;

use protocol::{Refusal, UserId};

use crate::throttle::{Cost, Payer, Throttle};

/// Refusals for being too fast before the connection is closed.
const PATIENCE: u32 = 1000;

/// One connection's way to the buckets of its session and its address, which
/// it shares with all others of them.
pub(crate) struct Meter {
    address: IpAddr,
    /// Looked up with the first frame: many connections never send one.
    payer: Option<Payer>,
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

impl Meter {
    /// For a connection from `address`.
    pub(crate) fn new(address: IpAddr) -> Self {
        Self { address, payer: None, refused: 0 }
    }

    /// Accounts for a frame of a session, before it is handled.
    pub(crate) fn spend(&mut self, throttle: &Throttle, session: &UserId, cost: Cost) -> Verdict {
        if self.payer.is_none() {
            self.payer = throttle.payer(session, self.address);
        }
        let spent = self.payer.as_ref().map(|payer| throttle.spend(payer, cost));
        let Some(Err(too_fast)) = spent else { return Verdict::Pass };
        self.refused += 1;
        if self.refused > PATIENCE { Verdict::Flood } else { Verdict::Refuse(too_fast.refusal()) }
    }

    /// What follows is another session's to pay.
    pub(crate) fn change_payer(&mut self) {
        self.payer = None;
    }

    /// Accounts for what a frame has cost, after it was handled.
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
