//! Rooms of a deployment without a database: they have no titles, and none is listed.

use async_trait::async_trait;
use protocol::RoomId;
use storage::StorageError;

use super::{KnownRoom, Listing, Rooms};

/// Knows no room. Each can be entered by its address, and what is said in it is in its log.
pub struct NoRooms;

#[async_trait]
impl Rooms for NoRooms {
    async fn open(&self, _: &RoomId, _: &str, _: Listing) -> Result<(), StorageError> {
        Ok(())
    }

    async fn note_message(&self, _: &RoomId) -> Result<(), StorageError> {
        Ok(())
    }

    async fn enter(&self, _: &RoomId) -> Result<(), StorageError> {
        Ok(())
    }

    async fn title(&self, _: &RoomId) -> Result<Option<String>, StorageError> {
        Ok(None)
    }

    async fn listed(&self, _: usize) -> Result<Vec<KnownRoom>, StorageError> {
        Ok(Vec::new())
    }
}
