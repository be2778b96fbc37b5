//! Knows which rooms there are: their titles, where something went on lately,
//! and which of them stand on the front page.
//!
//! Nothing depends on it: a room lives by its log and its people. What is
//! listed on the front page is put together in [`directory`].

use async_trait::async_trait;
use protocol::RoomId;

pub mod directory;
pub mod embedded;
pub mod redis;

pub use directory::Directory;

/// Rooms that are known at most; the one that was quiet longest is forgotten first.
pub const KNOWN: usize = 10_000;

/// Rooms that one call forgets at most.
const FORGOTTEN_AT_ONCE: usize = 100;

/// A room that somebody opened or spoke in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownRoom {
    /// Which.
    pub room: RoomId,
    /// What people call it, if anybody said so.
    pub title: Option<String>,
    /// When something last went on there, in milliseconds since 1970.
    pub active_at: u64,
}

/// Whether a room stands on the front page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// For everybody to find.
    Listed,
    /// Only whoever has its address finds it.
    Unlisted,
}

/// Why the rooms are not known at the moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the list of rooms cannot be reached: {0}")]
pub struct RoomsError(pub String);

/// The list of rooms.
#[async_trait]
pub trait Rooms: Send + Sync {
    /// Makes a room known under a title. The first title stays. Whether it is
    /// listed is decided by whoever makes it known, and by nobody later.
    async fn open(&self, room: &RoomId, title: &str, listing: Listing) -> Result<(), RoomsError>;

    /// Somebody speaks in a room: it is known from now on, and active.
    async fn speak(&self, room: &RoomId) -> Result<(), RoomsError>;

    /// Somebody enters a room: where it is known, it is active. Looking at a
    /// room does not make it known.
    async fn enter(&self, room: &RoomId) -> Result<(), RoomsError>;

    /// What people call a room, if anybody said so.
    async fn title(&self, room: &RoomId) -> Result<Option<String>, RoomsError>;

    /// The listed rooms that were active last, the latest first.
    async fn listed(&self, limit: usize) -> Result<Vec<KnownRoom>, RoomsError>;
}
