//! Posting to a room: messages, which go to the log, and that somebody is typing.

use futures::future::BoxFuture;
use protocol::{ErrorCode, MessageId, Refusal, RoomId};
use realtime::channel::Channel;
use realtime::hub::Hub;
use realtime::outbox::Outbox;
use tungstenite::Utf8Bytes;

use super::{RoomHandler, answer};
use crate::chat::Posted;
use crate::session::random_message_id;

impl RoomHandler {
    /// Begins to post a message: to the room joined last, if it names none.
    ///
    /// # Errors The client is not in the room.
    pub(super) fn post(
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
