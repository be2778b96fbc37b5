//! The time limits of a connection, and the waits between tries.
//!
//! Waits come from the random numbers of the driver: ten thousand browsers that lost one node must not come
//! back at the same instant.

use std::time::Duration;

use protocol::limits::{PING_INTERVAL, PONG_TIMEOUT, RECONNECT_DELAY_MAX, RECONNECT_DELAY_MIN};

/// An attempt to connect, or to enter, that takes longer is given up.
pub(super) const CONNECT_TIMEOUT_MS: u64 = 10_000;
/// After so long a silence the client pings the server. A little more than the server's own interval, whose
/// pings a browser hides.
pub(super) const SILENCE_TIMEOUT_MS: u64 = ms(PING_INTERVAL) + 1_000;
/// A server that does not answer a ping within this time is given up.
pub(super) const PONG_TIMEOUT_MS: u64 = ms(PONG_TIMEOUT);
/// The same for a ping after the page was away. With the first wait and a new connection it makes
/// less than two seconds.
pub(super) const SHORT_PONG_TIMEOUT_MS: u64 = 1_000;
/// A connection that held for so long resets the waits. Entering alone proves nothing: a sick node lets
/// people in and drops them.
pub(super) const STABLE_AFTER_MS: u64 = 10_000;

/// The longest wait that a server can ask for.
const SERVER_DELAY_MAX_MS: u64 = 60_000;
const RESEND_DELAY_MIN_MS: u64 = 1_000;
const RESEND_JITTER_MS: u64 = 4_000;

pub(crate) const fn ms(time: Duration) -> u64 {
    time.as_millis() as u64
}

/// The wait before try number `attempt`, counted from 0: evenly distributed from zero to a limit that doubles
/// with each failure ("full jitter").
pub(crate) fn reconnect_delay(attempt: u32, random: u32) -> u64 {
    let doubled = ms(RECONNECT_DELAY_MIN).saturating_mul(1 << attempt.min(16));
    draw(doubled.min(ms(RECONNECT_DELAY_MAX)), random)
}

/// The wait before a temporarily refused message is sent again.
pub(crate) fn resend_delay(retry_after_ms: Option<u64>, random: u32) -> u64 {
    match retry_after_ms {
        Some(wait) => server_delay(wait),
        None => RESEND_DELAY_MIN_MS + draw(RESEND_JITTER_MS, random),
    }
}

/// The wait that a server asked for, within limits.
pub(super) fn server_delay(retry_after_ms: u64) -> u64 {
    retry_after_ms.min(SERVER_DELAY_MAX_MS)
}

/// A number from 0 to `most`, evenly distributed.
fn draw(most: u64, random: u32) -> u64 {
    (u64::from(random) * (most + 1)) >> 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_drawn_from_zero_to_a_limit_that_doubles_to_twenty_seconds() {
        let longest: Vec<u64> = (0..8).map(|attempt| reconnect_delay(attempt, u32::MAX)).collect();
        assert_eq!(longest, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]);
        assert_eq!(reconnect_delay(u32::MAX, u32::MAX), 20_000);
        assert_eq!(reconnect_delay(3, 0), 0, "the first moment is drawn as often as the last");
        assert_eq!(reconnect_delay(0, u32::MAX / 2), 250);
    }

    #[test]
    fn a_refused_message_waits_as_told_or_one_to_five_seconds() {
        assert_eq!(resend_delay(Some(250), u32::MAX), 250);
        assert_eq!(resend_delay(Some(u64::MAX), 0), 60_000);
        assert_eq!(resend_delay(None, 0), 1_000);
        assert_eq!(resend_delay(None, u32::MAX), 5_000);
    }
}
