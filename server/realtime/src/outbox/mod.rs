//! The send buffer of one connection: writes to the socket at once, and holds what the system does not take,
//! up to a limit.
//!
//! Knows bytes, not what they say or who sends them.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, IoSlice};
use std::os::fd::AsRawFd;
use std::sync::PoisonError;
use std::time::Duration;

use bytes::{Buf, Bytes};
use protocol::CloseCode;
use socket2::SockRef;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::time::Instant;

use self::waker::Waker;
use crate::sync::{Mutex, MutexGuard};

pub mod frame;
mod waker;

/// The most buffers in one `writev`.
const PIECES: usize = 32;
/// A client that reads more slowly than this counts as one that reads nothing.
const BYTES_PER_SECOND: u32 = 1024;

/// What a connection has to send. Many tasks send, in the order of their calls; what the socket does not take
/// at once is left to the connection's own task.
///
/// No caller waits, and no task is woken for what the socket takes: at a low rate, waking a task for each
/// delivery is the largest cost that can be avoided.
pub struct Outbox {
    socket: Socket,
    waiting: Mutex<Backlog>,
    work: Waker,
    /// The most bytes that wait for a slow client; with more, it is told to come back.
    limit_bytes: usize,
}

enum Socket {
    Tcp(OwnedWriteHalf),
    /// A socket that takes nothing.
    #[cfg(any(test, feature = "testing"))]
    Stuck,
    #[cfg(feature = "model")]
    Model(sink::Sink),
}

#[derive(Default)]
struct Backlog {
    /// Unsent buffers; of the first one a part may have been sent.
    pieces: VecDeque<Bytes>,
    bytes: usize,
    /// Since when the client has read nothing; each partial read moves it nearer to now.
    since: Option<Instant>,
    closing: Option<CloseCode>,
    is_broken: bool,
}

impl Outbox {
    /// An outbox that writes to `socket`; `limit_bytes` bytes may wait.
    pub fn new(socket: OwnedWriteHalf, limit_bytes: usize) -> Self {
        Self::over(Socket::Tcp(socket), limit_bytes)
    }

    fn over(socket: Socket, limit_bytes: usize) -> Self {
        Self { socket, waiting: Mutex::default(), work: Waker::default(), limit_bytes }
    }

    /// Sends one text frame: at once, or after what waits already.
    pub fn push(&self, text: &str) {
        let mut bytes = Vec::new();
        frame::text(&mut bytes, text);
        self.send(&bytes.into());
    }

    /// Sends one binary frame: at once, or after what waits already.
    pub fn push_binary(&self, payload: &[u8]) {
        let mut bytes = Vec::new();
        frame::binary(&mut bytes, payload);
        self.send(&bytes.into());
    }

    /// Prefetches the memory that [`Outbox::send`] will need.
    pub(crate) fn touch(&self) {
        std::hint::black_box(self.socket.handle());
    }

    /// Sends encoded frames. When too much waits, all of it is dropped and the client is told to reconnect:
    /// the log has everything, so it continues from its position.
    pub fn send(&self, frames: &Bytes) {
        let mut waiting = self.lock();
        if waiting.closing.is_some() || waiting.is_broken {
            return;
        }
        let mut taken = 0;
        if waiting.pieces.is_empty() {
            taken = match self.socket.write(frames) {
                Ok(taken) if taken == frames.len() => return,
                Ok(taken) => taken,
                Err(error) if error.kind() == ErrorKind::WouldBlock => 0,
                Err(_) => return waiting.give_up(),
            };
        }
        waiting.bytes += frames.len() - taken;
        // The first buffer is taken whatever its size: what a client missed comes as one frame.
        if waiting.bytes > self.limit_bytes && !waiting.pieces.is_empty() {
            waiting.overflow();
        } else {
            waiting.pieces.push_back(frames.slice(taken..));
            waiting.since.get_or_insert_with(Instant::now);
        }
        drop(waiting);
        self.work.wake();
    }

    /// Asks the connection to close after what already waits.
    pub fn close(&self, code: CloseCode) {
        self.lock().closing.get_or_insert(code);
        self.work.wake();
    }

    /// Appends the last frame behind what waits, whatever its size.
    pub fn finish(&self, last: Bytes) {
        let mut waiting = self.lock();
        waiting.bytes += last.len();
        waiting.pieces.push_back(last);
    }

    /// Returns when the connection's task has to act: bytes wait, or a close was asked for.
    /// For one task only.
    pub async fn work(&self) {
        self.work.woken().await;
    }

    /// Sends until nothing waits. Cancel safe.
    ///
    /// # Errors The connection is gone.
    pub async fn drain(&self) -> io::Result<()> {
        while !self.write_waiting()? {
            self.socket.writable().await?;
        }
        Ok(())
    }

    /// The close code that was asked for, if any.
    pub fn closing(&self) -> Option<CloseCode> {
        self.lock().closing
    }

    /// Whether anything waits to be sent.
    pub fn is_waiting(&self) -> bool {
        !self.lock().pieces.is_empty()
    }

    /// Since when bytes wait of which the client has read nothing.
    pub fn waiting_since(&self) -> Option<Instant> {
        self.lock().since
    }

    /// Writes as much as the socket takes; true when nothing waits any more.
    fn write_waiting(&self) -> io::Result<bool> {
        let mut waiting = self.lock();
        while !waiting.pieces.is_empty() {
            let pieces: Vec<_> = waiting.pieces.iter().take(PIECES).map(|piece| IoSlice::new(piece)).collect();
            match self.socket.write_vectored(&pieces) {
                Ok(taken) => waiting.advance(taken),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) => {
                    waiting.give_up();
                    return Err(error);
                }
            }
        }
        // An empty outbox holds no buffer.
        waiting.pieces = VecDeque::new();
        waiting.since = None;
        Ok(true)
    }

    fn lock(&self) -> MutexGuard<'_, Backlog> {
        // No code under this lock panics half-way.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Backlog {
    /// Drops what waits, because it is too much. A frame that was sent in part must be completed before a
    /// close frame can follow.
    fn overflow(&mut self) {
        self.closing = Some(CloseCode::Slow);
        self.pieces.truncate(1);
        self.bytes = self.pieces.front().map_or(0, Bytes::len);
    }

    /// Drops everything and shuts the socket down, so that the reading side ends as well.
    fn give_up(&mut self) {
        *self = Self { is_broken: true, closing: self.closing, ..Self::default() };
    }

    fn advance(&mut self, mut taken: usize) {
        self.bytes -= taken;
        let won = Duration::from_secs(1) * u32::try_from(taken).unwrap_or(u32::MAX) / BYTES_PER_SECOND;
        self.since = self.since.map(|since| (since + won).min(Instant::now()));
        while taken > 0
            && let Some(first) = self.pieces.front_mut()
        {
            let part = taken.min(first.len());
            first.advance(part);
            taken -= part;
            if first.is_empty() {
                self.pieces.pop_front();
            }
        }
    }
}

impl Socket {
    /// The socket's file descriptor. To read it loads the memory that a write needs.
    fn handle(&self) -> i32 {
        match self {
            Self::Tcp(socket) => socket.as_ref().as_raw_fd(),
            #[cfg(any(test, feature = "testing"))]
            Self::Stuck => 0,
            #[cfg(feature = "model")]
            Self::Model(_) => 0,
        }
    }

    /// Writes without the runtime, whose note of whether the socket is writable lies elsewhere in memory: in
    /// a large room that would have to be fetched for each listener, and the system tells it anyway.
    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(socket) => SockRef::from(socket.as_ref()).send(bytes),
            #[cfg(any(test, feature = "testing"))]
            Self::Stuck => Err(ErrorKind::WouldBlock.into()),
            #[cfg(feature = "model")]
            Self::Model(sink) => sink.write(bytes),
        }
    }

    fn write_vectored(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        match self {
            Self::Tcp(socket) => socket.try_write_vectored(pieces),
            #[cfg(any(test, feature = "testing"))]
            Self::Stuck => Err(ErrorKind::WouldBlock.into()),
            #[cfg(feature = "model")]
            Self::Model(sink) => sink.write_vectored(pieces),
        }
    }

    async fn writable(&self) -> io::Result<()> {
        match self {
            Self::Tcp(socket) => socket.writable().await,
            #[cfg(any(test, feature = "testing"))]
            Self::Stuck => std::future::pending().await,
            #[cfg(feature = "model")]
            Self::Model(_) => Ok(()),
        }
    }
}

#[cfg(feature = "model")]
pub mod model;
#[cfg(feature = "model")]
mod sink;
#[cfg(any(test, feature = "testing"))]
mod testing;
#[cfg(test)]
mod tests;
