//! The most that the load generator can take in: in place of the servers is a thread that
//! does nothing but write.

use std::io::{ErrorKind, Read, Result, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle, sleep};
use std::time::Duration;

use protocol::{Member, MessageId, Name, RoomId, UserId, wire};
use rustix::net::listen;

use super::stamp::Stamp;

/// The number of simulated senders.
const SENDERS: usize = 10;
/// The phase that is counted.
const PHASE: u8 = 1;
/// How long a client may take for its first bytes.
const SPEAK_WITHIN: Duration = Duration::from_secs(5);
/// The backlog of the listening socket.
const BACKLOG: i32 = 4096;

/// Begins when all have joined, and goes on until it is dropped.
#[derive(Debug)]
pub struct Flood {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<Result<()>>>,
}

impl Flood {
    /// Waits for so many connections; then each write has `together` messages
    /// of `length` characters, in frames like Hubbub's.
    ///
    /// # Errors
    /// The system's.
    pub fn start(connections: usize, together: usize, length: usize) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        listen(&listener, BACKLOG)?;
        listener.set_nonblocking(true)?;
        let (address, stop) = (listener.local_addr()?, Arc::new(AtomicBool::new(false)));
        let stopped = stop.clone();
        let bytes = (0..together).flat_map(|number| frame(&message(number, length))).collect::<Vec<_>>();
        let thread = thread::spawn(move || {
            let is_over = || stopped.load(Ordering::Relaxed);
            let streams = let_in(&listener, connections, is_over)?;
            pour(&streams, &bytes, is_over)
        });
        Ok(Self { address, stop, thread: Some(thread) })
    }

    /// The address on loopback that the flood comes from; a load connects to it.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Flood {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // Errors of that thread are seen by the reading side.
            let _ = thread.join();
        }
    }
}

/// Accepts as many connections as are expected, or as came until it was over.
fn let_in(listener: &TcpListener, connections: usize, is_over: impl Fn() -> bool) -> Result<Vec<TcpStream>> {
    let mut streams = Vec::with_capacity(connections);
    while streams.len() < connections && !is_over() {
        match listener.accept() {
            Ok((stream, _)) => streams.push(greeted(stream)?),
            Err(error) if error.kind() == ErrorKind::WouldBlock => sleep(Duration::from_millis(1)),
            Err(error) => return Err(error),
        }
    }
    Ok(streams)
}

/// The least that makes the generator believe that it is in a room.
fn greeted(mut stream: TcpStream) -> Result<TcpStream> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(SPEAK_WITHIN))?;
    let mut heard = [0; 4096];
    let _request = stream.read(&mut heard)?;
    stream.write_all(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")?;
    let _join = stream.read(&mut heard)?;
    stream.write_all(&frame(r#"{"type":"joined"}"#))?;
    stream.set_nonblocking(true)?;
    Ok(stream)
}

/// Writes to all streams in turn; full ones are skipped.
fn pour(streams: &[TcpStream], bytes: &[u8], is_over: impl Fn() -> bool) -> Result<()> {
    let mut written = vec![0; streams.len()];
    while !is_over() {
        for (mut stream, written) in streams.iter().zip(&mut written) {
            match stream.write(&bytes[*written..]) {
                Ok(more) => *written = (*written + more) % bytes.len(),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

/// A message of each of the senders in turn.
fn message(number: usize, length: usize) -> String {
    let mut text = String::new();
    Stamp { phase: PHASE, due: 0, slot: (number % SENDERS) as u16, sequence: 1 + (number / SENDERS) as u32 }
        .write(&mut text, length);
    let known = (RoomId::parse("r0"), MessageId::parse("0-1-1"), UserId::parse("flood"), Name::parse("flood"));
    let (Ok(room), Ok(message), Ok(id), Ok(name)) = known else { unreachable!("these are well formed") };
    wire::message_template(&room, &message, &Member { id, name }, &text, None, 1_795_305_600_000).fill(1_000_000)
}

/// A frame as servers encode it.
fn frame(text: &str) -> Vec<u8> {
    let mut frame = vec![0x81];
    match text.len() {
        short @ 0..126 => frame.push(short as u8),
        length => {
            frame.push(126);
            frame.extend_from_slice(&(length as u16).to_be_bytes());
        }
    }
    frame.extend_from_slice(text.as_bytes());
    frame
}
