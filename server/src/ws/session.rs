//! One connection, from its first frame to its close, in one task.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message as Raw, Utf8Bytes, WebSocket};
use futures::SinkExt;
use protocol::{CloseCode, Member};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::meaning::{Frame, Meaning};
use crate::hub::Outbox;
use crate::node::Node;
use crate::presence::Departure;

/// How long a closing client may take to read what is still on its way.
const FAREWELL: Duration = Duration::from_secs(2);

/// Why a connection ends.
enum End {
    /// The client closed it, and says whether it will be back.
    Client(Departure),
    /// It was cut.
    Cut,
    /// We close it.
    Close(u16, &'static str),
}

impl From<CloseCode> for End {
    fn from(code: CloseCode) -> Self {
        Self::Close(code.number(), code.reason())
    }
}

/// Closes a connection at once.
pub(super) async fn refuse(mut socket: WebSocket, code: CloseCode) {
    close(&mut socket, code.number(), code.reason()).await;
}

/// Serves a connection until it ends.
pub(super) async fn run<M: Meaning>(mut socket: WebSocket, node: Arc<Node>, member: Member) {
    let connections = metrics::gauge!(crate::metrics::CONNECTIONS);
    connections.increment(1.0);
    let outbox = Arc::new(Outbox::new(node.config.limits.outbox_bytes));
    let mut client = M::begin(node.clone(), member, outbox.clone());

    let end = serve(&mut socket, &node, &outbox, &mut client).await;
    let departure = match end {
        End::Client(departure) => departure,
        // Silent for longer than any grace: who is back by now is so on another connection.
        End::Close(code, _) if code == CloseCode::NoPong.number() => Departure::Clean,
        End::Cut | End::Close(..) => Departure::Lost,
    };
    client.end(departure);
    match end {
        End::Close(code, reason) => {
            metrics::counter!(crate::metrics::CLOSES, "code" => code.to_string()).increment(1);
            close(&mut socket, code, reason).await;
        }
        // The answer to their close is written and has to leave.
        End::Client(_) => drop(timeout(FAREWELL, socket.flush()).await),
        End::Cut => {}
    }
    connections.decrement(1.0);
}

async fn serve(socket: &mut WebSocket, node: &Node, outbox: &Outbox, client: &mut impl Meaning) -> End {
    let limits = &node.config.limits;
    let mut pulse = Pulse::new(limits.hello_within);
    let leave_at = sleep(Duration::MAX);
    tokio::pin!(leave_at);
    let mut leaving = false;
    loop {
        tokio::select! {
            raw = socket.recv() => {
                let raw = match raw {
                    None => return End::Cut,
                    // What they were told before their mistake comes before its close.
                    Some(Err(error)) => return flush(socket, outbox).await.unwrap_or_else(|| why(error)),
                    Some(Ok(Raw::Close(frame))) => return End::Client(farewell(frame.as_ref())),
                    Some(Ok(raw)) => raw,
                };
                pulse.heard(limits.ping_every, matches!(raw, Raw::Text(_)));
                let frame = match &raw {
                    Raw::Text(text) => Frame::Text(text),
                    Raw::Binary(bytes) => Frame::Binary(bytes),
                    Raw::Ping(_) | Raw::Pong(_) | Raw::Close(_) => continue,
                };
                if let Some(end) = attend(socket, outbox, client, frame).await {
                    return end;
                }
            }
            () = outbox.filled() => if let Some(end) = flush(socket, outbox).await { return end },
            () = sleep_until(pulse.next) => match pulse.miss(limits.pong_within) {
                Missed::Hello => return CloseCode::NoHello.into(),
                Missed::Pong => return CloseCode::NoPong.into(),
                Missed::Words => if socket.send(Raw::Ping(bytes::Bytes::new())).await.is_err() { return End::Cut },
            },
            () = node.leaving.cancelled(), if !leaving => {
                leaving = true;
                // All at once would storm the other nodes.
                let window = limits.drain_within.mul_f64(0.6 * rand::random::<f64>());
                leave_at.as_mut().reset(Instant::now() + window);
            }
            () = &mut leave_at, if leaving => return CloseCode::NodeLeaving.into(),
        }
    }
}

/// Handles a frame, and goes on sending while that waits for the log.
async fn attend(socket: &mut WebSocket, outbox: &Outbox, client: &mut impl Meaning, frame: Frame<'_>) -> Option<End> {
    let mut handled = std::pin::pin!(client.frame(frame));
    loop {
        tokio::select! {
            flooded = &mut handled => return flooded.map(End::from),
            () = outbox.filled() => if let Some(end) = flush(socket, outbox).await { return Some(end) },
        }
    }
}

/// Sends all that waits, in one write where it fits.
async fn flush(socket: &mut WebSocket, outbox: &Outbox) -> Option<End> {
    let (frames, closing) = outbox.take();
    let send = async {
        for frame in frames {
            socket.feed(frame).await?;
        }
        socket.flush().await
    };
    tokio::select! {
        sent = send => match (sent, closing) {
            (Err(_), _) => Some(End::Cut),
            (Ok(()), closing) => closing.map(End::from),
        },
        // The client does not read and its outbox has run over meanwhile.
        () = outbox.overflowed() => Some(CloseCode::Slow.into()),
    }
}

/// Sends a close frame and waits a moment for the client to take it. Closing
/// the socket with unread bytes in it would reset the connection, and the
/// client might never read why.
async fn close(socket: &mut WebSocket, code: u16, reason: &'static str) {
    let frame = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
    let farewell = async {
        if socket.send(Raw::Close(Some(frame))).await.is_ok() {
            while let Some(Ok(_)) = socket.recv().await {}
        }
    };
    let _ = timeout(FAREWELL, farewell).await;
}

/// A client that closes with one of our come-back codes is about to do so.
fn farewell(frame: Option<&CloseFrame>) -> Departure {
    match frame {
        Some(frame) if (4000..4500).contains(&frame.code) => Departure::Lost,
        _ => Departure::Clean,
    }
}

/// What a failed read means (RFC 6455, section 7.4.1).
fn why(error: axum::Error) -> End {
    use tungstenite::Error;
    match error.into_inner().downcast_ref::<Error>() {
        Some(Error::Capacity(_)) => End::Close(1009, "this frame is too big"),
        Some(Error::Utf8(_)) => End::Close(1007, "this text is not UTF-8"),
        Some(Error::Protocol(tungstenite::error::ProtocolError::ResetWithoutClosingHandshake)) => End::Cut,
        Some(Error::Protocol(_)) => End::Close(1002, "this is not how WebSocket works"),
        _ => End::Cut,
    }
}

/// When the connection has to show that it is alive.
struct Pulse {
    next: Instant,
    state: Missed,
}

/// What is missing when the time is up.
#[derive(Clone, Copy)]
enum Missed {
    Hello,
    Words,
    Pong,
}

impl Pulse {
    fn new(hello_within: Duration) -> Self {
        Self { next: Instant::now() + hello_within, state: Missed::Hello }
    }

    /// Something came. Only a frame of ours counts as a hello.
    fn heard(&mut self, ping_every: Duration, is_frame: bool) {
        if is_frame || !matches!(self.state, Missed::Hello) {
            *self = Self { next: Instant::now() + ping_every, state: Missed::Words };
        }
    }

    /// The time is up; after missing words a pong is awaited.
    fn miss(&mut self, pong_within: Duration) -> Missed {
        let missed = self.state;
        if matches!(missed, Missed::Words) {
            *self = Self { next: Instant::now() + pong_within, state: Missed::Pong };
        }
        missed
    }
}
