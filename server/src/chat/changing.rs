//! Changes messages that are in the log: gives them another text, or takes it away.
//!
//! Reads the message as it is, asks what its person may do, and commits the event together with what the message is from
//! then on. Whoever was overtaken by another change reads it again.

use protocol::{ErrorCode, Member, Message, MessageId, Position, Refusal, RoomId, wire};
use realtime::broker::rewrite::{Rewrite, Rewritten};
use realtime::broker::{Append, Appended, Growth};
use realtime::channel::Channel;
use storage::{StorageError, clock};

use super::wanted::{Found, GONE, Wanted};
use super::{Chat, Posted, refuse};

/// How often a change is tried that others overtake.
const TRIES: usize = 8;

impl Chat {
    /// Gives a message another text. `Ok` means that the log has the edit; a repeat with the same id gives the first result.
    ///
    /// # Errors The refusal to answer with. After a temporary one, repeat it with the same id.
    pub async fn edit(
        &self,
        room: &RoomId,
        author: &Member,
        id: &MessageId,
        target: u64,
        text: &str,
    ) -> Result<Posted, Refusal> {
        let text = self.check(text).map_err(|refusal| refusal.answering(Some(id.clone())))?;
        self.change(Wanted { room, author, id, target, text: Some(&*text) }).await
    }

    /// Takes the text of a message away, everywhere. To delete what was deleted is no error.
    ///
    /// # Errors The refusal to answer with. After a temporary one, repeat it with the same id.
    pub async fn delete(&self, room: &RoomId, author: &Member, id: &MessageId, target: u64) -> Result<Posted, Refusal> {
        self.change(Wanted { room, author, id, target, text: None }).await
    }

    async fn change(&self, wanted: Wanted<'_>) -> Result<Posted, Refusal> {
        self.check_class(wanted.room).await.map_err(|refusal| refusal.answering(Some(wanted.id.clone())))?;
        for _ in 0..TRIES {
            if let Some(posted) = self.try_to_change(&wanted).await? {
                return Ok(posted);
            }
        }
        let sentence = "Others are changing this message at the same time. Try it again in a moment.";
        Err(wanted.refused(ErrorCode::Unavailable, sentence))
    }

    /// Makes the change; `None` where another one was faster.
    async fn try_to_change(&self, wanted: &Wanted<'_>) -> Result<Option<Posted>, Refusal> {
        let failed = |error: StorageError| refuse(&error, wanted.id);
        let Some(found) = self.find(wanted).await.map_err(failed)? else {
            return Err(wanted.refused(ErrorCode::NoMessage, "There is no such message in this room."));
        };
        let now = clock::now_ms();
        if let Some(refusal) = wanted.why_not(&found.message, now) {
            // It may be in the log already: then whoever repeats it is told so.
            return match self.done_before(wanted, &found.message).await.map_err(failed)? {
                Some(posted) => Ok(Some(posted)),
                None => Err(refusal),
            };
        }
        let (mut append, rewrites) = wanted.commit(&found, now).map_err(failed)?;
        // What is taken away makes more space than its event needs.
        append.growth = if wanted.text.is_some() { self.growth() } else { Growth::Free };
        let bytes = append.event.frame.head.len() + append.event.frame.tail.len();
        let appended = match self.append_change(wanted.room, append, rewrites).await.map_err(failed)? {
            Rewritten::Stale => return Ok(None),
            Rewritten::Done(appended) => appended,
        };
        if !appended.repeated {
            self.quotas.note(bytes as u64);
            return Ok(Some(Posted { appended, again: None }));
        }
        let channel = Channel::Room(wanted.room.clone());
        let entry = self.broker.entry(&channel, appended.position.offset).await.map_err(failed)?;
        let again = entry.filter(|entry| wanted.is_in(entry.text(&channel).unwrap_or_default()));
        match again {
            Some(entry) => Ok(Some(Posted { appended, again: Some(entry.frame) })),
            // The edit was in the log, and went with its message.
            None => Err(wanted.refused(ErrorCode::NoMessage, GONE)),
        }
    }

    /// The message as it is now.
    async fn find(&self, wanted: &Wanted<'_>) -> Result<Option<Found>, StorageError> {
        let channel = Channel::Room(wanted.room.clone());
        if let Some(entry) = self.broker.entry(&channel, wanted.target).await? {
            let message = wire::decode_message(entry.text(&channel)?);
            return Ok(message.map(|message| Found { message, frame: Some(entry.frame) }));
        }
        let Some(archive) = self.archive.as_ref().filter(|_| channel.lasts()) else { return Ok(None) };
        let message = archive.message(wanted.room, wanted.target).await?;
        Ok(message.map(|message| Found { message, frame: None }))
    }

    /// The answer to a repeated edit that its message shows.
    async fn done_before(&self, wanted: &Wanted<'_>, message: &Message) -> Result<Option<Posted>, StorageError> {
        let channel = Channel::Room(wanted.room.clone());
        for offset in message.edits.iter().rev() {
            let Some(entry) = self.broker.entry(&channel, *offset).await? else { continue };
            if wanted.is_in(entry.text(&channel)?) {
                let top = self.broker.top(&channel).await?.position;
                let position = Position { offset: *offset, ..top };
                let appended = Appended { position, repeated: true };
                return Ok(Some(Posted { appended, again: Some(entry.frame) }));
            }
        }
        Ok(None)
    }

    async fn append_change(
        &self,
        room: &RoomId,
        append: Append,
        rewrites: Vec<Rewrite>,
    ) -> Result<Rewritten, StorageError> {
        let Some(archiver) = &self.archiver else { return self.rewriter.rewrite(append, rewrites).await };
        let channel = append.channel.clone();
        if archiver.must_announce(&channel) {
            archiver.announce(room).await;
        }
        let rewritten = self.rewriter.rewrite(append, rewrites).await;
        archiver.note(&channel);
        rewritten
    }
}
