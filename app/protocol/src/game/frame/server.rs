//! The frames from a server on `/games`.

use serde::{Deserialize, Serialize};

use super::super::{AnswerStatus, Game, Outcome, RecordedAnswer};
use crate::error::Refusal;
use crate::id::{HostId, Name, Pin, UserId};
use crate::message::Member;

/// A frame from a server on `/games`. Decode it with [`crate::wire::decode_game_server`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", content = "payload", rename_all = "camelCase")]
pub enum GameServerMessage {
    /// The answer to `create` and `open`: the client is a host of the game.
    Hosting(Hosting),
    /// The answer to `join`: the client is a player of the game.
    Joined(Joined),
    /// The game has changed; everybody in it gets the same frame.
    Game(Changed),
    /// The result of an answer, to its player.
    Answered(Answered),
    /// The outcome of a question, to each player, after the reveal.
    Outcome(Outcome),
    /// The players with their points, and who of them is connected; for hosts.
    Players(Players),
    /// Who waits to be admitted, and how many networks are blocked; for hosts.
    Entrance(Entrance),
    /// All added hosts, whenever one comes or is removed; for hosts.
    Hosts(Hosts),
    /// How many have answered; for hosts at most 4 times a second, for players every 2 s.
    Count(Count),
    /// Whether a host is connected; for players.
    Host(HostPresence),
    /// A code that makes somebody else a host; the answer to `handOver`.
    Code(Code),
    /// The player has another nickname; sent to that player alone.
    Renamed(Renamed),
    /// The player was kicked and cannot come back.
    Kicked(InGame),
    /// Something that the client sent was refused.
    Error(Refusal),
    /// Whether the game's log is available; while it is not, nothing changes.
    Availability(Availability),
    /// Answers `ping`, and so proves that the connection works both ways.
    Pong,
}

/// The first frame of a host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hosting {
    /// The PIN of the game, for the wall.
    pub pin: Pin,
    /// The host's token, to come back with, for clients without cookies.
    pub token: String,
    /// The server's clock, in milliseconds since 1970.
    pub now: u64,
    /// The version of the field `game`.
    pub version: u64,
    /// The game as everybody sees it.
    pub game: Game,
    /// The players in the order of their seats.
    pub players: Vec<Player>,
    /// How many have answered the open question.
    pub answered: usize,
    /// The id of this host if it is an added one; `None` for the game's owner.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub host: Option<HostId>,
    /// The hosts who were added by a code, in the order of their coming.
    #[serde(default)]
    pub hosts: Vec<AddedHost>,
    /// Who waits to be admitted, and how many networks are blocked.
    #[serde(default)]
    pub entrance: Entrance,
}

/// The first frame of a player.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Joined {
    /// The PIN of the game that the player is in now.
    pub pin: Pin,
    /// Who the player is in this game: their user id, and the nickname as it was cleaned.
    pub you: Member,
    /// The token of the seat, to come back with, for clients without cookies.
    pub seat: String,
    /// The server's clock, in milliseconds since 1970.
    pub now: u64,
    /// The version of the field `game`.
    pub version: u64,
    /// The game as everybody sees it.
    pub game: Game,
    /// The player's points in this round, up to the last reveal.
    pub score: u32,
    /// The player's answer to the question of `game`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub answer: Option<RecordedAnswer>,
    /// The outcome of the last question, from its reveal on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub outcome: Option<Outcome>,
    /// Whether a host is connected: without one the game waits at the next reveal.
    pub host_here: bool,
}

/// A change of the game. A client shows the highest version it knows of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Changed {
    /// The PIN of the game that has changed.
    pub pin: Pin,
    /// Grows by 1 with every change; the offset in the game's log.
    pub version: u64,
    /// The whole game after the change.
    pub game: Game,
}

/// What became of an answer that a player sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answered {
    /// The index of the question, from 0.
    pub question: usize,
    /// Whether the answer counts, and if not, why.
    pub taken: AnswerStatus,
    /// The answer that counts, if any does.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub answer: Option<RecordedAnswer>,
    /// How much too late it was, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub late_ms: Option<u64>,
}

/// The players of a game, for hosts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Players {
    /// The players in the order of their seats, at most 2,000.
    pub players: Vec<Player>,
    /// How many players the game has, in the list or not.
    pub count: usize,
}

/// A player as hosts see them in their list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Player {
    /// The user id of the person.
    pub id: UserId,
    /// What the player is called in this game; nobody else in it is called so.
    pub name: Name,
    /// Whether the player is connected, with any device, to any node.
    pub here: bool,
    /// The points in this round, up to the last reveal.
    #[serde(default)]
    pub score: u32,
}

/// The state of the entrance, for hosts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Entrance {
    /// The people who wait to be admitted, at most 200.
    pub waiting: Vec<Waiting>,
    /// The number of networks that are blocked now.
    pub blocked: usize,
}

/// Somebody who waits to be admitted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Waiting {
    /// The user id of the person.
    pub id: UserId,
    /// The nickname that they want; a host may decline them for it.
    pub name: Name,
}

/// The hosts who were added by a code. The game's owner is not among them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hosts {
    /// In the order of their coming, at most 20.
    pub hosts: Vec<AddedHost>,
}

/// A host who was added by a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AddedHost {
    /// The id by which `removeHost` names this host.
    pub id: HostId,
    /// Their name when they were added.
    pub name: Name,
    /// When they were added, in milliseconds since 1970.
    pub since: u64,
}

/// How many have answered a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Count {
    /// The index of the question, from 0.
    pub question: usize,
    /// How many players have answered so far.
    pub answered: usize,
    /// The number of players who could answer.
    pub players: usize,
}

/// Whether a host is connected: without one a game goes no further than the results of the open question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HostPresence {
    /// While this is false, the game waits at the next reveal.
    pub here: bool,
}

/// A code that makes somebody else a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Code {
    /// To be typed on the other device, together with the PIN.
    pub code: String,
    /// How long it is valid, in milliseconds.
    pub good_for_ms: u64,
}

/// Tells a player on all of their devices what they are called in a game now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Renamed {
    /// The game with this name; elsewhere the person keeps theirs.
    pub pin: Pin,
    /// The nickname from now on, as everybody in the game sees it.
    pub name: Name,
    /// Whether a host chose it, or else the player, on another device.
    #[serde(default)]
    pub by_host: bool,
}

/// The payload of frames that name only the game.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InGame {
    /// The PIN of the game that the frame is about.
    pub pin: Pin,
}

/// Whether the game's log is available.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Availability {
    /// As far as the node knows.
    pub available: bool,
}
