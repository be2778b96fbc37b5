//! What the frames of one client of a chat do.

use std::net::IpAddr;
use std::sync::Arc;

use futures::future::BoxFuture;
use protocol::{
    ClientMessage, CloseCode, ErrorCode, Joined, Member, MessageId, Position, Refusal, RoomId, ServerMessage,
    SessionToken, wire,
};
use realtime::channel::Channel;
use realtime::hub::{Hub, SubscriptionId};
use realtime::outbox::Outbox;
use realtime::presence::Departure;
use storage::StorageError;
use tungstenite::Utf8Bytes;

use super::subscriptions::Subscriptions;
use super::{ChatSockets, DAMAGED_ROOM, Posted};
use crate::games::{ClassCredentials, ClassMember};
use crate::metrics::count_refusal;
use crate::rooms::namesake::namesake;
use crate::session::random_message_id;
use crate::throttle::Cost;
use crate::ws::{Action, Frame, Handler, Meter, Purpose, Verdict, Visitor};

/// One client: its session, the rooms that it is in, and its rate limits.
pub struct Client {
    service: Arc<ChatSockets>,
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

impl Handler for Client {
    type Deferred = ClientMessage;

    const PURPOSE: Purpose = Purpose::Rooms;

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
            (Verdict::Refuse(refusal), Ok(ClientMessage::Message { id, .. })) => self.answer(refusal.answering(id)),
            (Verdict::Refuse(refusal), _) => self.answer(refusal),
            (Verdict::Pass, Err(refusal)) => self.answer(refusal),
            (Verdict::Pass, Ok(ClientMessage::Ping)) => self.outbox.push(&wire::encode_server(&ServerMessage::Pong)),
            (Verdict::Pass, Ok(ClientMessage::Message { room_id, id, message })) => {
                match self.post(room_id, id, message) {
                    Ok(saying) => return Action::InFlight(saying),
                    Err(refusal) => self.answer(refusal),
                }
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
            ClientMessage::Message { .. } | ClientMessage::Ping => Ok(()),
        };
        if let Err(refusal) = done {
            self.answer(refusal);
        }
    }

    fn on_close(&mut self, departure: Departure) {
        for (room, subscription) in self.subscriptions.take() {
            self.service.games.unregister_class_listener(&room, &self.outbox);
            let channel = Channel::Room(room);
            self.service.hub.leave(&channel, subscription);
            self.service.presence.leave(&channel, &self.member.id, departure);
        }
    }
}

impl Client {
    pub(super) fn new(
        service: Arc<ChatSockets>,
        visitor: Visitor,
        outbox: Arc<Outbox>,
        address: IpAddr,
        class_credentials: ClassCredentials,
    ) -> Self {
        let token_state = if visitor.has_session { TokenState::Settled } else { TokenState::Open };
        let renames = service.presence.renames();
        Self {
            service,
            member: visitor.member,
            outbox,
            subscriptions: Subscriptions::default(),
            meter: Meter::new(address),
            token_state,
            class_credentials,
            renames,
        }
    }

    /// Takes over a name that this person was given in another tab or on another node.
    fn learn_name(&mut self) {
        let renames = self.service.presence.renames();
        if std::mem::replace(&mut self.renames, renames) == renames {
            return;
        }
        let name = |room: &RoomId| self.service.presence.name_in(&Channel::Room(room.clone()), &self.member.id);
        if let Some(name) = self.subscriptions.latest().and_then(name)
            && name != self.member.name
        {
            self.member = Arc::new(Member { id: self.member.id.clone(), name });
        }
    }

    fn answer(&self, refusal: Refusal) {
        answer(&self.outbox, refusal);
    }

    fn post(
        &mut self,
        room: Option<RoomId>,
        id: Option<MessageId>,
        text: String,
    ) -> Result<BoxFuture<'static, ()>, Refusal> {
        let room =
            room.or_else(|| self.subscriptions.latest().cloned()).filter(|room| self.subscriptions.contains(room));
        let Some(room) = room else {
            return Err(Refusal::new(ErrorCode::NotInRoom, "Join the room first.").answering(id));
        };
        let id = id.unwrap_or_else(random_message_id);
        self.learn_name();
        let (service, member, outbox) = (self.service.clone(), self.member.clone(), self.outbox.clone());
        Ok(Box::pin(async move {
            match service.chat.post(&room, &member, &id, &text).await {
                Ok(said) => send_logged_frame(&service.hub, room, said, &outbox),
                Err(refusal) => answer(&outbox, refusal),
            }
        }))
    }

    /// Takes over the session of a token, unless the session is settled. An invalid token changes nothing;
    /// `joined` tells who the client is.
    fn authenticate(&mut self, token: Option<&SessionToken>) {
        if self.token_state == TokenState::Settled {
            return;
        }
        if let Some(visit) = token.and_then(|token| self.service.sessions.visit_with(token)) {
            self.member = Arc::new(visit.member);
            self.meter.change_payer();
            self.token_state = if visit.is_due { TokenState::Open } else { TokenState::Brought };
        }
    }

    async fn join(&mut self, room: RoomId, since: Option<Position>) -> Result<(), Refusal> {
        self.learn_name();
        let again = self.subscriptions.contains(&room);
        if !again && self.subscriptions.len() >= self.service.rooms_per_connection {
            let sentence = format!("One connection can be in {} rooms. Leave one first.", self.subscriptions.len());
            return Err(Refusal::new(ErrorCode::TooManyRooms, sentence));
        }
        let class = match self.admitted(&room).await {
            // Somebody who was kicked without being told leaves the room now.
            Err(refusal) if refusal.code == ErrorCode::NotInGame => {
                self.leave(&room);
                return Err(refusal);
            }
            class => class?,
        };
        let channel = Channel::Room(room.clone());
        let hub = self.service.hub.clone();
        // Hold first, then read: what arrives in between is held and follows `joined`.
        let subscription = hub.register(&channel, self.outbox.clone());
        if let Some(earlier) = self.subscriptions.insert(room.clone(), subscription) {
            hub.leave(&channel, earlier);
        }
        if let Some(member) = &class {
            self.service.games.unregister_class_listener(&room, &self.outbox);
            self.service.games.register_class_listener(&room, member, &self.outbox);
        }
        let opened = hub.open(&channel).await;
        // A kick before the deliveries began did not reach this connection.
        if class.is_some()
            && let Err(refusal) = self.admitted(&room).await
        {
            self.unsubscribe(&room, again);
            return Err(refusal);
        }
        let joined = match opened {
            Ok(()) => self.activate(&channel, room.clone(), subscription, since, again).await,
            Err(error) if again => Err(error),
            Err(error) => {
                self.unsubscribe(&room, false);
                return Err(unreachable_room(&room, &error));
            }
        };
        if let Err(error) = joined {
            self.leave(&room);
            return Err(unreachable_room(&room, &error));
        }
        self.token_state = TokenState::Settled;
        if class.is_none() {
            self.service.directory.note_entry(&room).await;
        }
        Ok(())
    }

    /// What this client is in a class chat; `None` in any other room.
    ///
    /// # Errors The game's refusal.
    async fn admitted(&self, room: &RoomId) -> Result<Option<ClassMember>, Refusal> {
        self.service.games.admit_to_room(room, &self.member.id, &self.class_credentials).await
    }

    /// Ends the subscription. Without `has_entered`, presence is left alone: it may be that of another
    /// tab of this person.
    fn unsubscribe(&mut self, room: &RoomId, has_entered: bool) {
        if has_entered {
            return self.leave(room);
        }
        self.service.games.unregister_class_listener(room, &self.outbox);
        if let Some(subscription) = self.subscriptions.remove(room) {
            self.service.hub.leave(&Channel::Room(room.clone()), subscription);
        }
    }

    async fn activate(
        &mut self,
        channel: &Channel,
        room_id: RoomId,
        subscription: SubscriptionId,
        since: Option<Position>,
        again: bool,
    ) -> Result<(), StorageError> {
        let presence = &self.service.presence;
        // Checked before entering: only the later of two namesakes is told.
        let is_new = presence.is_new(channel, &self.member.id);
        // A connection counts once, however often it joins.
        let preview = match again {
            false => presence.enter(channel, &self.member).await,
            true => presence.see(channel, &self.member.id, |preview| preview),
        };
        let you = Member::clone(&self.member);
        let session = (self.token_state == TokenState::Open).then(|| self.service.sessions.token(&you)).flatten();
        let resumes = since.is_some();
        let namesake = is_new.then(|| namesake(room_id.clone(), &self.member, &preview)).flatten();
        let mut sent = Sent::default();
        let sent_in_join = &mut sent;
        let hello = move |position: &Position, recovered: bool, missed: &[Utf8Bytes]| {
            if resumes {
                let outcome = if recovered { "yes" } else { "no" };
                metrics::counter!(crate::metrics::RECOVERIES, "recovered" => outcome).increment(1);
            }
            let joined = Joined {
                room_id,
                you,
                session,
                members: preview.members,
                member_count: preview.count,
                position: position.clone(),
                recovered,
                messages: Vec::new(),
            };
            let hello = wire::encode_joined(joined, missed.iter().map(Utf8Bytes::as_str));
            *sent_in_join = Sent { bytes: hello.len(), is_unrecovered: resumes && !recovered };
            hello
        };
        let settled = self.service.hub.activate(channel, subscription, since, hello).await;
        self.meter.charge(&self.service.throttle, sent.cost());
        if let (Ok(()), Some(namesake)) = (&settled, namesake) {
            self.outbox.push(&wire::encode_server(&ServerMessage::Namesake(namesake)));
        }
        settled
    }

    fn leave(&mut self, room: &RoomId) {
        self.service.games.unregister_class_listener(room, &self.outbox);
        if let Some(subscription) = self.subscriptions.remove(room) {
            let channel = Channel::Room(room.clone());
            self.service.hub.leave(&channel, subscription);
            self.service.presence.leave(&channel, &self.member.id, Departure::Clean);
        }
    }

    async fn typing(&mut self, room: &RoomId) -> Result<(), Refusal> {
        if !self.subscriptions.contains(room) {
            return Err(Refusal::new(ErrorCode::NotInRoom, "Join the room first."));
        }
        self.learn_name();
        self.service.chat.typing(room, &self.member).await;
        Ok(())
    }
}

/// What the join sent, for its cost.
#[derive(Default)]
struct Sent {
    bytes: usize,
    /// The log was read for what the client missed, and did not have all of it.
    is_unrecovered: bool,
}

impl Sent {
    fn cost(&self) -> Cost {
        let cost = Cost::of_bytes(self.bytes);
        if self.is_unrecovered { cost.and(Cost::JOIN_IN_VAIN) } else { cost }
    }
}

fn answer(outbox: &Outbox, refusal: Refusal) {
    count_refusal(&refusal);
    outbox.push(&wire::encode_server(&ServerMessage::Error(refusal)));
}

/// Answers a resend with the frame in the log. A new message comes through the hub, as to everybody; so does a
/// resend that the hub has not delivered yet, because sent directly it would overtake the messages before it.
fn send_logged_frame(hub: &Hub, room: RoomId, said: Posted, outbox: &Outbox) {
    let is_past = || hub.has_delivered(&Channel::Room(room), &said.appended.position);
    if let Some(again) = said.again.and_then(|frame| Utf8Bytes::try_from(frame).ok())
        && is_past()
    {
        outbox.push(&again);
    }
}

fn unreachable_room(room: &RoomId, error: &StorageError) -> Refusal {
    tracing::warn!(room.id = %room, "{room} could not be joined: {error}");
    if let StorageError::Corrupt(_) = error {
        return Refusal::new(ErrorCode::Damaged, DAMAGED_ROOM);
    }
    Refusal::new(ErrorCode::Unavailable, "The room cannot be reached now. Join again in a moment.")
}
