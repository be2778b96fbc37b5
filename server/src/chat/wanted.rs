//! A change that somebody wants to make of a message: whether they may, and what it makes of the log.

use std::time::Duration;

use bytes::Bytes;
use protocol::limits::{EDIT_WITHIN, EDITS};
use protocol::{Change, ErrorCode, Member, Message, MessageId, Refusal, RoomEvent, RoomId, ServerMessage, wire};
use realtime::broker::rewrite::{Earlier, NewFrame, Rewrite, Seen};
use realtime::broker::{Append, Growth, IdempotencyKey};
use realtime::channel::Channel;
use realtime::event::{Event, EventHeader};
use storage::StorageError;

use super::{DIGEST, Target};
use crate::digest;

/// The types of the events.
const EDITED: &str = "edited";
const DELETED: &str = "deleted";
/// An offset above all others: the fold accepts an event of which only the log will know the offset.
const NEXT: u64 = u64::MAX;

/// What people read whose message went before they changed it.
pub(super) const GONE: &str = "The message is gone.";

/// A message as it is read, with what is compared when it is replaced.
pub(super) struct Found {
    pub(super) message: Message,
    /// The frame in the log; `None` where only the archive has it.
    pub(super) frame: Option<Bytes>,
}

/// A change that somebody wants to make.
pub(super) struct Wanted<'a> {
    pub(super) room: &'a RoomId,
    pub(super) author: &'a Member,
    pub(super) id: &'a MessageId,
    pub(super) target: Target,
    /// The new text; `None` where it is to be taken away.
    pub(super) text: Option<&'a str>,
}

impl Wanted<'_> {
    pub(super) fn refused(&self, code: ErrorCode, sentence: &str) -> Refusal {
        Refusal::new(code, sentence).answering(Some(self.id.clone()))
    }

    /// Why the change may not be made.
    pub(super) fn why_not(&self, message: &Message, now: u64) -> Option<Refusal> {
        let is_own = message.author.id == self.author.id;
        let (code, sentence) = match self.text {
            _ if !is_own => (ErrorCode::Forbidden, "Only whoever wrote a message can change it."),
            _ if message.is_deleted() => (ErrorCode::NoMessage, GONE),
            None => return None,
            Some(_) if now.saturating_sub(message.sent_at) > ms(EDIT_WITHIN) => {
                (ErrorCode::TooLate, "A message can be edited for 15 minutes.")
            }
            Some(_) if message.edits.len() >= EDITS => (ErrorCode::TooLate, "This message was edited too often."),
            Some(_) => return None,
        };
        Some(self.refused(code, sentence))
    }

    /// Whether a frame of the log is this very change.
    pub(super) fn is_in(&self, frame: &str) -> bool {
        match wire::decode_event(frame) {
            Some(RoomEvent::Edited(change)) => self.text.is_some() && self.made(&change),
            Some(RoomEvent::Deleted(change)) => self.text.is_none() && self.made(&change),
            Some(RoomEvent::Posted(_)) | None => false,
        }
    }

    fn made(&self, change: &Change) -> bool {
        change.id == *self.id && change.author.id == self.author.id && change.target == self.target.offset
    }

    fn event(&self, offset: u64, now: u64) -> RoomEvent {
        let change = Change {
            room_id: self.room.clone(),
            id: self.id.clone(),
            offset,
            target: self.target.offset,
            author: self.author.clone(),
            changed_at: now,
            message: self.text.map(ToOwned::to_owned),
        };
        if self.text.is_some() { RoomEvent::Edited(change) } else { RoomEvent::Deleted(change) }
    }

    /// What makes the change unique in its room.
    pub(super) fn idempotency(&self) -> IdempotencyKey {
        // No text of a message has this character.
        let what = match self.text {
            Some(text) => format!("\0edit {}\0{text}", self.target.offset),
            None => format!("\0delete {}", self.target.offset),
        };
        IdempotencyKey {
            key: [self.author.id.as_str(), "/", self.id.as_str()].concat(),
            digest: digest::of(what, DIGEST),
        }
    }

    /// The frame of the change, made anew from what it made of its message.
    pub(super) fn frame(&self, offset: u64, message: &Message) -> String {
        let changed_at = message.deleted_at.or(message.edited_at).unwrap_or(message.sent_at);
        wire::encode_server(&self.event(offset, changed_at).into())
    }

    /// Whether this is the message that is meant.
    pub(super) fn means(&self, message: &Message) -> bool {
        self.target.sent_at.is_none_or(|sent_at| sent_at == message.sent_at)
    }

    /// The event, and what it makes of entries of the log.
    ///
    /// # Errors [`StorageError::Corrupt`]: the event cannot be encoded.
    pub(super) fn commit(
        &self,
        Found { message, frame }: &Found,
        now: u64,
    ) -> Result<(Append, Vec<Rewrite>), StorageError> {
        let event = self.event(NEXT, now);
        let mut changed = message.clone();
        let mut rewrites = Vec::new();
        if changed.apply(&event) {
            let (frame_then, earlier) = match self.text {
                Some(_) => {
                    changed.edits.pop();
                    (NewFrame::Numbered(wire::edited_template(&changed)), Earlier::Keep)
                }
                None => (NewFrame::Whole(wire::encode_server(&ServerMessage::Message(changed))), Earlier::Erase),
            };
            let seen = frame.clone().map_or(Seen::Absent, Seen::Frame);
            rewrites.push(Rewrite { offset: self.target.offset, seen, frame: frame_then, earlier });
            if self.text.is_none() {
                rewrites.extend(message.edits.iter().map(|edit| self.blank(*edit, now)));
            }
        }
        let kind = if self.text.is_some() { EDITED } else { DELETED };
        let append = Append {
            channel: Channel::Room(self.room.clone()),
            idempotency: Some(self.idempotency()),
            event: Event {
                header: EventHeader::new(kind, now, Some(self.id), Some(&self.author.id)),
                frame: wire::change_template(&event).ok_or_else(|| StorageError::corrupt("a change"))?,
            },
            growth: Growth::Free,
        };
        Ok((append, rewrites))
    }

    /// An edit whose text goes with its message: from then on it is the deletion, too.
    fn blank(&self, edit: u64, now: u64) -> Rewrite {
        let frame = wire::encode_server(&self.event(edit, now).into());
        Rewrite { offset: edit, seen: Seen::Anything, frame: NewFrame::Whole(frame), earlier: Earlier::Erase }
    }
}

fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
