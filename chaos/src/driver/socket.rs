//! One WebSocket of one client, as a browser's: sending never waits for the other end.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use protocol::VERSION;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode, header};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message as Raw};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::CUT;

/// How long the other end may take to answer a close.
const FAREWELL: Duration = Duration::from_secs(2);
/// A write that takes longer is to somebody who no longer reads.
const WRITE_WITHIN: Duration = Duration::from_secs(60);
/// An event of a socket.
pub(super) enum SocketEvent {
    Text(String),
    Closed(u16),
}

/// An open socket. Dropped, it is cut.
pub(super) struct Socket {
    /// The address of the node at the other end.
    pub(super) address: SocketAddr,
    incoming: SplitStream<WebSocketStream<TcpStream>>,
    outgoing: mpsc::UnboundedSender<Raw>,
}

impl Socket {
    /// Opens one at `path`, over a connection to `address`.
    pub(super) async fn open(stream: TcpStream, address: SocketAddr, path: &str, cookie: &str) -> Result<Self> {
        let mut request = format!("ws://{address}{path}?v={VERSION}").into_client_request()?;
        request.headers_mut().insert(header::COOKIE, HeaderValue::from_str(cookie)?);
        let (socket, _) = client_async_with_config(request, stream, Some(small())).await?;
        let (sink, incoming) = socket.split();
        // A browser, too, takes all that a page sends.
        let (outgoing, words) = mpsc::unbounded_channel();
        tokio::spawn(write(sink, words));
        Ok(Self { address, incoming, outgoing })
    }

    /// Sends a frame; on a socket that is gone it is lost, as on the way.
    pub(super) fn send(&self, frame: String) {
        let _ = self.outgoing.send(Raw::text(frame));
    }

    /// The next event of the socket. Cancel-safe.
    pub(super) async fn next_event(&mut self) -> SocketEvent {
        loop {
            match self.incoming.next().await {
                Some(Ok(Raw::Text(text))) => return SocketEvent::Text(text.to_string()),
                Some(Ok(Raw::Close(Some(frame)))) => return SocketEvent::Closed(frame.code.into()),
                Some(Ok(Raw::Close(None))) => return SocketEvent::Closed(1005),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return SocketEvent::Closed(CUT),
            }
        }
    }

    /// Closes it with a code, and reads on for a moment, so that the close arrives.
    pub(super) async fn close(mut self, code: u16) {
        let frame = CloseFrame { code: code.into(), reason: "".into() };
        let _ = self.outgoing.send(Raw::Close(Some(frame)));
        let _ = timeout(FAREWELL, async { while let Some(Ok(_)) = self.incoming.next().await {} }).await;
    }
}

/// Whether a load balancer sends an upgrade that failed in this way to another node: nobody answered it, or the
/// node is not ready.
pub(super) fn is_for_another_node(error: &anyhow::Error) -> bool {
    match error.downcast_ref() {
        Some(Error::Http(answer)) => answer.status() == StatusCode::SERVICE_UNAVAILABLE,
        Some(Error::Io(_) | Error::Protocol(ProtocolError::HandshakeIncomplete)) => true,
        _ => false,
    }
}

/// Thousands of clients share one process.
fn small() -> WebSocketConfig {
    WebSocketConfig::default().read_buffer_size(4 * 1024).write_buffer_size(4 * 1024)
}

async fn write(mut sink: SplitSink<WebSocketStream<TcpStream>, Raw>, mut words: mpsc::UnboundedReceiver<Raw>) {
    while let Some(word) = words.recv().await {
        match timeout(WRITE_WITHIN, sink.send(word)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return,
        }
    }
}
