//! Hears one client: bytes from its socket, as messages.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::tcp::OwnedReadHalf;
use tungstenite::{Error, Message};

use super::decoder::Decoder;
use crate::outbox::Outbox;
use crate::throttle::FrameBudget;

/// Bytes that are read at a time.
const BUFFER: usize = 64 * 1024;

thread_local! {
    /// One for all connections of a thread: nothing stays in it while somebody waits.
    static READ: RefCell<Box<[u8]>> = RefCell::new(vec![0; BUFFER].into());
}

/// The hearing end of a connection.
pub(super) struct Ears {
    socket: OwnedReadHalf,
    decoder: Decoder,
    budget: FrameBudget,
    /// Read and not yet given out, in order.
    messages: vec::IntoIter<Message>,
    /// What comes after the last of them. In a box: there is hardly ever one.
    fault: Option<Box<Error>>,
}

/// What was heard.
pub(super) enum Heard {
    Message(Message),
    /// This is not how WebSocket works.
    Fault(Error),
    /// Nothing will come any more.
    End,
}

impl Ears {
    /// Ears at `socket`; `early` came with the request.
    pub(super) fn new(
        socket: OwnedReadHalf,
        frame_bytes: usize,
        budget: FrameBudget,
        early: &[u8],
        outbox: &Outbox,
    ) -> Self {
        let decoder = Decoder::new(frame_bytes);
        let mut ears = Self { socket, decoder, budget, messages: vec::IntoIter::default(), fault: None };
        if !early.is_empty() {
            ears.read(early, outbox);
        }
        ears
    }

    /// The next thing. May be dropped and asked again. What the protocol wants
    /// answered goes into `outbox`.
    pub(super) async fn hear(&mut self, outbox: &Outbox) -> Heard {
        loop {
            if let Some(message) = self.messages.next() {
                return Heard::Message(message);
            }
            if let Some(fault) = self.fault.take() {
                return Heard::Fault(*fault);
            }
            self.messages = vec::IntoIter::default();
            match poll_fn(|context| self.poll_read(context, outbox)).await {
                Ok(0) | Err(_) => return Heard::End,
                Ok(_) => {}
            }
        }
    }

    /// Reads once; 0 bytes: the other end is closed.
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
        if !self.budget.spend(self.decoder.look(bytes)) {
            // Before anything is answered: a read has room for ten thousand pings.
            self.fault = Some(Box::new(Error::AttackAttempt));
            return;
        }
        let (mut messages, mut answers) = (Vec::new(), Vec::new());
        self.fault = self.decoder.take(bytes, &mut messages, &mut answers).err().map(Box::new);
        self.messages = messages.into_iter();
        if !answers.is_empty() {
            outbox.send(&answers.into());
        }
    }
}
