//! What can be read about rooms over HTTP.

use serde::{Deserialize, Serialize};

use crate::id::{RoomId, UserId};
use crate::message::{Member, Message};
use crate::position::Position;

/// A page of what was said, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryPage {
    /// The messages, at most [`crate::limits::PAGE_MESSAGES`].
    pub messages: Vec<Message>,
    /// The top of the log when this page was read: join from here.
    pub position: Position,
    /// Whether there are earlier ones.
    pub more: bool,
}

/// Who is in a room, read without entering it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoomPreview {
    /// The room.
    pub room_id: RoomId,
    /// What people call it; the id where nobody gave it a title.
    pub title: String,
    /// The first page of the people there.
    pub members: Vec<Member>,
    /// How many are there.
    pub member_count: usize,
}

/// A page of the people in a room, in the order of their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MembersPage {
    /// At most [`crate::limits::MEMBERS_PER_FRAME`].
    pub members: Vec<Member>,
    /// How many are there in all.
    pub member_count: usize,
    /// The last one's id where more follow: ask for those after it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next: Option<UserId>,
}

/// A room in the list of rooms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoomSummary {
    /// The room.
    pub room_id: RoomId,
    /// What people call it.
    pub title: String,
    /// A few of the people there.
    pub members: Vec<Member>,
    /// How many are there; 0 in a room that fell quiet.
    pub member_count: usize,
}
