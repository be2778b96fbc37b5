//! A broker with one log in memory. It delivers nothing by itself: who appends is told whether the node is subscribed,
//! and delivers, or loses it.

use async_trait::async_trait;
use loom::sync::Mutex;
use protocol::{Epoch, Position};
use storage::StorageError;

use crate::broker::{Append, Appended, Broker, Ephemeral, Head, Publication, ReadLimit, Replay};
use crate::channel::Channel;

#[derive(Default)]
pub(super) struct Log(Mutex<State>);

#[derive(Default)]
struct State {
    top: u64,
    is_subscribed: bool,
    fails: bool,
}

impl Log {
    /// Appends a publication; returns its position if it is to be delivered to this node.
    pub(super) fn append(&self) -> Option<Position> {
        let mut state = self.0.lock().unwrap();
        state.top += 1;
        state.is_subscribed.then(|| at(state.top))
    }

    /// Lets the next read of missing publications fail.
    pub(super) fn fail_once(&self) {
        self.0.lock().unwrap().fails = true;
    }
}

pub(super) fn at(offset: u64) -> Position {
    Position { epoch: Epoch::parse("e").unwrap(), offset }
}

fn publication(offset: u64) -> Publication {
    Publication { offset, frame: offset.to_string().into() }
}

#[async_trait]
impl Broker for Log {
    async fn subscribe(&self, _: &Channel) -> Result<(), StorageError> {
        self.0.lock().unwrap().is_subscribed = true;
        Ok(())
    }

    async fn unsubscribe(&self, _: &Channel) {
        self.0.lock().unwrap().is_subscribed = false;
    }

    async fn catch_up(&self, _: &Channel, seen: &Head, _: ReadLimit) -> Result<Replay, StorageError> {
        let mut state = self.0.lock().unwrap();
        if std::mem::take(&mut state.fails) {
            return Err(StorageError::Unavailable("once".into()));
        }
        let publications = (seen.position.offset + 1..=state.top).map(publication).collect();
        Ok(Replay::All { publications, top: at(state.top) })
    }

    async fn top(&self, _: &Channel) -> Result<Head, StorageError> {
        let top = self.0.lock().unwrap().top;
        Ok(Head { position: at(top), frame: (top > 0).then(|| publication(top).frame) })
    }

    fn is_available(&self, _: &Channel) -> bool {
        true
    }

    async fn publish(&self, _: Append) -> Result<Appended, StorageError> {
        unreachable!("models append by themselves")
    }

    async fn announce(&self, _: &Channel, _: Ephemeral) -> Result<(), StorageError> {
        unreachable!("nothing is announced")
    }

    async fn replay(&self, _: &Channel, since: &Position, _: ReadLimit) -> Result<Replay, StorageError> {
        let top = self.0.lock().unwrap().top;
        Ok(Replay::All { publications: (since.offset + 1..=top).map(publication).collect(), top: at(top) })
    }

    async fn entry(&self, _: &Channel, _: u64) -> Result<Option<Publication>, StorageError> {
        unreachable!("nobody looks at one entry")
    }

    async fn ready(&self) -> Result<(), StorageError> {
        Ok(())
    }
}
