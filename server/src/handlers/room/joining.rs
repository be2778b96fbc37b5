//! Joining a room, for the first time or again: subscribed first, then the log and presence are read, so that no
//! message is missed in between.

use protocol::{ErrorCode, Joined, Member, Position, Refusal, RoomId, ServerMessage, wire};
use realtime::channel::Channel;
use realtime::hub::SubscriptionId;
use storage::StorageError;
use tungstenite::Utf8Bytes;

use super::{RoomHandler, TokenState};
use crate::chat::DAMAGED_ROOM;
use crate::games::ClassMember;
use crate::rooms::namesake::namesake;
use crate::throttle::Cost;

impl RoomHandler {
    pub(super) async fn join(&mut self, room: RoomId, since: Option<Position>) -> Result<(), Refusal> {
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
            self.service.directory.note_entry(&room);
        }
        Ok(())
    }

    /// What this client is in a class chat; `None` in any other room.
    ///
    /// # Errors The game's refusal.
    async fn admitted(&self, room: &RoomId) -> Result<Option<ClassMember>, Refusal> {
        self.service.games.admit_to_room(room, &self.member.id, &self.class_credentials).await
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
                edited: Vec::new(),
                deleted: Vec::new(),
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

fn unreachable_room(room: &RoomId, error: &StorageError) -> Refusal {
    tracing::warn!(room.id = %room, "{room} could not be joined: {error}");
    if let StorageError::Corrupt(_) = error {
        return Refusal::new(ErrorCode::Damaged, DAMAGED_ROOM);
    }
    Refusal::new(ErrorCode::Unavailable, "The room cannot be reached now. Join again in a moment.")
}
