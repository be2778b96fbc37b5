//! One WebSocket, from its first frame to its close, in one task.

use std::sync::Arc;
use std::time::Duration;

use protocol::CloseCode;
use realtime::outbox::{Outbox, frame};
use realtime::presence::Departure;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tungstenite::protocol::CloseFrame;
use tungstenite::{Error, Message};

use super::Gateway;
use super::connections::Heartbeat;
use super::handler::{Action, Frame, Handler, Service, Visitor};
use super::in_flight::InFlight;
use super::reader::{FrameReader, Incoming};

/// How long a client may take to read what still waits when the connection closes.
const FAREWELL: Duration = Duration::from_secs(2);

/// Why a connection ends; presence and the close frame follow from it.
enum CloseCause {
    /// The client closed it; the code says whether it will be back.
    Client(Departure),
    /// The connection broke without a close frame.
    Cut,
    /// The server closes it, with a code and a reason.
    Close(u16, &'static str),
}

impl From<CloseCode> for CloseCause {
    fn from(code: CloseCode) -> Self {
        Self::Close(code.number(), code.reason())
    }
}

/// Closes a connection before it began.
pub(super) async fn refuse(mut reader: FrameReader, outbox: &Outbox, code: CloseCode) {
    close(&mut reader, outbox, code.number(), code.reason()).await;
}

/// Serves a connection until it ends. The returned future lives as long as the connection, so it is kept
/// small: rare parts are boxed, and no argument is held twice, as in an `async fn`.
pub(super) fn run<S: Service>(
    mut reader: FrameReader,
    outbox: Arc<Outbox>,
    gateway: &Gateway,
    service: Arc<S>,
    visitor: Visitor,
    credentials: S::Credentials,
) -> impl Future<Output = ()> + Send + use<S> {
    metrics::gauge!(crate::metrics::CONNECTIONS).increment(1.0);
    let heartbeat = gateway.connections.watch(outbox.clone(), visitor.member.clone(), S::Handler::KIND);
    let join_permits = gateway.join_permits.clone();
    let mut client = service.begin(visitor, outbox.clone(), credentials);
    let mut in_flight = InFlight::default();
    async move {
        let end = serve(&mut reader, &outbox, &heartbeat, &join_permits, &mut client, &mut in_flight).await;
        drop(heartbeat);
        Box::pin(finish(end, &mut reader, &outbox, &mut client, &mut in_flight)).await;
        metrics::gauge!(crate::metrics::CONNECTIONS).decrement(1.0);
    }
}

/// Sends what is in flight, tells the handler, and closes the socket.
async fn finish(
    end: CloseCause,
    reader: &mut FrameReader,
    outbox: &Outbox,
    client: &mut impl Handler,
    in_flight: &mut InFlight,
) {
    // Messages that were begun still go to the log.
    let _ = timeout(FAREWELL, in_flight.finish()).await;
    client.on_close(match end {
        CloseCause::Client(departure) => departure,
        // Silent for longer than any grace: a person who is back is so on another connection.
        CloseCause::Close(code, _) if code == CloseCode::NoPong.number() => Departure::Clean,
        CloseCause::Close(code, _) if code == CloseCode::SignedOut.number() => Departure::Clean,
        CloseCause::Cut | CloseCause::Close(..) => Departure::Lost,
    });
    match end {
        CloseCause::Close(code, reason) => {
            metrics::counter!(crate::metrics::CLOSES, "code" => code.to_string()).increment(1);
            close(reader, outbox, code, reason).await;
        }
        // Sends the answer to the client's close.
        CloseCause::Client(_) => drop(timeout(FAREWELL, outbox.drain()).await),
        CloseCause::Cut => {}
    }
}

async fn serve(
    reader: &mut FrameReader,
    outbox: &Outbox,
    heartbeat: &Heartbeat,
    join_permits: &Semaphore,
    client: &mut impl Handler,
    in_flight: &mut InFlight,
) -> CloseCause {
    loop {
        tokio::select! {
            // In this order: messages in flight go on before another frame is read.
            biased;
            () = in_flight.next(), if !in_flight.is_empty() => {}
            end = drain_until_close(outbox) => return end,
            heard = reader.next(outbox), if in_flight.has_room() => {
                let message = match heard {
                    Incoming::Message(message) => message,
                    Incoming::Fault(error) => return close_cause(&error),
                    Incoming::Late => return CloseCode::NoHello.into(),
                    Incoming::End => return CloseCause::Cut,
                };
                heartbeat.on_bytes(message.is_text());
                if let Some(end) = handle_message(message, outbox, heartbeat, join_permits, client, in_flight).await {
                    return end;
                }
            }
        }
    }
}

/// Handles a message, and goes on sending while that waits for the log.
async fn handle_message(
    message: Message,
    outbox: &Outbox,
    heartbeat: &Heartbeat,
    join_permits: &Semaphore,
    client: &mut impl Handler,
    in_flight: &mut InFlight,
) -> Option<CloseCause> {
    let action = match &message {
        Message::Text(text) => client.on_frame(Frame::Text(text)),
        Message::Binary(bytes) => client.on_frame(Frame::Binary(bytes)),
        Message::Close(frame) => return Some(CloseCause::Client(departure_of(frame.as_ref()))),
        Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => return None,
    };
    drop(message);
    let mut deferred = match action {
        Action::Done => return None,
        Action::Close(code) => return Some(code.into()),
        Action::InFlight(one) => {
            in_flight.begin(one);
            return None;
        }
        Action::Deferred(deferred) => deferred,
    };
    // Boxed: this is needed only while a frame is handled, the task exists all the time.
    Box::pin(async {
        if let Err(end) = while_draining(outbox, client.prepare(&mut deferred)).await {
            return Some(end);
        }
        // Limits how many clients join at the same time, each with all the memory that this takes.
        let _permit = match while_draining(outbox, join_permits.acquire()).await {
            Ok(permit) => permit,
            Err(end) => return Some(end),
        };
        let attended = async {
            in_flight.finish().await;
            client.on_deferred(deferred).await;
            heartbeat.set_member(client.member());
        };
        while_draining(outbox, attended).await.err()
    })
    .await
}

/// Waits for `something` while the outbox is sent; ends early when the connection does.
async fn while_draining<T>(outbox: &Outbox, something: impl Future<Output = T>) -> Result<T, CloseCause> {
    tokio::select! {
        done = something => Ok(done),
        end = drain_until_close(outbox) => Err(end),
    }
}

/// Sends what the outbox leaves to this task, until the connection has to close.
async fn drain_until_close(outbox: &Outbox) -> CloseCause {
    loop {
        // A close does not wait here for a client that does not read.
        if let Some(code) = outbox.closing() {
            return code.into();
        }
        tokio::select! {
            biased;
            () = outbox.work() => {}
            // Boxed when it is needed: most sockets take everything at once.
            drained = async { Box::pin(outbox.drain()).await }, if outbox.is_waiting() => if drained.is_err() { return CloseCause::Cut },
        }
    }
}

/// Sends a close frame and waits a moment for the client to take it. A socket that is closed with unread
/// bytes in it is reset, and the client might never read why.
async fn close(reader: &mut FrameReader, outbox: &Outbox, code: u16, reason: &'static str) {
    outbox.finish(frame::close(code, reason));
    let farewell = async {
        if outbox.drain().await.is_ok() {
            while let Incoming::Message(message) = reader.next(outbox).await
                && !message.is_close()
            {}
        }
    };
    let _ = timeout(FAREWELL, farewell).await;
}

/// Whether the client will be back: one that closes with a reconnect code of ours will.
fn departure_of(frame: Option<&CloseFrame>) -> Departure {
    match frame {
        Some(frame) if (4000..4500).contains(&u16::from(frame.code)) => Departure::Lost,
        _ => Departure::Clean,
    }
}

/// The close code for a failed read (RFC 6455, section 7.4.1).
fn close_cause(error: &Error) -> CloseCause {
    match error {
        Error::AttackAttempt => CloseCode::Flood.into(),
        Error::Capacity(_) => CloseCause::Close(1009, "this frame is too big"),
        Error::Utf8(_) => CloseCause::Close(1007, "this text is not UTF-8"),
        Error::Protocol(_) => CloseCause::Close(1002, "this is not how WebSocket works"),
        _ => CloseCause::Cut,
    }
}
