//! The chat: checks messages, makes their frames and appends them to the log.
//!
//! An application over the broker. Knows messages and their rules; knows nothing of sockets, and
//! never waits for deliveries.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use futures::future::BoxFuture;
use protocol::text::{Shape, clean, too_long};
use protocol::{ErrorCode, Member, MessageId, Refusal, RoomId, RoomKind, ServerMessage, Typing, wire};
use realtime::broker::rewrite::Rewriter;
use realtime::broker::{Append, Appended, Broker, Ephemeral, Growth, IdempotencyKey, Publication};
use realtime::channel::Channel;
use realtime::event::{Event, EventHeader};
use storage::{StorageError, clock};

use crate::archive::{Archiver, MessageStore};
use crate::digest;
use crate::games::Key;
use crate::quota::Quotas;
use crate::rooms::Directory;

mod changing;
mod wanted;

/// The length of a text's digest, in bytes.
const DIGEST: usize = 16;
/// The type of the event that a message is.
const POSTED: &str = "posted";
/// What people read where the log of a room is damaged.
pub(crate) const DAMAGED_ROOM: &str = "What is stored of this room is damaged. Tell whoever runs this server.";
/// How many messages of a room are posted between two notes of its activity.
const NOTED_EVERY: u64 = 64;

/// Tells whether the chat of a game's class is open.
pub type ClassChatGate = Box<dyn Fn(Key) -> BoxFuture<'static, Result<bool, Refusal>> + Send + Sync>;

/// Posts messages to rooms.
pub struct Chat {
    broker: Arc<dyn Broker>,
    /// The same broker, which replaces entries.
    rewriter: Arc<dyn Rewriter>,
    classes: ClassChatGate,
    quotas: Arc<Quotas>,
    message_chars: usize,
    /// Notes that a room is active; `None`: nobody lists rooms.
    directory: Option<Arc<Directory>>,
    /// Stores what is said; `None`: the logs are all there is.
    archiver: Option<Arc<Archiver>>,
    /// What the archiver stored.
    archive: Option<MessageStore>,
}

/// A text that somebody posts.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    /// The id by which a repeat is recognised.
    pub id: &'a MessageId,
    /// The text as it was typed.
    pub text: &'a str,
    /// The offset of the message that it answers.
    pub reply_to: Option<u64>,
}

/// The message that somebody wants to change.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The offset of the message.
    pub offset: u64,
    /// When it was sent, if whoever asks knows: a log that began anew may have another message at the offset.
    pub sent_at: Option<u64>,
}

/// A message, or a change of one, that is in the log.
pub struct Posted {
    /// Its position, and whether it was there before.
    pub appended: Appended,
    /// The frame in the log, for a message that was there before: it is not announced again, so the sender
    /// has to get it.
    pub again: Option<Bytes>,
}

impl Chat {
    /// A chat over the two sides of one broker, with messages of at most `message_chars` characters.
    pub fn new(
        (broker, rewriter): (Arc<dyn Broker>, Arc<dyn Rewriter>),
        classes: ClassChatGate,
        quotas: Arc<Quotas>,
        message_chars: usize,
    ) -> Self {
        Self { broker, rewriter, classes, quotas, message_chars, directory: None, archiver: None, archive: None }
    }

    /// The same chat, which notes in the list of rooms that they are active.
    pub fn noting_in(self, directory: Arc<Directory>) -> Self {
        Self { directory: Some(directory), ..self }
    }

    /// The same chat, whose messages are archived.
    pub fn archived_by(self, archiver: Option<Arc<Archiver>>) -> Self {
        let archive = archiver.as_ref().map(|archiver| archiver.messages().clone());
        Self { archiver, archive, ..self }
    }

    /// Posts a text to a room. `Ok` means that the log has it; a repeat with the same id
    /// gives the first result.
    ///
    /// # Errors The refusal to answer with. After a temporary one, repeat it with the same id.
    pub async fn post(&self, room: &RoomId, author: &Member, draft: Draft<'_>) -> Result<Posted, Refusal> {
        let Draft { id, text, reply_to } = draft;
        let text = &*self.check(text).map_err(|refusal| refusal.answering(Some(id.clone())))?;
        self.check_class(room).await.map_err(|refusal| refusal.answering(Some(id.clone())))?;
        let now = clock::now_ms();
        let frame = wire::message_template(room, id, author, text, reply_to, now);
        let bytes = frame.head.len() + frame.tail.len();
        let append = Append {
            channel: Channel::Room(room.clone()),
            idempotency: Some(IdempotencyKey {
                key: [author.id.as_str(), "/", id.as_str()].concat(),
                digest: match reply_to {
                    None => digest::of(text, DIGEST),
                    // No text has this character.
                    Some(reply_to) => digest::of(format!("\0reply {reply_to}\0{text}"), DIGEST),
                },
            }),
            event: Event { header: EventHeader::new(POSTED, now, Some(id), Some(&author.id)), frame },
            growth: self.growth(),
        };
        let appended = self.append(room, append).await.map_err(|error| refuse(&error, id))?;
        if !appended.repeated {
            self.quotas.note(bytes as u64);
            crate::metrics::hot().publications_in.increment(1);
        }
        let mut again = None;
        if appended.repeated {
            let channel = Channel::Room(room.clone());
            let entry = self.broker.entry(&channel, appended.position.offset).await;
            let entry = entry.and_then(|entry| entry.map(|entry| whole(&channel, entry)).transpose());
            again = entry.map_err(|error| refuse(&error, id))?;
        }
        self.note(room, &appended);
        Ok(Posted { appended, again })
    }

    fn growth(&self) -> Growth {
        if self.quotas.is_full() { Growth::ReplaceOldest } else { Growth::Free }
    }

    /// Appends a message to its log. Before that is acknowledged, the archive knows of it.
    async fn append(&self, room: &RoomId, append: Append) -> Result<Appended, StorageError> {
        let Some(archiver) = &self.archiver else { return self.broker.publish(append).await };
        let channel = append.channel.clone();
        let appended = match archiver.must_announce(&channel) {
            // Boxed: seldom needed, and every message's future would be larger by it.
            true => Box::pin(async { tokio::join!(self.broker.publish(append), archiver.announce(room)).0 }).await,
            false => self.broker.publish(append).await,
        };
        archiver.note(&channel);
        appended
    }

    /// Notes a room as active with its first message, and with each [`NOTED_EVERY`] after it. A class chat is not in
    /// the list: it is found by its game.
    fn note(&self, room: &RoomId, appended: &Appended) {
        let is_noted = appended.position.offset % NOTED_EVERY == 1 && !appended.repeated;
        if let Some(directory) = self.directory.as_ref().filter(|_| is_noted && room.kind() == RoomKind::Open) {
            directory.note_message(room);
        }
    }

    /// Announces that somebody is typing. It may get lost.
    pub async fn typing(&self, room: &RoomId, member: &Member) {
        let typing = ServerMessage::Typing(Typing { room_id: room.clone(), member: member.clone() });
        let frame = Ephemeral::Frame(wire::encode_server(&typing).into());
        if let Err(error) = self.broker.announce(&Channel::Room(room.clone()), frame).await {
            tracing::debug!(room.id = %room, "nobody was told who is typing: {error}");
        }
    }

    /// Checks that the class chat is open, if the room is a class's.
    async fn check_class(&self, room: &RoomId) -> Result<(), Refusal> {
        if room.kind() != RoomKind::Class {
            return Ok(());
        }
        let is_open = match Key::of_class_room(room) {
            Some(key) => (self.classes)(key).await,
            None => Ok(false),
        };
        let is_open = match is_open {
            Err(refusal) if refusal.code == ErrorCode::NoGame => false,
            is_open => is_open?,
        };
        if is_open { Ok(()) } else { Err(Refusal::new(ErrorCode::NotNow, "The chat of this game is closed.")) }
    }

    /// Checks a text and cleans it.
    fn check<'a>(&self, text: &'a str) -> Result<Cow<'a, str>, Refusal> {
        let text = clean(text, Shape::Lines);
        if text.is_empty() {
            return Err(Refusal::new(ErrorCode::EmptyMessage, "A message needs some text that can be seen."));
        }
        let most = self.message_chars;
        // No text has more characters than bytes; counting stops one past the limit.
        if text.len() > most && text.chars().take(most + 1).count() > most {
            let sentence = format!("{} Shorten it or send it in parts.", too_long(text.chars().count(), most));
            return Err(Refusal::new(ErrorCode::MessageTooLong, sentence));
        }
        Ok(text)
    }
}

/// The frame of an entry that is a message.
fn whole(channel: &Channel, entry: Publication) -> Result<Bytes, StorageError> {
    match wire::decode_message(entry.text(channel)?) {
        Some(_) => Ok(entry.frame),
        None => Err(entry.damaged(channel)),
    }
}

fn refuse(error: &StorageError, id: &MessageId) -> Refusal {
    let (code, sentence) = match error {
        StorageError::Unavailable(_) => {
            (ErrorCode::Unavailable, "The room cannot be reached now. Send it again in a moment.")
        }
        StorageError::Full(_) => (ErrorCode::Full, "There is no space for new messages now."),
        StorageError::Corrupt(_) => (ErrorCode::Damaged, DAMAGED_ROOM),
        StorageError::Conflict => (ErrorCode::Conflict, "This message id was used for another text."),
    };
    if !matches!(error, StorageError::Conflict) {
        tracing::warn!("a message was not taken: {error}");
    }
    Refusal::new(code, sentence).answering(Some(id.clone()))
}
