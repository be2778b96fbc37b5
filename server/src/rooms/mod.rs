//! The list of rooms: their titles, when they were last active, and which of them are listed
//! on the home page.
//!
//! Nothing depends on it: a room consists of its log and its people. The home page's list
//! is made in [`directory`].

use async_trait::async_trait;
use protocol::RoomId;
use storage::StorageError;

pub mod directory;
pub mod embedded;
pub(crate) mod namesake;
pub mod nowhere;
pub mod postgres;
mod renaming;

pub use directory::Directory;
pub use renaming::Renaming;

/// The largest number of rooms that one machine knows; the one that was quiet longest is forgotten first. In a database
/// rooms stay until [retention](crate::retention) removes them.
pub const KNOWN: usize = 10_000;

/// How many rooms one call forgets at most.
const FORGOTTEN_AT_ONCE: usize = 100;

/// A room that somebody opened or wrote in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownRoom {
    /// The id of the room in canonical form.
    pub room: RoomId,
    /// Its title, if it was opened under one.
    pub title: Option<String>,
    /// When somebody last wrote in it or entered it, in milliseconds since 1970.
    pub active_at: u64,
}

/// Whether a room is on the home page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// It is on the home page.
    Listed,
    /// It is found by its name or address alone.
    Unlisted,
}

/// Keeps the titles of rooms, and which of them are on the front page.
#[async_trait]
pub trait Rooms: Send + Sync {
    /// Makes a room known under a title. The first title stays, and so does the first listing.
    async fn open(&self, room: &RoomId, title: &str, listing: Listing) -> Result<(), StorageError>;

    /// Notes that somebody wrote in a room: it is known from now on, and active.
    async fn note_message(&self, room: &RoomId) -> Result<(), StorageError>;

    /// Notes that somebody entered a room: if it is known, it is active. Looking at a room does
    /// not make it known.
    async fn enter(&self, room: &RoomId) -> Result<(), StorageError>;

    /// A room's title, if it has one.
    async fn title(&self, room: &RoomId) -> Result<Option<String>, StorageError>;

    /// The listed rooms that were active last, the latest first. A damaged one is
    /// left out, see [`readable`](storage::readable).
    async fn listed(&self, limit: usize) -> Result<Vec<KnownRoom>, StorageError>;
}

/// What a damaged room of the list is called in an error.
const DAMAGED: &str = "a room in the list of rooms";

/// The error for a listed room whose id cannot be read.
fn damaged_room() -> StorageError {
    StorageError::corrupt(DAMAGED)
}
