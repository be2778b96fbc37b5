//! The remaining time, by the server's clock.

use protocol::game::{Game, Phase};
use protocol::limits;

/// An estimate of the server's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ServerClock {
    /// How far it is ahead of this computer's clock, in milliseconds.
    ahead_ms: i64,
}

/// A later time means that a clock was set, not that the network is slow.
const SLOWEST_MS: i64 = 3_000;

impl ServerClock {
    /// The server's clock showed `server_ms` when it sent what arrived at `local_ms`.
    pub(crate) fn new(server_ms: u64, local_ms: u64) -> Self {
        Self { ahead_ms: server_ms as i64 - local_ms as i64 }
    }

    /// Takes another time of the server. Transport only delays, so of two estimates the one that is
    /// further ahead is nearer.
    pub(crate) fn update(self, server_ms: u64, local_ms: u64) -> Self {
        let now = Self::new(server_ms, local_ms);
        if self.ahead_ms > now.ahead_ms && self.ahead_ms - now.ahead_ms < SLOWEST_MS { self } else { now }
    }

    /// The server's time at `local_ms` of this computer's clock.
    pub(crate) fn at(self, local_ms: u64) -> u64 {
        local_ms.saturating_add_signed(self.ahead_ms)
    }
}

/// The remaining time and the whole, in milliseconds; `None` without a limit. `now` is the server's.
pub(crate) fn time_left(game: &Game, now: u64) -> Option<(u64, u64)> {
    let asked_ms = game.asked.as_ref().map_or(0, |asked| u64::from(asked.seconds) * 1000);
    let (end, whole) = match game.phase {
        Phase::Ready => (game.opens_at, u64::from(limits::READY_SECONDS) * 1000),
        Phase::Open => {
            let whole = game.closes_at.zip(game.opens_at).map(|(end, begin)| end.saturating_sub(begin));
            (game.closes_at, whole.unwrap_or(asked_ms))
        }
        _ => return None,
    };
    let left = match game.paused {
        Some(0) => return None,
        Some(left) => left,
        None => end?.saturating_sub(now),
    };
    Some((left, whole.max(left).max(1)))
}

/// The announcement at so many remaining seconds, if it is due.
pub(crate) fn mark(before: Option<u64>, left: u64) -> Option<&'static str> {
    let passed = |mark: u64| before.is_some_and(|before| before > mark) && left <= mark;
    match () {
        () if passed(0) => Some("Time is up."),
        () if passed(5) => Some("5 seconds left."),
        () if passed(10) => Some("10 seconds left."),
        () => None,
    }
}
