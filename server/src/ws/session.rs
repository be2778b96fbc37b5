//! One connection, from its first frame to its close, in one task.

use std::sync::Arc;
use std::time::Duration;

use protocol::CloseCode;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tungstenite::protocol::CloseFrame;
use tungstenite::{Error, Message};

use super::connections::Beat;
use super::handler::{Action, Frame, Handler, Visitor};
use super::in_flight::InFlight;
use super::reader::{FrameReader, Heard};
use crate::node::Node;
use crate::outbox::{Outbox, frame};
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
pub(super) async fn refuse(mut reader: FrameReader, outbox: &Outbox, code: CloseCode) {
    close(&mut reader, outbox, code.number(), code.reason()).await;
}

/// Serves a connection until it ends. What this returns is there for as long as
/// the connection is, so it is kept small: what is rare is in a box, and nothing
/// is held twice, as the arguments of an `async fn` are.
pub(super) fn run<M: Handler>(
    mut reader: FrameReader,
    outbox: Arc<Outbox>,
    node: Arc<Node>,
    visitor: Visitor,
    credentials: M::Credentials,
) -> impl Future<Output = ()> + Send {
    metrics::gauge!(crate::metrics::CONNECTIONS).increment(1.0);
    let beat = node.connections.watch(outbox.clone(), visitor.member.clone(), M::PURPOSE);
    let join_permits = node.join_permits.clone();
    let mut client = M::begin(node, visitor, outbox.clone(), credentials);
    let mut in_flight = InFlight::default();
    async move {
        let end = serve(&mut reader, &outbox, &beat, &join_permits, &mut client, &mut in_flight).await;
        drop(beat);
        Box::pin(finish(end, &mut reader, &outbox, &mut client, &mut in_flight)).await;
        metrics::gauge!(crate::metrics::CONNECTIONS).decrement(1.0);
    }
}

/// What is due when a connection has ended.
async fn finish(
    end: End,
    reader: &mut FrameReader,
    outbox: &Outbox,
    client: &mut impl Handler,
    in_flight: &mut InFlight,
) {
    // What was said before the end is said.
    let _ = timeout(FAREWELL, in_flight.finish()).await;
    client.on_close(match end {
        End::Client(departure) => departure,
        // Silent for longer than any grace: who is back by now is so on another connection.
        End::Close(code, _) if code == CloseCode::NoPong.number() => Departure::Clean,
        End::Close(code, _) if code == CloseCode::SignedOut.number() => Departure::Clean,
        End::Cut | End::Close(..) => Departure::Lost,
    });
    match end {
        End::Close(code, reason) => {
            metrics::counter!(crate::metrics::CLOSES, "code" => code.to_string()).increment(1);
            close(reader, outbox, code, reason).await;
        }
        // The answer to their close.
        End::Client(_) => drop(timeout(FAREWELL, outbox.drain()).await),
        End::Cut => {}
    }
}

async fn serve(
    reader: &mut FrameReader,
    outbox: &Outbox,
    beat: &Beat,
    join_permits: &Semaphore,
    client: &mut impl Handler,
    in_flight: &mut InFlight,
) -> End {
    loop {
        tokio::select! {
            // In this order: what was said goes to the log before more is heard.
            biased;
            () = in_flight.next(), if !in_flight.is_empty() => {}
            end = look_after(outbox) => return end,
            heard = reader.hear(outbox), if in_flight.has_room() => {
                let message = match heard {
                    Heard::Message(message) => message,
                    Heard::Fault(error) => return why(&error),
                    Heard::Late => return CloseCode::NoHello.into(),
                    Heard::End => return End::Cut,
                };
                beat.heard(message.is_text());
                if let Some(end) = act_on(message, outbox, beat, join_permits, client, in_flight).await {
                    return end;
                }
            }
        }
    }
}

/// Does what a message asks, and goes on sending while that waits for the log.
async fn act_on(
    message: Message,
    outbox: &Outbox,
    beat: &Beat,
    join_permits: &Semaphore,
    client: &mut impl Handler,
    in_flight: &mut InFlight,
) -> Option<End> {
    let action = match &message {
        Message::Text(text) => client.on_frame(Frame::Text(text)),
        Message::Binary(bytes) => client.on_frame(Frame::Binary(bytes)),
        Message::Close(frame) => return Some(End::Client(farewell(frame.as_ref()))),
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
    // In a box: it is there only while something is done, the task all the time.
    Box::pin(async {
        if let Err(end) = meanwhile(outbox, client.prepare(&mut deferred)).await {
            return Some(end);
        }
        // A storm of newcomers must not all be half-way in at once, each with all that this takes.
        let _turn = match meanwhile(outbox, join_permits.acquire()).await {
            Ok(turn) => turn,
            Err(end) => return Some(end),
        };
        let attended = async {
            in_flight.finish().await;
            client.on_deferred(deferred).await;
            beat.belong_to(client.member());
        };
        meanwhile(outbox, attended).await.err()
    })
    .await
}

/// Waits for something, and goes on sending until it is there or the connection ends.
async fn meanwhile<T>(outbox: &Outbox, something: impl Future<Output = T>) -> Result<T, End> {
    tokio::select! {
        done = something => Ok(done),
        end = look_after(outbox) => Err(end),
    }
}

/// Sends what the outbox leaves to this task, until the connection has to end.
async fn look_after(outbox: &Outbox) -> End {
    loop {
        // Whoever does not read is not waited for here.
        if let Some(code) = outbox.closing() {
            return code.into();
        }
        tokio::select! {
            biased;
            () = outbox.work() => {}
            // In a box, made when it is needed: hardly anybody ever is.
            drained = async { Box::pin(outbox.drain()).await }, if outbox.is_waiting() => if drained.is_err() { return End::Cut },
        }
    }
}

/// Sends a close frame and waits a moment for the client to take it. Closing
/// the socket with unread bytes in it would reset the connection, and the
/// client might never read why.
async fn close(reader: &mut FrameReader, outbox: &Outbox, code: u16, reason: &'static str) {
    outbox.finish(frame::close(code, reason));
    let farewell = async {
        if outbox.drain().await.is_ok() {
            while let Heard::Message(message) = reader.hear(outbox).await
                && !message.is_close()
            {}
        }
    };
    let _ = timeout(FAREWELL, farewell).await;
}

/// A client that closes with one of our come-back codes is about to do so.
fn farewell(frame: Option<&CloseFrame>) -> Departure {
    match frame {
        Some(frame) if (4000..4500).contains(&u16::from(frame.code)) => Departure::Lost,
        _ => Departure::Clean,
    }
}

/// What a failed read means (RFC 6455, section 7.4.1).
fn why(error: &Error) -> End {
    match error {
        Error::AttackAttempt => CloseCode::Flood.into(),
        Error::Capacity(_) => End::Close(1009, "this frame is too big"),
        Error::Utf8(_) => End::Close(1007, "this text is not UTF-8"),
        Error::Protocol(_) => End::Close(1002, "this is not how WebSocket works"),
        _ => End::Cut,
    }
}
