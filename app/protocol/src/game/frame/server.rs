//! What a server says on `/games`.

use serde::{Deserialize, Serialize};

use super::super::{Game, Given, Outcome, Taken};
use crate::error::Refusal;
use crate::id::{HostId, Name, Pin, UserId};
use crate::message::Member;

/// What a server says on `/games`. Read with [`crate::wire::decode_game_server`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", content = "payload", rename_all = "camelCase")]
pub enum GameServerMessage {
    /// One is a host of a game: the answer to `create` and `open`.
    Hosting(Hosting),
    /// One is in a game: the answer to `join`.
    Joined(Joined),
    /// The game has changed; everybody in it gets the same frame.
    Game(Changed),
    /// What became of an answer; only who gave it gets it.
    Answered(Answered),
    /// What a question brought; only its player gets it, after the reveal.
    Outcome(Outcome),
    /// Who plays; for hosts.
    Players(Players),
    /// Who waits to be let in, and what is kept out; for hosts.
    Entrance(Entrance),
    /// Who was added as a host; for hosts.
    Hosts(Hosts),
    /// How many have answered; for hosts at most 4 times a second, for players every 2 s.
    Count(Count),
    /// Whether a host is there; for players.
    Host(HostHere),
    /// The answer to `handOver`.
    Code(Code),
    /// One is called something else from now on.
    Renamed(Renamed),
    /// One was sent away and cannot come back.
    Kicked(InGame),
    /// Something was not done.
    Error(Refusal),
    /// Whether the game can be reached; while it cannot, nothing changes.
    Availability(Availability),
    /// The answer to `ping`.
    Pong,
}

/// One is a host of a game.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hosting {
    /// Which game.
    pub pin: Pin,
    /// The host's token, to come back with where cookies are not kept.
    pub token: String,
    /// The server's clock, in milliseconds since 1970.
    pub now: u64,
    /// The version of `game`.
    pub version: u64,
    /// How the game is.
    pub game: Game,
    /// Who plays.
    pub players: Vec<Player>,
    /// How many have answered the open question.
    pub answered: usize,
    /// Which of the added hosts one is; `None` for who began the game.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub host: Option<HostId>,
    /// Who was added as a host.
    #[serde(default)]
    pub hosts: Vec<AddedHost>,
    /// Who waits to be let in, and what is kept out.
    #[serde(default)]
    pub entrance: Entrance,
}

/// One is in a game.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Joined {
    /// Which game.
    pub pin: Pin,
    /// Oneself, by the nickname.
    pub you: Member,
    /// To come back with where cookies are not kept.
    pub seat: String,
    /// The server's clock, in milliseconds since 1970.
    pub now: u64,
    /// The version of `game`.
    pub version: u64,
    /// How the game is.
    pub game: Game,
    /// Points in all.
    pub score: u32,
    /// The answer that was given to the question of `game`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub answer: Option<Given>,
    /// What the last question brought, from its reveal on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub outcome: Option<Outcome>,
    /// Whether a host is there.
    pub host_here: bool,
}

/// The game has changed. A client shows the highest version it knows of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Changed {
    /// Which game.
    pub pin: Pin,
    /// +1 for every change: the offset in the game's log.
    pub version: u64,
    /// How it is now.
    pub game: Game,
}

/// What became of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answered {
    /// To which question, from 0.
    pub question: usize,
    /// What became of it.
    pub taken: Taken,
    /// The answer that counts, if any does.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub answer: Option<Given>,
    /// How much too late, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub late_ms: Option<u64>,
}

/// Who plays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Players {
    /// In the order of their coming, at most 2,000 of them.
    pub players: Vec<Player>,
    /// How many there are in all.
    pub count: usize,
}

/// Somebody who plays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Player {
    /// Who.
    pub id: UserId,
    /// The nickname.
    pub name: Name,
    /// Whether they are connected.
    pub here: bool,
    /// Points in all.
    #[serde(default)]
    pub score: u32,
}

/// How people come in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Entrance {
    /// Who waits to be let in, at most 200.
    pub waiting: Vec<Waiting>,
    /// How many networks are kept out for a while.
    pub blocked: usize,
}

/// Somebody who waits to be let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Waiting {
    /// Who.
    pub id: UserId,
    /// The nickname that they want.
    pub name: Name,
}

/// Who was added as a host by a code. Who began the game is not among them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hosts {
    /// In the order of their coming, at most 20.
    pub hosts: Vec<AddedHost>,
}

/// Somebody who was added as a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AddedHost {
    /// To be named by who removes them.
    pub id: HostId,
    /// What they were called when they came.
    pub name: Name,
    /// When they came, in milliseconds since 1970.
    pub since: u64,
}

/// How many have answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Count {
    /// Which question, from 0.
    pub question: usize,
    /// How many have.
    pub answered: usize,
    /// How many could.
    pub players: usize,
}

/// Whether a host is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HostHere {
    /// While nobody is, the game waits at the next reveal.
    pub here: bool,
}

/// A code that makes somebody else a host too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Code {
    /// To be typed on the other device, together with the PIN.
    pub code: String,
    /// How long it is good for, in milliseconds.
    pub good_for_ms: u64,
}

/// A player is called something else from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Renamed {
    /// The game in which they have the name; elsewhere they keep theirs.
    pub pin: Pin,
    /// What everybody in it reads from now on, as it was cleaned.
    pub name: Name,
    /// Whether a host chose it; else it was oneself, elsewhere.
    #[serde(default)]
    pub by_host: bool,
}

/// In which game.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InGame {
    /// Which game.
    pub pin: Pin,
}

/// Whether the game can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Availability {
    /// As far as the node knows.
    pub available: bool,
}
