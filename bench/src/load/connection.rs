//! One connection of the load generator: its plan, its socket, its buffers.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::sockopt::{set_socket_linger, set_socket_recv_buffer_size, set_tcp_nodelay};
use rustix::net::{AddressFamily, SocketFlags, SocketType, connect, socket_with};
use socket2::SockRef;

/// The receive buffer of a slow reader: nearly nothing.
const SLOW_BUFFER_BYTES: usize = 4096;
/// Segments as long as on any network. With those of loopback, which have 64 KiB,
/// the server's kernel keeps 2.6 MB for each connection, and no server notices who reads slowly.
const SLOW_SEGMENT_BYTES: u32 = 1460;

/// The node and the room of a connection, and what it does there.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionPlan {
    /// Which node it connects to.
    pub node: usize,
    /// The number of the connection's room.
    pub room: u32,
    /// Its number among the room's senders; whoever never sends has [`ConnectionPlan::SILENT`].
    pub slot: u16,
    /// How it reads, and whether what it is shown is counted.
    pub reader: ReadMode,
}

/// How fast a connection reads, and whether it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadMode {
    /// It reads at once, and its deliveries are in the figures.
    Counted,
    /// It reads at once, and its deliveries are not in the figures.
    Uncounted,
    /// It reads a few bytes now and then, and is not counted.
    Slow,
}

impl ConnectionPlan {
    /// The slot of those who never send.
    pub const SILENT: u16 = u16::MAX;

    /// Somebody who sends, and whose deliveries count.
    pub fn sender(node: usize, room: u32, slot: u16) -> Self {
        Self { node, room, slot, reader: ReadMode::Counted }
    }

    /// A connection that reads and never sends a message.
    pub fn listener(node: usize, room: u32) -> Self {
        Self { node, room, slot: Self::SILENT, reader: ReadMode::Counted }
    }
}

/// How far a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// No socket was opened for it yet.
    Planned,
    /// TCP is on its way.
    Connecting,
    /// The upgrade was asked for.
    Upgrading,
    /// A WebSocket, not yet in its room.
    Entering,
    /// The server let it into its room.
    Joined,
    /// The connection was closed, by either side, or has failed.
    Gone,
}

#[derive(Debug)]
pub(super) struct Connection {
    pub(super) plan: ConnectionPlan,
    pub(super) stage: Stage,
    pub(super) stream: Option<TcpStream>,
    /// The beginning of an incomplete frame.
    pub(super) unread: Vec<u8>,
    /// Bytes that the kernel did not take yet.
    pub(super) unsent: Vec<u8>,
    /// When connecting began, in nanoseconds of the run's clock.
    pub(super) began: u64,
}

impl Connection {
    pub(super) fn new(plan: ConnectionPlan) -> Self {
        Self { plan, stage: Stage::Planned, stream: None, unread: Vec::new(), unsent: Vec::new(), began: 0 }
    }

    /// Begins to connect to a node.
    pub(super) fn open(&mut self, node: SocketAddr, now: u64) -> io::Result<()> {
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let socket = socket_with(AddressFamily::INET, SocketType::STREAM, flags, None)?;
        set_tcp_nodelay(&socket, true)?;
        // Closed by a reset, so that no port is left waiting for the next run.
        set_socket_linger(&socket, Some(Duration::ZERO))?;
        if self.plan.reader == ReadMode::Slow {
            set_socket_recv_buffer_size(&socket, SLOW_BUFFER_BYTES)?;
            SockRef::from(&socket).set_tcp_mss(SLOW_SEGMENT_BYTES)?;
        }
        match connect(&socket, &node) {
            Ok(()) | Err(Errno::INPROGRESS) => {}
            Err(error) => return Err(error.into()),
        }
        self.stream = Some(TcpStream::from(socket));
        self.stage = Stage::Connecting;
        self.began = now;
        Ok(())
    }

    /// Reads once; `None`: there is nothing.
    pub(super) fn read(&self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        let Some(mut stream) = self.stream.as_ref() else { return Ok(None) };
        match stream.read(buffer) {
            Ok(0) => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "closed by the server")),
            Ok(size) => Ok(Some(size)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Sends after what already waits; true where something waits now.
    pub(super) fn send(&mut self, bytes: &[u8]) -> io::Result<bool> {
        let taken = if self.unsent.is_empty() { self.write(bytes)? } else { 0 };
        self.unsent.extend_from_slice(&bytes[taken..]);
        Ok(!self.unsent.is_empty())
    }

    /// Sends what waits; true where something still does.
    pub(super) fn flush(&mut self) -> io::Result<bool> {
        let taken = self.write(&self.unsent)?;
        self.unsent.drain(..taken);
        Ok(!self.unsent.is_empty())
    }

    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        let Some(mut stream) = self.stream.as_ref() else { return Ok(bytes.len()) };
        match stream.write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
            other => other,
        }
    }
}
