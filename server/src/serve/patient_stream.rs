//! A connection that waits for its reader, but not for ever.
//!
//! Knows bytes and time. Costs nothing while the system takes what is written.

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

/// The slowest rate of reading that never times out.
const BYTES_PER_SECOND: usize = 1024;

/// A TCP connection. A write fails with [`ErrorKind::TimedOut`] when nothing was read for too long; a few
/// bytes now and then gain a little time.
pub struct PatientStream {
    stream: TcpStream,
    /// The longest wait for a reader.
    patience: Duration,
    /// The rest of it; it shrinks while waiting and grows with what is read.
    left: Duration,
    /// A timer while the socket's buffer is full.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl PatientStream {
    /// Wraps `stream`; a write may wait for `patience`.
    pub fn new(stream: TcpStream, patience: Duration) -> Self {
        Self { stream, patience, left: patience, waiting: None }
    }

    /// Returns the plain connection, without the time limit.
    pub fn into_inner(self) -> TcpStream {
        self.stream
    }

    fn wait(&mut self, written: Poll<io::Result<usize>>, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let Poll::Ready(written) = written else {
            let left = self.left;
            let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(left)));
            ready!(waiting.as_mut().poll(cx));
            return Poll::Ready(Err(ErrorKind::TimedOut.into()));
        };
        if let Some(waiting) = self.waiting.take() {
            self.left = waiting.deadline().saturating_duration_since(Instant::now());
        }
        if self.left < self.patience {
            let bytes = written.as_ref().copied().unwrap_or_default();
            let won = Duration::from_millis((bytes * 1000 / BYTES_PER_SECOND) as u64);
            self.left = self.patience.min(self.left + won);
        }
        Poll::Ready(written)
    }
}

impl AsyncWrite for PatientStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.wait(written, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, pieces);
        self.wait(written, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl AsyncRead for PatientStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// More than the system keeps for a connection.
    const MUCH: usize = 32 << 20;

    async fn pair(patience: Duration) -> (PatientStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let reader = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        (PatientStream::new(listener.accept().await.unwrap().0, patience), reader)
    }

    #[tokio::test]
    async fn who_reads_nothing_is_given_up() {
        let (mut stream, _reader) = pair(Duration::from_millis(200)).await;
        let error = stream.write_all(&vec![0; MUCH]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn who_reads_is_waited_for_and_wins_time_back() {
        // As long as no machine is too busy to read.
        let patience = Duration::from_secs(20);
        let (mut stream, mut reader) = pair(patience).await;
        let reading = tokio::spawn(async move {
            let mut bytes = vec![0; MUCH];
            reader.read_exact(&mut bytes).await.map(drop)
        });
        stream.write_all(&vec![0; MUCH]).await.unwrap();
        reading.await.unwrap().unwrap();
        assert_eq!(stream.left, patience);
    }
}
