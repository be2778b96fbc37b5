//! One of many connections: opened, written and ended.

use rustix::event::epoll::{self, EventData, EventFlags};

use super::connection::Stage;
use super::{Load, frames};

impl Load {
    /// Begins to connect the connection `who`.
    pub(super) fn open(&mut self, who: usize) {
        let now = self.clock.now();
        let one = &mut self.connections[who];
        let opened = one.open(self.nodes[one.plan.node], now).and_then(|()| {
            let Some(stream) = &one.stream else { return Ok(()) };
            let events = EventFlags::IN | EventFlags::OUT;
            Ok(epoll::add(&self.epoll, stream, EventData::new_u64(who as u64), events)?)
        });
        if let Err(error) = opened {
            self.end(who, &error.to_string());
        }
    }

    /// Ends a connection, and says why if it is the first.
    pub(super) fn end(&mut self, who: usize, why: &str) {
        let one = &mut self.connections[who];
        if one.stage == Stage::Gone {
            return;
        }
        if one.stage == Stage::Joined {
            self.joined -= 1;
        }
        let stage = std::mem::replace(&mut one.stage, Stage::Gone);
        one.stream = None;
        self.gone += 1;
        self.first_trouble.get_or_insert_with(|| format!("{why} ({stage:?})"));
    }

    /// Handles a writable socket: sends the request for the upgrade, or the bytes that waited.
    pub(super) fn writable(&mut self, who: usize) {
        let one = &mut self.connections[who];
        if one.stage == Stage::Connecting {
            one.stage = Stage::Upgrading;
            let request = format!(
                "GET {} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                 Sec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODw==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                self.dialect.path(),
                self.nodes[one.plan.node]
            );
            one.unsent.extend_from_slice(request.as_bytes());
        }
        match one.flush() {
            Ok(true) => {}
            Ok(false) => self.watch(who, EventFlags::IN),
            Err(error) => self.end(who, &error.to_string()),
        }
    }

    /// Sets the events that are waited for.
    fn watch(&mut self, who: usize, events: EventFlags) {
        let Some(stream) = &self.connections[who].stream else { return };
        if let Err(error) = epoll::modify(&self.epoll, stream, EventData::new_u64(who as u64), events) {
            self.end(who, &error.to_string());
        }
    }

    /// Sends whole frames, or as much as the socket takes; the rest waits.
    pub(super) fn send(&mut self, who: usize, bytes: &[u8]) {
        let waited = !self.connections[who].unsent.is_empty();
        match self.connections[who].send(bytes) {
            Ok(true) if !waited => self.watch(who, EventFlags::IN | EventFlags::OUT),
            Ok(_) => {}
            Err(error) => self.end(who, &error.to_string()),
        }
    }

    /// Sends one text frame on a connection; what its socket does not take waits.
    pub(super) fn send_text(&mut self, who: usize, text: &str) {
        let mut bytes = Vec::new();
        frames::write(&mut bytes, frames::TEXT, text.as_bytes());
        self.send(who, &bytes);
    }
}
