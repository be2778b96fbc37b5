//! What can be read about rooms over HTTP.

use serde::{Deserialize, Serialize};

use crate::id::{RoomId, UserId};
use crate::message::{Member, Message};
use crate::position::Position;

/// A page of the log: its messages as they are now, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryPage {
    /// The messages, at most [`crate::limits::PAGE_MESSAGES`].
    pub messages: Vec<Message>,
    /// The top of the log when this page was read: join from here.
    pub position: Position,
    /// Whether the log has entries before the first of these.
    pub more: bool,
    /// The offset of the first entry of the log that the page covers, message or not; 0 if there is none.
    #[serde(default)]
    pub first: u64,
    /// The offset of the last entry that it covers, as `first`.
    #[serde(default)]
    pub last: u64,
}

/// The members of a room, read without entering it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoomPreview {
    /// The id of the room in canonical form.
    pub room_id: RoomId,
    /// The title of the room, or its id if it has none.
    pub title: String,
    /// The first page of the members.
    pub members: Vec<Member>,
    /// How many members the room has, on all pages.
    pub member_count: usize,
}

/// A page of a room's members, in the order of their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MembersPage {
    /// The members, at most [`crate::limits::MEMBERS_PER_FRAME`].
    pub members: Vec<Member>,
    /// How many members the room has, on all pages.
    pub member_count: usize,
    /// The last member's id if more follow: ask for those after it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next: Option<UserId>,
}

/// A room in the list of rooms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoomSummary {
    /// The id of the room, which is also its address.
    pub room_id: RoomId,
    /// The title that the room was opened under.
    pub title: String,
    /// A few of its members, for the list alone; `member_count` says how many there are.
    pub members: Vec<Member>,
    /// The number of members; 0 in a room that fell quiet.
    pub member_count: usize,
}
