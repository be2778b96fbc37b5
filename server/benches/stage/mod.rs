//! A fake broker, and the room and member of benchmarks.

use async_trait::async_trait;
use protocol::{Epoch, Member, Name, Position, RoomId, UserId};
use realtime::broker::rewrite::{Rewrite, Rewriter, Rewritten};
use realtime::broker::{Append, Appended, Broker, Ephemeral, Head, IdempotencyKey, Publication, ReadLimit, Replay};
use realtime::channel::Channel;
use storage::StorageError;

/// A broker that stores nothing, so that only what comes before it is measured.
pub struct Nothing;

#[async_trait]
impl Broker for Nothing {
    async fn subscribe(&self, _: &Channel) -> Result<(), StorageError> {
        Ok(())
    }

    async fn unsubscribe(&self, _: &Channel) {}

    async fn publish(&self, _: Append) -> Result<Appended, StorageError> {
        Ok(Appended { position: at(1), repeated: false })
    }

    async fn announce(&self, _: &Channel, _: Ephemeral) -> Result<(), StorageError> {
        Ok(())
    }

    async fn replay(&self, _: &Channel, _: &Position, _: ReadLimit) -> Result<Replay, StorageError> {
        Ok(Replay::Unknown { top: at(0) })
    }

    async fn catch_up(&self, _: &Channel, seen: &Head, _: ReadLimit) -> Result<Replay, StorageError> {
        Ok(Replay::All { publications: Vec::new(), top: seen.position.clone() })
    }

    async fn top(&self, _: &Channel) -> Result<Head, StorageError> {
        Ok(Head { position: at(0), frame: None })
    }

    async fn entry(&self, _: &Channel, _: u64) -> Result<Option<Publication>, StorageError> {
        Ok(None)
    }

    fn is_available(&self, _: &Channel) -> bool {
        true
    }

    async fn ready(&self) -> Result<(), StorageError> {
        Ok(())
    }
}

#[async_trait]
impl Rewriter for Nothing {
    async fn rewrite(&self, _: Append, _: Vec<Rewrite>) -> Result<Rewritten, StorageError> {
        Ok(Rewritten::Stale)
    }

    async fn find_repeated(&self, _: &Channel, _: &IdempotencyKey) -> Result<Option<Position>, StorageError> {
        Ok(None)
    }
}

/// A place in the log of [`Nothing`].
pub fn at(offset: u64) -> Position {
    Position { epoch: Epoch::parse("e").expect("it is well formed"), offset }
}

pub fn room() -> RoomId {
    RoomId::parse("garden").expect("it is well formed")
}

/// The member who sends messages.
pub fn gardener() -> Member {
    let (Ok(id), Ok(name)) = (UserId::parse("gardener"), Name::parse("Gardener")) else {
        panic!("these are well formed")
    };
    Member { id, name }
}
