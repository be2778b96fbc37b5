//! What one client's frames do.

use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use protocol::{
    ClientMessage, CloseCode, ErrorCode, Joined, Member, MessageId, Position, Refusal, RoomId, ServerMessage, wire,
};

use super::meaning::{Frame, Meaning};
use super::seats::Seats;
use super::throttle::{Throttle, Verdict};
use crate::broker::BrokerError;
use crate::channel::Channel;
use crate::hub::{Outbox, Seat};
use crate::node::{Node, count_refusal};
use crate::presence::Departure;
use crate::session::random_message_id;

/// A client: who it is, where it is, and how much it may still say.
pub(super) struct Client {
    node: Arc<Node>,
    member: Member,
    outbox: Arc<Outbox>,
    seats: Seats,
    throttle: Throttle,
}

impl Meaning for Client {
    fn begin(node: Arc<Node>, member: Member, outbox: Arc<Outbox>) -> Self {
        let throttle = Throttle::new(node.config.limits.rate_limit);
        Self { node, member, outbox, seats: Seats::default(), throttle }
    }

    async fn frame(&mut self, frame: Frame<'_>) -> Option<CloseCode> {
        let message = match frame {
            Frame::Text(text) => wire::decode_client(text),
            Frame::Binary(_) => Err(Refusal::new(ErrorCode::NotJson, "Frames are JSON text, not binary.")),
        };
        let (verdict, id) = match &message {
            Ok(ClientMessage::Message { id, .. }) => (self.throttle.message(), id.clone()),
            _ => (self.throttle.other(), None),
        };
        match verdict {
            Verdict::Pass => {}
            Verdict::Refuse(refusal) => {
                self.answer(refusal.answering(id));
                return None;
            }
            Verdict::Flood => return Some(CloseCode::Flood),
        }
        let done = match message {
            Ok(ClientMessage::Message { room_id, id, message }) => self.say(room_id, id, &message).await,
            Ok(ClientMessage::Join { room_id, since }) => self.join(room_id, since).await,
            Ok(ClientMessage::Leave { room_id }) => {
                self.leave(&room_id);
                Ok(())
            }
            Ok(ClientMessage::Typing { room_id }) => self.typing(&room_id).await,
            Ok(ClientMessage::Ping) => {
                self.outbox.push(wire::encode_server(&ServerMessage::Pong).into());
                Ok(())
            }
            Err(refusal) => Err(refusal),
        };
        if let Err(refusal) = done {
            self.answer(refusal);
        }
        None
    }

    /// Leaves all rooms.
    fn end(&mut self, departure: Departure) {
        for (room, seat) in self.seats.take() {
            let channel = Channel::Room(room);
            self.node.hub.leave(&channel, seat);
            self.node.presence.leave(&channel, &self.member.id, departure);
        }
    }
}

impl Client {
    /// Says to the client what was not done.
    fn answer(&self, refusal: Refusal) {
        count_refusal(&refusal);
        self.outbox.push(wire::encode_server(&ServerMessage::Error(refusal)).into());
    }

    async fn say(&mut self, room: Option<RoomId>, id: Option<MessageId>, text: &str) -> Result<(), Refusal> {
        let room = room.as_ref().or(self.seats.latest()).filter(|room| self.seats.contains(room));
        let Some(room) = room else {
            return Err(Refusal::new(ErrorCode::NotInRoom, "Join the room first.").answering(id));
        };
        let id = id.unwrap_or_else(random_message_id);
        let said = self.node.chat.say(room, &self.member, &id, text).await?;
        // The first time, the frame comes by the hub, as to everybody. So does one said again that the hub
        // has not delivered yet: sent from here, it would overtake what stands before it.
        let is_past = self.node.hub.has_delivered(&Channel::Room(room.clone()), said.appended.position.offset);
        if let Some(again) = said.again.and_then(|frame| Utf8Bytes::try_from(frame).ok())
            && is_past
        {
            self.outbox.push(again);
        }
        Ok(())
    }

    async fn join(&mut self, room: RoomId, since: Option<Position>) -> Result<(), Refusal> {
        let again = self.seats.contains(&room);
        if !again && self.seats.len() >= self.node.config.limits.rooms_per_connection {
            let sentence = format!("One connection can be in {} rooms. Leave one first.", self.seats.len());
            return Err(Refusal::new(ErrorCode::TooManyRooms, sentence));
        }
        let channel = Channel::Room(room.clone());
        let hub = self.node.hub.clone();
        // First listen, then look: what changes between the two is held back and comes after `joined`.
        let seat = hub.hold(&channel, self.outbox.clone());
        if let Some(earlier) = self.seats.insert(room.clone(), seat) {
            hub.leave(&channel, earlier);
        }
        let joined = match hub.open(&channel).await {
            Ok(()) => self.settle(&channel, room.clone(), seat, since, again).await,
            Err(error) if again => Err(error),
            Err(error) => {
                // Not entered yet: another tab of this person keeps its place.
                self.seats.remove(&room);
                hub.leave(&channel, seat);
                return Err(unreachable_room(&room, &error));
            }
        };
        if let Err(error) = joined {
            self.leave(&room);
            return Err(unreachable_room(&room, &error));
        }
        self.node.directory.touch(&room).await;
        Ok(())
    }

    async fn settle(
        &mut self,
        channel: &Channel,
        room_id: RoomId,
        seat: Seat,
        since: Option<Position>,
        again: bool,
    ) -> Result<(), BrokerError> {
        let presence = &self.node.presence;
        // A tab counts once, however often it joins.
        let here = match again {
            false => presence.enter(channel, &self.member).await,
            true => presence.see(channel, &self.member.id, |here| here),
        };
        let you = self.member.clone();
        let resumes = since.is_some();
        let hello = move |position: &Position, recovered: bool, missed: &[Utf8Bytes]| {
            if resumes {
                let outcome = if recovered { "yes" } else { "no" };
                metrics::counter!(crate::metrics::RECOVERIES, "recovered" => outcome).increment(1);
            }
            let joined = Joined {
                room_id,
                you,
                members: here.members,
                member_count: here.count,
                position: position.clone(),
                recovered,
                messages: Vec::new(),
            };
            wire::encode_joined(joined, missed.iter().map(Utf8Bytes::as_str)).into()
        };
        self.node.hub.settle(channel, seat, since, hello).await
    }

    fn leave(&mut self, room: &RoomId) {
        if let Some(seat) = self.seats.remove(room) {
            let channel = Channel::Room(room.clone());
            self.node.hub.leave(&channel, seat);
            self.node.presence.leave(&channel, &self.member.id, Departure::Clean);
        }
    }

    async fn typing(&self, room: &RoomId) -> Result<(), Refusal> {
        if !self.seats.contains(room) {
            return Err(Refusal::new(ErrorCode::NotInRoom, "Join the room first."));
        }
        self.node.chat.typing(room, &self.member).await;
        Ok(())
    }
}

fn unreachable_room(room: &RoomId, error: &BrokerError) -> Refusal {
    tracing::warn!(room.id = %room, "{room} could not be joined: {error}");
    Refusal::new(ErrorCode::Unavailable, "The room cannot be reached now. Join again in a moment.")
}
