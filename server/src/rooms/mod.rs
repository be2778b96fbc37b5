//! Knows which rooms there are: their titles, and where something went on lately.
//!
//! Nothing depends on it: a room lives by its log and its people. What is
//! listed on the home page is put together in [`directory`].

use async_trait::async_trait;
use protocol::RoomId;

pub mod directory;
pub mod embedded;
pub mod redis;

pub use directory::Directory;

/// Rooms that are known at most; the one that was quiet longest is forgotten first.
pub const KNOWN: usize = 10_000;

/// A room that somebody opened or entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownRoom {
    /// Which.
    pub room: RoomId,
    /// What people call it, if anybody said so.
    pub title: Option<String>,
    /// When somebody last opened or entered it, in milliseconds since 1970.
    pub active_at: u64,
}

/// Why the rooms are not known at the moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the list of rooms cannot be reached: {0}")]
pub struct RoomsError(pub String);

/// The list of rooms.
#[async_trait]
pub trait Rooms: Send + Sync {
    /// Makes a room known under a title. The first title stays.
    async fn open(&self, room: &RoomId, title: &str) -> Result<(), RoomsError>;

    /// Makes a room the most recently active one, known before or not.
    async fn touch(&self, room: &RoomId) -> Result<(), RoomsError>;

    /// What people call a room, if anybody said so.
    async fn title(&self, room: &RoomId) -> Result<Option<String>, RoomsError>;

    /// The most recently active rooms, the latest first.
    async fn recent(&self, limit: usize) -> Result<Vec<KnownRoom>, RoomsError>;
}
