//! The protocol between a Hubbub server and its clients: frames, ids, limits.
//!
//! Both sides of the wire, the browser and the load generator share this crate, so it knows no framework, no
//! runtime, no clock and no Redis. Right answers are only in [`quiz`], which is what an author writes, and in
//! what a game reveals.

// Nothing from outside ends the process: return an error; a panic is no answer.
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used))]

pub mod close;
pub mod error;
pub mod formula;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
pub mod game;
pub mod id;
pub mod limits;
pub mod message;
pub mod position;
pub mod quiz;
pub mod room;
pub mod room_event;
pub mod text;
pub mod wire;

pub use close::CloseCode;
pub use error::{ErrorCode, Refusal};
pub use id::{
    Epoch, HostId, InvalidId, MessageId, Name, PictureId, Pin, QuizId, ResultsId, RoomId, RoomKind, SessionToken,
    UserId,
};
pub use message::{
    Availability, Change, ClientMessage, Joined, Member, Message, Namesake, NewEpoch, Presence, ServerMessage, Typing,
    WantedChange,
};
pub use position::Position;
pub use room::{HistoryPage, MembersPage, RoomPreview, RoomSummary};
pub use room_event::{RoomEvent, fold_events};

/// The version of the protocol, as in `/ws?v=1`.
pub const VERSION: u32 = 1;
