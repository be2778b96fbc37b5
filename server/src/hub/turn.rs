//! What came together goes out together.

use std::sync::Arc;

use protocol::Position;
use tungstenite::Utf8Bytes;

use super::fanout::{After, Fanout};
use super::{Hub, Line};
use crate::channel::Channel;

/// Deliveries that came at one moment. Each listener gets all of them in one
/// write when this is dropped; with a single one, that is at once.
pub struct Turn<'a> {
    hub: &'a Hub,
    /// With something to let go.
    lines: Vec<Arc<Line>>,
}

impl Hub {
    /// Begins a turn. Others may send meanwhile; the order in a channel stays.
    pub fn turn(&self) -> Turn<'_> {
        Turn { hub: self, lines: Vec::new() }
    }
}

impl Turn<'_> {
    /// A publication came.
    pub fn publication(&mut self, channel: &Channel, position: &Position, frame: Utf8Bytes) {
        let Some(line) = self.hub.inner.line(channel) else { return };
        let after = self.hand_to(&line, |fanout| fanout.receive(position, frame));
        if after == After::Nothing {
            line.touch();
        }
        self.hub.inner.react(&line, after);
    }

    /// A frame that is not in the log, for everybody in the channel on this node.
    pub fn broadcast(&mut self, channel: &Channel, frame: &Utf8Bytes) {
        let Some(line) = self.hub.inner.line(channel) else { return };
        self.hand_to(&line, |fanout| {
            fanout.broadcast(None, frame);
            After::Nothing
        });
    }

    fn hand_to(&mut self, line: &Arc<Line>, hand: impl FnOnce(&mut Fanout) -> After) -> After {
        let mut fanout = line.fanout_in_turn();
        let was_flushed = fanout.is_flushed();
        let after = hand(&mut fanout);
        if was_flushed && !fanout.is_flushed() {
            self.lines.push(line.clone());
        }
        after
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        for line in &self.lines {
            line.fanout_in_turn().flush();
        }
    }
}
