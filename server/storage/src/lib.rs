//! Where the server keeps things: Redis ([`redis`]), PostgreSQL ([`postgres`]) and one SQLite file ([`sqlite`]).
//!
//! Knows connections, shards, transactions and migrations, and has one [`StorageError`] for all that can fail. What the
//! keys and rows mean is its callers' matter: this crate knows no room, no game and no frame.

// Nothing from outside ends the process: return an error; a panic is no answer.
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used))]

pub mod cancel_on_drop;
pub mod clock;
pub mod document;
mod error;
pub mod postgres;
pub mod random;
pub mod redis;
pub mod sqlite;

#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;

pub use error::{CORRUPT_DATA, StorageError, readable};
