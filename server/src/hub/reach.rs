//! Tells listeners when their channel's log is out of reach, and when it is back.

use std::sync::Arc;
use std::time::Duration;

use super::{Inner, read};

/// How often it is looked at.
const EVERY: Duration = Duration::from_millis(500);

/// Looks at every channel until the hub stops. A look asks nobody.
pub(super) async fn watch(hub: Arc<Inner>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = hub.stop.cancelled() => return,
        }
        let lines: Vec<_> = read(&hub.lines).values().cloned().collect();
        for line in lines {
            let is_reached = hub.broker.reaches(&line.channel);
            let mut fanout = line.fanout();
            if fanout.is_reached() != is_reached {
                fanout.tell_reach(is_reached, (hub.words.reach)(&line.channel, is_reached));
            }
        }
    }
}
