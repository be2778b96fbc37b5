//! Tells listeners when their channel's log is out of reach, and when it is back.

use std::sync::Arc;
use std::time::Duration;

use super::inner::{Inner, read};
use crate::sync::sleep;

/// How often each channel's availability is checked.
const EVERY: Duration = Duration::from_millis(500);

/// Checks every channel until the hub stops. A check costs no round trip.
pub(super) async fn watch(hub: Arc<Inner>) {
    loop {
        tokio::select! {
            () = sleep(EVERY) => {}
            () = hub.stop.cancelled() => return,
        }
        let channels: Vec<_> = read(&hub.channels).values().cloned().collect();
        for state in channels {
            let is_available = hub.broker.is_available(&state.channel);
            let mut fanout = state.fanout();
            if fanout.is_available() != is_available {
                fanout.set_available(is_available, (hub.control_frames.availability)(&state.channel, is_available));
            }
        }
    }
}
