//! The writing half of a connection.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use tokio::io::{AsyncWrite, WriteHalf};

use super::dial::Stream;

/// A larger buffer is released after use.
const RETAINED_BYTES: usize = 256 * 1024;

/// Writes queued commands, all of them together.
pub(super) struct Writer {
    to: WriteHalf<Box<dyn Stream>>,
    bytes: Vec<u8>,
    written: usize,
    /// The stream was full; the connection's task waits for it.
    is_pending: bool,
}

impl Writer {
    pub(super) fn new(to: WriteHalf<Box<dyn Stream>>) -> Self {
        Self { to, bytes: Vec::new(), written: 0, is_pending: false }
    }

    /// Writes until `take`, which moves queued bytes into an empty buffer, has nothing more.
    pub(super) fn poll(&mut self, context: &mut Context<'_>, take: impl Fn(&mut Vec<u8>)) -> Poll<io::Result<()>> {
        let done = self.poll_all(context, take);
        self.is_pending = done.is_pending();
        done
    }

    /// Writes as much as the stream takes at once. False: the connection's task has to go on.
    pub(super) fn write_now(&mut self, take: impl Fn(&mut Vec<u8>)) -> io::Result<bool> {
        if self.is_pending {
            // The task waits already, and a stream wakes only its last waiter.
            return Ok(false);
        }
        match self.poll(&mut Context::from_waker(Waker::noop()), take) {
            Poll::Ready(done) => done.map(|()| true),
            Poll::Pending => Ok(false),
        }
    }

    fn poll_all(&mut self, context: &mut Context<'_>, take: impl Fn(&mut Vec<u8>)) -> Poll<io::Result<()>> {
        loop {
            while self.written < self.bytes.len() {
                match ready!(Pin::new(&mut self.to).poll_write(context, &self.bytes[self.written..]))? {
                    0 => return Poll::Ready(Err(ErrorKind::WriteZero.into())),
                    count => self.written += count,
                }
            }
            self.written = 0;
            self.bytes.clear();
            self.bytes.shrink_to(RETAINED_BYTES);
            take(&mut self.bytes);
            if self.bytes.is_empty() {
                return Pin::new(&mut self.to).poll_flush(context);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::future::poll_fn;

    use tokio::io::{AsyncReadExt, split};

    use super::*;

    #[tokio::test]
    async fn what_the_stream_does_not_take_is_left_to_the_task_that_waits_for_it() {
        let (mut far, near) = tokio::io::duplex(4);
        let (_, to) = split(Box::new(near) as Box<dyn Stream>);
        let waiting = RefCell::new(Vec::new());
        let take = |bytes: &mut Vec<u8>| std::mem::swap(&mut *waiting.borrow_mut(), bytes);
        let mut writer = Writer::new(to);

        waiting.borrow_mut().extend(b"ab");
        assert!(writer.write_now(take).unwrap(), "it fits");
        waiting.borrow_mut().extend(b"cdef");
        assert!(!writer.write_now(take).unwrap(), "half of it does not fit");
        waiting.borrow_mut().extend(b"gh");
        assert!(!writer.write_now(take).unwrap(), "nothing overtakes");

        let mut read = [0; 8];
        let (written, filled) = tokio::join!(poll_fn(|context| writer.poll(context, take)), far.read_exact(&mut read));
        written.unwrap();
        filled.unwrap();
        assert_eq!(&read, b"abcdefgh");
        waiting.borrow_mut().extend(b"i");
        assert!(writer.write_now(take).unwrap(), "it goes at once again");
    }
}
