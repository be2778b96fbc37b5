//! Answers connections that have no place, without waiting for them.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::Full;

/// How many are answered at a time; others are cut off.
const AT_A_TIME: usize = 16;
/// How long a client may take to read the answer.
const FAREWELL: Duration = Duration::from_secs(1);
/// How many bytes of the request are read, so that the system does not discard the answer with a reset.
const REQUEST_BYTES: u64 = 64 * 1024;

/// Refuses connections with an HTTP response.
#[derive(Clone)]
pub(super) struct Rejector {
    being_told: Arc<Semaphore>,
}

impl Default for Rejector {
    fn default() -> Self {
        Self { being_told: Arc::new(Semaphore::new(AT_A_TIME)) }
    }
}

impl Rejector {
    /// Sends the reason and closes.
    pub(super) fn reject(&self, stream: TcpStream, full: Full) {
        metrics::counter!(crate::metrics::TURNED_AWAY, "full" => full.label()).increment(1);
        let Ok(permit) = self.being_told.clone().try_acquire_owned() else { return };
        tokio::spawn(async move {
            let _ = timeout(FAREWELL, tell(stream, full)).await;
            drop(permit);
        });
    }
}

async fn tell(mut stream: TcpStream, full: Full) -> std::io::Result<()> {
    let sentence = full.sentence();
    let answer = format!(
        "HTTP/1.1 {}\r\nconnection: close\r\nretry-after: 5\r\ncontent-type: text/plain; charset=utf-8\r\n\
         content-length: {}\r\n\r\n{sentence}",
        full.status(),
        sentence.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await?;
    let mut rest = stream.take(REQUEST_BYTES);
    let mut buffer = [0; 1024];
    while rest.read(&mut buffer).await? > 0 {}
    Ok(())
}
