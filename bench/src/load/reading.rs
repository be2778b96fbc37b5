//! Handles the bytes that the load generator reads.

use rustix::event::epoll;

use super::connection::{ReadMode, Stage};
use super::dialect::Received;
use super::{Load, frames};

impl Load {
    pub(super) fn readable(&mut self, who: usize) {
        let mut buffer = std::mem::take(&mut self.buffer);
        match self.connections[who].read(&mut buffer) {
            Ok(None) => {}
            Ok(Some(size)) => {
                self.tally.reads += 1;
                self.tally.bytes += size as u64;
                self.take_in(who, &buffer[..size]);
            }
            Err(error) => self.end(who, &error.to_string()),
        }
        self.buffer = buffer;
    }

    fn take_in(&mut self, who: usize, came: &[u8]) {
        let mut unread = std::mem::take(&mut self.connections[who].unread);
        if unread.is_empty() {
            let used = self.scan(who, came);
            unread.extend_from_slice(&came[used..]);
        } else {
            unread.extend_from_slice(came);
            let used = self.scan(who, &unread);
            unread.drain(..used);
            if unread.is_empty() {
                unread = Vec::new();
            }
        }
        self.connections[who].unread = unread;
    }

    /// Handles complete frames; returns how many bytes they had.
    fn scan(&mut self, who: usize, bytes: &[u8]) -> usize {
        let now = self.clock.now();
        let mut used = 0;
        if self.connections[who].stage == Stage::Upgrading {
            match self.upgraded(who, bytes) {
                Some(head) => used = head,
                None => return 0,
            }
        }
        while self.connections[who].stream.is_some() {
            match frames::first(&bytes[used..]) {
                Ok(Some(frame)) => {
                    used += frame.size;
                    self.frame(who, frame, now);
                }
                Ok(None) => return used,
                Err(error) => self.end(who, &error.to_string()),
            }
        }
        bytes.len()
    }

    /// The length of the head of the answer to the upgrade, once it is there.
    fn upgraded(&mut self, who: usize, bytes: &[u8]) -> Option<usize> {
        let head = memchr::memmem::find(bytes, b"\r\n\r\n")? + 4;
        if !bytes.starts_with(b"HTTP/1.1 101 ") {
            let first = String::from_utf8_lossy(bytes).lines().next().unwrap_or_default().to_owned();
            self.end(who, &first);
            return Some(bytes.len());
        }
        self.connections[who].stage = Stage::Entering;
        if let Some(hello) = self.dialect.hello(self.connections[who].plan.room) {
            self.send_text(who, &hello);
        }
        Some(head)
    }

    fn frame(&mut self, who: usize, frame: frames::Frame<'_>, now: u64) {
        match frame.opcode {
            frames::TEXT => {
                let plan = self.connections[who].plan;
                match self.stamps.find(frame.payload) {
                    Some(stamp) if plan.reader == ReadMode::Counted => self.tally.shown(who, plan.slot, stamp, now),
                    Some(_) => {}
                    None => self.on_payload(who, plan.room, frame.payload),
                }
            }
            frames::PING => {
                let mut bytes = Vec::new();
                frames::write(&mut bytes, frames::PONG, frame.payload);
                self.send(who, &bytes);
            }
            frames::CLOSE => {
                let code = frame.payload.first_chunk().map_or(1005, |code| u16::from_be_bytes(*code));
                self.end(who, &format!("closed with {code}"));
            }
            _ => {}
        }
    }

    fn on_payload(&mut self, who: usize, room: u32, payload: &[u8]) {
        match self.dialect.decode(payload, room) {
            Received::Nothing => {}
            Received::Answer(answer) => self.send_text(who, &answer),
            Received::Joined => self.entered(who),
            Received::Refused => {
                self.refused += 1;
                let said = String::from_utf8_lossy(payload);
                self.first_trouble.get_or_insert_with(|| said.into_owned());
            }
        }
    }

    fn entered(&mut self, who: usize) {
        let one = &mut self.connections[who];
        if one.stage != Stage::Entering {
            return;
        }
        one.stage = Stage::Joined;
        self.joined += 1;
        if one.plan.reader == ReadMode::Slow
            && let Some(stream) = &one.stream
        {
            self.sipping.push(who);
            if let Err(error) = epoll::delete(&self.epoll, stream) {
                self.end(who, &error.to_string());
            }
        }
    }

    /// Lets each slow reader read so many bytes; returns how many came.
    pub(super) fn read_slowly(&mut self, most: usize) -> usize {
        let began = self.clock.now();
        let (mut buffer, mut came) = (std::mem::take(&mut self.buffer), 0);
        for who in std::mem::take(&mut self.sipping) {
            match self.connections[who].read(&mut buffer[..most]) {
                Ok(None) => {}
                Ok(Some(size)) => {
                    came += size;
                    self.take_in(who, &buffer[..size]);
                }
                Err(error) => self.end(who, &error.to_string()),
            }
            if self.connections[who].stream.is_some() {
                self.sipping.push(who);
            }
        }
        self.buffer = buffer;
        self.busy_ns += self.clock.now() - began;
        came
    }
}
