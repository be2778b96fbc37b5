//! One connection of the server.

use std::io::{ErrorKind, Write};
use std::net::TcpStream;

/// A connection with more unsent bytes than this is lost.
const MOST_UNSENT: usize = 16 << 20;

pub(crate) struct Person {
    pub(crate) stream: TcpStream,
    pub(crate) is_open: bool,
    pub(crate) room: Option<usize>,
    /// The beginning of a frame.
    pub(crate) unread: Vec<u8>,
    /// What the kernel did not take.
    unsent: Vec<u8>,
}

pub(crate) enum Sent {
    All,
    /// The rest waits until the socket is writable.
    Part,
    /// The connection cannot be used any more.
    Lost,
}

impl Person {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self { stream, is_open: false, room: None, unread: Vec::new(), unsent: Vec::new() }
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) -> Sent {
        let taken = match self.unsent.is_empty() {
            true => match self.stream.write(bytes) {
                Ok(taken) if taken == bytes.len() => return Sent::All,
                Ok(taken) => taken,
                Err(error) if error.kind() == ErrorKind::WouldBlock => 0,
                Err(_) => return Sent::Lost,
            },
            false => 0,
        };
        if self.unsent.len() > MOST_UNSENT {
            return Sent::Lost;
        }
        let waited = !self.unsent.is_empty();
        self.unsent.extend_from_slice(&bytes[taken..]);
        if waited { Sent::All } else { Sent::Part }
    }

    /// Sends the unsent bytes; true if none are left. That a connection is lost is noticed by reading.
    pub(crate) fn flush(&mut self) -> bool {
        if let Ok(taken) = self.stream.write(&self.unsent) {
            self.unsent.drain(..taken);
        }
        if self.unsent.is_empty() {
            self.unsent = Vec::new();
        }
        self.unsent.is_empty()
    }
}
