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
use super::{Chat, Posted, Target, refuse};

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
        target: Target,
        text: &str,
    ) -> Result<Posted, Refusal> {
        let text = self.check(text).map_err(|refusal| refusal.answering(Some(id.clone())))?;
        self.change(Wanted { room, author, id, target, text: Some(&*text) }).await
    }

    /// Takes the text of a message away, everywhere. To delete what was deleted is no error.
    ///
    /// # Errors The refusal to answer with. After a temporary one, repeat it with the same id.
    pub async fn delete(
        &self,
        room: &RoomId,
        author: &Member,
        id: &MessageId,
        target: Target,
    ) -> Result<Posted, Refusal> {
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
            let channel = Channel::Room(wanted.room.clone());
            let repeated = self.rewriter.find_repeated(&channel, &wanted.idempotency()).await.map_err(failed)?;
            let position = repeated.ok_or(refusal)?;
            return self.done_before(wanted, &found.message, position).await.map(Some);
        }
        let (mut append, rewrites) = wanted.commit(&found, now).map_err(failed)?;
        // What is taken away makes more space than its event needs.
        append.growth = if wanted.text.is_some() { self.growth() } else { Growth::Free };
        let bytes = append.event.frame.head.len() + append.event.frame.tail.len();
        let appended = match self.append_change(wanted.room, append, rewrites).await.map_err(failed)? {
            Rewritten::Stale => return Ok(None),
            Rewritten::Done(appended) => appended,
        };
        if appended.repeated {
            return self.done_before(wanted, &found.message, appended.position).await.map(Some);
        }
        self.quotas.note(bytes as u64);
        Ok(Some(Posted { appended, again: None }))
    }

    /// The answer to a repeat of what is in the log at `position`.
    async fn done_before(&self, wanted: &Wanted<'_>, message: &Message, position: Position) -> Result<Posted, Refusal> {
        let failed = |error: StorageError| refuse(&error, wanted.id);
        let channel = Channel::Room(wanted.room.clone());
        let entry = self.broker.entry(&channel, position.offset).await.map_err(failed)?;
        let frame = match entry {
            Some(entry) if wanted.is_in(entry.text(&channel).map_err(failed)?) => entry.frame,
            // The edit went with its message.
            Some(_) => return Err(wanted.refused(ErrorCode::NoMessage, GONE)),
            // The entry has left the live log, and the archive has no events: this is what it was.
            None => wanted.frame(position.offset, message).into(),
        };
        Ok(Posted { appended: Appended { position, repeated: true }, again: Some(frame) })
    }

    /// The message as it is now.
    async fn find(&self, wanted: &Wanted<'_>) -> Result<Option<Found>, StorageError> {
        let channel = Channel::Room(wanted.room.clone());
        if let Some(entry) = self.broker.entry(&channel, wanted.target.offset).await? {
            let message = wire::decode_message(entry.text(&channel)?).filter(|message| wanted.means(message));
            return Ok(message.map(|message| Found { message, frame: Some(entry.frame) }));
        }
        let Some(archive) = self.archive.as_ref().filter(|_| channel.lasts()) else { return Ok(None) };
        let message = archive.message(wanted.room, wanted.target.offset).await?;
        let message = message.filter(|message| wanted.means(message));
        Ok(message.map(|message| Found { message, frame: None }))
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
