//! Posting to a room: messages and what becomes of them, which go to the log; and that somebody is typing.

use protocol::{ClientMessage, ErrorCode, MessageId, Refusal, RoomId};
use realtime::channel::Channel;
use realtime::hub::Hub;
use realtime::outbox::Outbox;
use tungstenite::Utf8Bytes;

use super::{RoomHandler, answer};
use crate::chat::{Draft, Posted, Target};
use crate::session::random_message_id;
use crate::ws::Action;

/// What a client wants to have in the log of a room.
pub(super) enum Posting {
    /// A message of its own.
    New {
        /// The text as it was typed.
        text: String,
        /// The offset of the message that it answers.
        reply_to: Option<u64>,
    },
    /// Another text for a message.
    Edit {
        /// Which message is meant.
        target: Target,
        /// The text as it was typed.
        text: String,
    },
    /// That a message is deleted.
    Delete {
        /// Which message is meant.
        target: Target,
    },
}

impl RoomHandler {
    /// Begins to append to the log of a room: of the one joined last, if none is named.
    pub(super) fn begin(
        &mut self,
        room: Option<RoomId>,
        id: Option<MessageId>,
        posting: Posting,
    ) -> Action<ClientMessage> {
        let room =
            room.or_else(|| self.subscriptions.latest().cloned()).filter(|room| self.subscriptions.contains(room));
        let Some(room) = room else {
            self.answer(Refusal::new(ErrorCode::NotInRoom, "Join the room first.").answering(id));
            return Action::Done;
        };
        let id = id.unwrap_or_else(random_message_id);
        self.learn_name();
        let (service, member, outbox) = (self.service.clone(), self.member.clone(), self.outbox.clone());
        Action::InFlight(Box::pin(async move {
            let posted = match &posting {
                Posting::New { text, reply_to } => {
                    service.chat.post(&room, &member, Draft { id: &id, text, reply_to: *reply_to }).await
                }
                // Boxed: seldom needed, and every message's future would be larger by it.
                Posting::Edit { target, text } => Box::pin(service.chat.edit(&room, &member, &id, *target, text)).await,
                Posting::Delete { target } => Box::pin(service.chat.delete(&room, &member, &id, *target)).await,
            };
            match posted {
                Ok(posted) => send_logged_frame(&service.hub, room, posted, &outbox),
                Err(refusal) => answer(&outbox, refusal),
            }
        }))
    }

    pub(super) async fn typing(&mut self, room: &RoomId) -> Result<(), Refusal> {
        if !self.subscriptions.contains(room) {
            return Err(Refusal::new(ErrorCode::NotInRoom, "Join the room first."));
        }
        self.learn_name();
        self.service.chat.typing(room, &self.member).await;
        Ok(())
    }
}

/// Answers a resend with the frame in the log. A new message comes through the hub, as to everybody; so does a
/// resend that the hub has not delivered yet, because sent directly it would overtake the messages before it.
fn send_logged_frame(hub: &Hub, room: RoomId, posted: Posted, outbox: &Outbox) {
    let is_past = || hub.has_delivered(&Channel::Room(room), &posted.appended.position);
    if let Some(again) = posted.again.and_then(|frame| Utf8Bytes::try_from(frame).ok())
        && is_past()
    {
        outbox.push(&again);
    }
}
