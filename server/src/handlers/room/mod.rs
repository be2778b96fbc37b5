//! The connections on `/ws`: what the frames of one client of the chat do.

mod identity;
mod joining;
mod leaving;
mod posting;
mod service;
mod subscriptions;

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::HeaderMap;
use protocol::{ClientMessage, CloseCode, ErrorCode, Member, Refusal, ServerMessage, wire};
use realtime::outbox::Outbox;
use realtime::presence::Departure;

use crate::chat::Target;
use crate::games::ClassCredentials;
use crate::metrics::count_refusal;
use crate::throttle::Cost;
use crate::ws::{Action, Frame, Handler, Meter, Service, SocketKind, Verdict, Visitor};

use posting::Posting;
pub(crate) use service::RoomSockets;
use subscriptions::Subscriptions;

impl Service for RoomSockets {
    type Handler = RoomHandler;
    type Credentials = (IpAddr, ClassCredentials);

    fn credentials(&self, headers: &HeaderMap, address: IpAddr) -> (IpAddr, ClassCredentials) {
        (address, ClassCredentials::of(&self.sessions, headers, address))
    }

    fn begin(
        self: Arc<Self>,
        visitor: Visitor,
        outbox: Arc<Outbox>,
        (address, class_credentials): (IpAddr, ClassCredentials),
    ) -> RoomHandler {
        let token_state = if visitor.has_session { TokenState::Settled } else { TokenState::Open };
        let renames = self.presence.renames();
        RoomHandler {
            service: self,
            member: visitor.member,
            outbox,
            subscriptions: Subscriptions::default(),
            meter: Meter::new(address),
            token_state,
            class_credentials,
            renames,
        }
    }
}

/// One client: its session, the rooms that it is in, and its rate limits.
pub(crate) struct RoomHandler {
    service: Arc<RoomSockets>,
    member: Arc<Member>,
    outbox: Arc<Outbox>,
    subscriptions: Subscriptions,
    meter: Meter,
    token_state: TokenState,
    class_credentials: ClassCredentials,
    /// The count of renames at which the member's name was last looked up.
    renames: u64,
}

/// Whether a session token can still change who this client is.
#[derive(Clone, Copy, PartialEq)]
enum TokenState {
    /// A guest made for this connection, who may still send a token.
    Open,
    /// The client sent a token that needs no renewal yet.
    Brought,
    /// The client came with a session, or is in a room: the session stays.
    Settled,
}

impl Handler for RoomHandler {
    type Deferred = ClientMessage;

    const KIND: SocketKind = SocketKind::Rooms;

    fn member(&self) -> &Arc<Member> {
        &self.member
    }

    fn on_frame(&mut self, frame: Frame<'_>) -> Action<ClientMessage> {
        let message = match frame {
            Frame::Text(text) => wire::decode_client(text),
            Frame::Binary(_) => Err(Refusal::new(ErrorCode::NotJson, "Frames are JSON text, not binary.")),
        };
        let cost = message.as_ref().map_or(Cost::FRAME, Cost::from).and_bytes(frame.len());
        let verdict = self.meter.spend(&self.service.throttle, &self.member.id, cost);
        match (verdict, message) {
            (Verdict::Flood, _) => return Action::Close(CloseCode::Flood),
            (Verdict::Refuse(refusal), Ok(message)) => self.answer(refusal.answering(message.id().cloned())),
            (Verdict::Refuse(refusal), Err(_)) | (Verdict::Pass, Err(refusal)) => self.answer(refusal),
            (Verdict::Pass, Ok(ClientMessage::Ping)) => self.outbox.push(&wire::encode_server(&ServerMessage::Pong)),
            (Verdict::Pass, Ok(ClientMessage::Message { room_id, id, message, reply_to })) => {
                return self.begin(room_id, id, Posting::New { text: message, reply_to });
            }
            (Verdict::Pass, Ok(ClientMessage::Edit(change))) => {
                let target = Target { offset: change.target, sent_at: change.sent_at };
                let text = change.message.unwrap_or_default();
                return self.begin(Some(change.room_id), change.id, Posting::Edit { target, text });
            }
            (Verdict::Pass, Ok(ClientMessage::Delete(change))) => {
                let target = Target { offset: change.target, sent_at: change.sent_at };
                return self.begin(Some(change.room_id), change.id, Posting::Delete { target });
            }
            (Verdict::Pass, Ok(message)) => return Action::Deferred(message),
        }
        Action::Done
    }

    async fn on_deferred(&mut self, message: ClientMessage) {
        let done = match message {
            ClientMessage::Join { room_id, since, session } => {
                self.authenticate(session.as_ref());
                self.join(room_id, since).await
            }
            ClientMessage::Leave { room_id } => {
                self.leave(&room_id);
                Ok(())
            }
            ClientMessage::Typing { room_id } => self.typing(&room_id).await,
            // Done in `on_frame`.
            ClientMessage::Message { .. } | ClientMessage::Edit(_) | ClientMessage::Delete(_) | ClientMessage::Ping => {
                Ok(())
            }
        };
        if let Err(refusal) = done {
            self.answer(refusal);
        }
    }

    fn on_close(&mut self, departure: Departure) {
        self.leave_all(departure);
    }
}

impl RoomHandler {
    fn answer(&self, refusal: Refusal) {
        answer(&self.outbox, refusal);
    }
}

fn answer(outbox: &Outbox, refusal: Refusal) {
    count_refusal(&refusal);
    outbox.push(&wire::encode_server(&ServerMessage::Error(refusal)));
}
