//! One connection, from its first frame to its close, in one task.

use std::sync::Arc;
use std::time::Duration;

use protocol::CloseCode;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tungstenite::protocol::CloseFrame;
use tungstenite::{Error, Message};

use super::connections::Beat;
use super::ears::{Ears, Heard};
use super::meaning::{Frame, Meaning, Visitor, Work};
use super::saying::Saying;
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
pub(super) async fn refuse(mut ears: Ears, outbox: &Outbox, code: CloseCode) {
    close(&mut ears, outbox, code.number(), code.reason()).await;
}

/// Serves a connection until it ends. What this returns is there for as long as
/// the connection is, so it is kept small: what is rare is in a box, and nothing
/// is held twice, as the arguments of an `async fn` are.
pub(super) fn run<M: Meaning>(
    mut ears: Ears,
    outbox: Arc<Outbox>,
    node: Arc<Node>,
    visitor: Visitor,
    claims: M::Claims,
) -> impl Future<Output = ()> + Send {
    metrics::gauge!(crate::metrics::CONNECTIONS).increment(1.0);
    let beat = node.connections.watch(outbox.clone(), visitor.member.clone(), M::PURPOSE);
    let doors = node.doors.clone();
    let mut client = M::begin(node, visitor, outbox.clone(), claims);
    let mut saying = Saying::default();
    async move {
        let end = serve(&mut ears, &outbox, &beat, &doors, &mut client, &mut saying).await;
        drop(beat);
        Box::pin(finish(end, &mut ears, &outbox, &mut client, &mut saying)).await;
        metrics::gauge!(crate::metrics::CONNECTIONS).decrement(1.0);
    }
}

/// What is due when a connection has ended.
async fn finish(end: End, ears: &mut Ears, outbox: &Outbox, client: &mut impl Meaning, saying: &mut Saying) {
    // What was said before the end is said.
    let _ = timeout(FAREWELL, saying.finish()).await;
    client.end(match end {
        End::Client(departure) => departure,
        // Silent for longer than any grace: who is back by now is so on another connection.
        End::Close(code, _) if code == CloseCode::NoPong.number() => Departure::Clean,
        End::Close(code, _) if code == CloseCode::SignedOut.number() => Departure::Clean,
        End::Cut | End::Close(..) => Departure::Lost,
    });
    match end {
        End::Close(code, reason) => {
            metrics::counter!(crate::metrics::CLOSES, "code" => code.to_string()).increment(1);
            close(ears, outbox, code, reason).await;
        }
        // The answer to their close.
        End::Client(_) => drop(timeout(FAREWELL, outbox.drain()).await),
        End::Cut => {}
    }
}

async fn serve(
    ears: &mut Ears,
    outbox: &Outbox,
    beat: &Beat,
    doors: &Semaphore,
    client: &mut impl Meaning,
    saying: &mut Saying,
) -> End {
    loop {
        tokio::select! {
            // In this order: what was said goes to the log before more is heard.
            biased;
            () = saying.next(), if !saying.is_empty() => {}
            end = look_after(outbox) => return end,
            heard = ears.hear(outbox), if saying.has_room() => {
                let message = match heard {
                    Heard::Message(message) => message,
                    Heard::Fault(error) => return why(&error),
                    Heard::Late => return CloseCode::NoHello.into(),
                    Heard::End => return End::Cut,
                };
                beat.heard(message.is_text());
                if let Some(end) = attend(message, outbox, beat, doors, client, saying).await {
                    return end;
                }
            }
        }
    }
}

/// Does what a message asks, and goes on sending while that waits for the log.
async fn attend(
    message: Message,
    outbox: &Outbox,
    beat: &Beat,
    doors: &Semaphore,
    client: &mut impl Meaning,
    saying: &mut Saying,
) -> Option<End> {
    let work = match &message {
        Message::Text(text) => client.take(Frame::Text(text)),
        Message::Binary(bytes) => client.take(Frame::Binary(bytes)),
        Message::Close(frame) => return Some(End::Client(farewell(frame.as_ref()))),
        Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => return None,
    };
    drop(message);
    let mut later = match work {
        Work::Done => return None,
        Work::Close(code) => return Some(code.into()),
        Work::Saying(one) => {
            saying.begin(one);
            return None;
        }
        Work::InTurn(later) => later,
    };
    // In a box: it is there only while something is done, the task all the time.
    Box::pin(async {
        if let Err(end) = meanwhile(outbox, client.prepare(&mut later)).await {
            return Some(end);
        }
        // A storm of newcomers must not all be half-way in at once, each with all that this takes.
        let _turn = match meanwhile(outbox, doors.acquire()).await {
            Ok(turn) => turn,
            Err(end) => return Some(end),
        };
        let attended = async {
            saying.finish().await;
            client.attend(later).await;
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
async fn close(ears: &mut Ears, outbox: &Outbox, code: u16, reason: &'static str) {
    outbox.finish(frame::close(code, reason));
    let farewell = async {
        if outbox.drain().await.is_ok() {
            while let Heard::Message(message) = ears.hear(outbox).await
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
