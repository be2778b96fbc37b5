//! Reads one client: bytes from its socket, as messages.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use std::vec;

use realtime::outbox::Outbox;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::tcp::OwnedReadHalf;
use tokio::time::{Sleep, sleep};
use tungstenite::{Error, Message};

use super::decoder::Decoder;
use crate::throttle::FrameBudget;

/// How many bytes one read of a socket takes at most.
const BUFFER: usize = 64 * 1024;

thread_local! {
    /// The buffer is shared by all connections of a thread: nothing stays in it while a task waits.
    static READ: RefCell<Box<[u8]>> = RefCell::new(vec![0; BUFFER].into());
}

/// The reading side of a connection.
pub(super) struct FrameReader {
    socket: OwnedReadHalf,
    decoder: Decoder,
    whole_within: Duration,
    /// By when the message under way must be complete. Boxed: most connections never need it.
    due: Option<Pin<Box<Sleep>>>,
    budget: FrameBudget,
    /// Messages that were read and not returned yet, in order.
    messages: vec::IntoIter<Message>,
    /// The error that follows them. Boxed: there is hardly ever one.
    fault: Option<Box<Error>>,
}

/// How large a message may be, and how long it may take to arrive.
#[derive(Clone, Copy, Debug)]
pub struct MessageLimits {
    /// The largest message, in bytes.
    pub frame_bytes: usize,
    /// From its first byte to its last. The bytes so far are in memory, so a client must not take its time.
    pub whole_within: Duration,
}

/// What the client sent next.
pub(super) enum Incoming {
    Message(Message),
    /// The client broke the WebSocket protocol, or the connection failed.
    Fault(Error),
    /// A message was not complete in time.
    Late,
    /// The client closed its side of the socket.
    End,
}

impl FrameReader {
    /// A reader of `socket`; `early` are bytes that came with the request.
    pub(super) fn new(
        socket: OwnedReadHalf,
        bounds: MessageLimits,
        budget: FrameBudget,
        early: &[u8],
        outbox: &Outbox,
    ) -> Self {
        let MessageLimits { frame_bytes, whole_within } = bounds;
        let decoder = Decoder::new(frame_bytes);
        let messages = vec::IntoIter::default();
        let mut reader = Self { socket, decoder, whole_within, due: None, budget, messages, fault: None };
        if !early.is_empty() {
            reader.read(early, outbox);
        }
        reader
    }

    /// Waits for the next message. Cancel safe. What the protocol has to answer goes into `outbox`.
    pub(super) async fn next(&mut self, outbox: &Outbox) -> Incoming {
        loop {
            if let Some(message) = self.messages.next() {
                return Incoming::Message(message);
            }
            if let Some(fault) = self.fault.take() {
                return Incoming::Fault(*fault);
            }
            self.messages = vec::IntoIter::default();
            match poll_fn(|context| self.poll_read_in_time(context, outbox)).await {
                Err(error) if error.kind() == io::ErrorKind::TimedOut && self.due.is_some() => return Incoming::Late,
                Ok(0) | Err(_) => return Incoming::End,
                Ok(_) => {}
            }
        }
    }

    /// Reads once; ready with an error when nothing is there and the message under way is late.
    fn poll_read_in_time(&mut self, context: &mut Context<'_>, outbox: &Outbox) -> Poll<io::Result<usize>> {
        // Read before the timer is looked at: bytes that have arrived count, however late this runs.
        let read = self.poll_read(context, outbox);
        if read.is_pending()
            && let Some(due) = &mut self.due
        {
            ready!(due.as_mut().poll(context));
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        read
    }

    /// Reads once; 0 bytes: the client closed its side.
    fn poll_read(&mut self, context: &mut Context<'_>, outbox: &Outbox) -> Poll<io::Result<usize>> {
        READ.with_borrow_mut(|buffer| {
            let mut buffer = ReadBuf::new(buffer);
            ready!(Pin::new(&mut self.socket).poll_read(context, &mut buffer))?;
            if !buffer.filled().is_empty() {
                self.read(buffer.filled(), outbox);
            }
            Poll::Ready(Ok(buffer.filled().len()))
        })
    }

    fn read(&mut self, bytes: &[u8], outbox: &Outbox) {
        if !self.budget.spend(self.decoder.scan(bytes)) {
            // Checked before anything is answered: one read has room for ten thousand pings.
            self.fault = Some(Box::new(Error::AttackAttempt));
            return;
        }
        let (mut messages, mut answers) = (Vec::new(), Vec::new());
        self.fault = self.decoder.take(bytes, &mut messages, &mut answers).err().map(Box::new);
        self.expect_the_rest(messages.iter().any(|one| one.is_text() || one.is_binary()));
        self.messages = messages.into_iter();
        if !answers.is_empty() {
            outbox.send(&answers.into());
        }
    }

    /// Starts the time limit of the message that has begun; `has_ended`: the one before it is complete.
    fn expect_the_rest(&mut self, has_ended: bool) {
        if !self.decoder.is_in_message() {
            self.due = None;
        } else if self.due.is_none() || has_ended {
            self.due = Some(Box::pin(sleep(self.whole_within)));
        }
    }
}
