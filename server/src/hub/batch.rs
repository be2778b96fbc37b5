//! What came together goes out together.

use std::sync::Arc;

use protocol::Position;
use tungstenite::Utf8Bytes;

use super::fanout::{After, Fanout};
use super::{ChannelState, Hub};
use crate::channel::Channel;

/// Deliveries that came at one moment. Each listener gets all of them in one
/// write when this is dropped; with a single one, that is at once.
pub struct Batch<'a> {
    hub: &'a Hub,
    /// With something to let go.
    channels: Vec<Arc<ChannelState>>,
}

impl Hub {
    /// Begins a turn. Others may send meanwhile; the order in a channel stays.
    pub fn batch(&self) -> Batch<'_> {
        Batch { hub: self, channels: Vec::new() }
    }
}

impl Batch<'_> {
    /// A publication came.
    pub fn publication(&mut self, channel: &Channel, position: &Position, frame: Utf8Bytes) {
        let Some(state) = self.hub.inner.state(channel) else { return };
        let after = self.hand_to(&state, |fanout| fanout.receive(position, frame));
        if after == After::Nothing {
            state.touch();
        }
        self.hub.inner.react(&state, after);
    }

    /// A frame that is not in the log, for everybody in the channel on this node.
    pub fn broadcast(&mut self, channel: &Channel, frame: &Utf8Bytes) {
        let Some(state) = self.hub.inner.state(channel) else { return };
        self.hand_to(&state, |fanout| {
            fanout.broadcast(None, frame);
            After::Nothing
        });
    }

    fn hand_to(&mut self, state: &Arc<ChannelState>, hand: impl FnOnce(&mut Fanout) -> After) -> After {
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
