//! Deliveries that came together and go out in one write.

use std::sync::Arc;

use protocol::Position;
use tungstenite::Utf8Bytes;

use super::channel::ChannelState;
use super::fanout::{Fanout, FollowUp};
use super::{Hub, repair};
use crate::channel::Channel;

/// Deliveries that came together. Each listener gets all of them in one write when this is dropped.
pub struct Batch<'a> {
    hub: &'a Hub,
    /// Channels with frames that are not flushed yet.
    channels: Vec<Arc<ChannelState>>,
}

impl Hub {
    /// Begins a batch. Other callers may send meanwhile; the order within a channel is kept.
    pub fn batch(&self) -> Batch<'_> {
        Batch { hub: self, channels: Vec::new() }
    }
}

impl Batch<'_> {
    /// Delivers a publication of the broker to the channel's listeners, if it is the next one.
    pub fn publication(&mut self, channel: &Channel, position: &Position, frame: Utf8Bytes) {
        let Some(state) = self.hub.inner.state(channel) else { return };
        let after = self.hand_to(&state, |fanout| fanout.receive(position, frame));
        if after == FollowUp::Nothing {
            state.touch();
        }
        repair::react(&self.hub.inner, &state, after);
    }

    /// A frame that is not in the log, for everybody in the channel on this node.
    pub fn broadcast(&mut self, channel: &Channel, frame: &Utf8Bytes) {
        let Some(state) = self.hub.inner.state(channel) else { return };
        self.hand_to(&state, |fanout| {
            fanout.broadcast(None, frame);
            FollowUp::Nothing
        });
    }

    fn hand_to(&mut self, state: &Arc<ChannelState>, hand: impl FnOnce(&mut Fanout) -> FollowUp) -> FollowUp {
        let mut fanout = state.fanout_in_batch();
        let was_flushed = fanout.is_flushed();
        let after = hand(&mut fanout);
        if was_flushed && !fanout.is_flushed() {
            self.channels.push(state.clone());
        }
        after
    }
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        for state in &self.channels {
            state.fanout_in_batch().flush();
        }
    }
}
