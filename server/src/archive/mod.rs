//! Stores what is said in rooms in the database, for good, and reads it page by page together with the live logs.
//!
//! Redis has the end of each room's log. Whatever node somebody writes on reads what the database does not have yet and
//! stores it there ([`Archiver`]); nothing leaves Redis before. Knows messages and offsets; knows nothing of sockets,
//! and nothing waits for it: while the database is away the logs in Redis grow.

mod archiver;
mod folded;
mod history;
mod redis;
mod rows;
mod store;
mod waiting;

pub use archiver::Archiver;
pub use folded::Version;
pub use history::ArchivedHistory;
pub use store::{ImportedRoom, MessageStore};
