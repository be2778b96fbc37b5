//! The frames on `/games`, one enum for each direction. One connection is in
//! one game, as a player or as a host.

use serde::{Deserialize, Serialize};

use super::{Answer, Game, Given, Outcome, Taken};
use crate::error::Refusal;
use crate::id::{Name, Pin, QuizId, UserId};
use crate::message::Member;

/// What a client of `/games` says. Read with [`crate::wire::decode_game_client`].
///
/// A host's step may name the `version` of the game that it was meant for:
/// pressed twice, or by two hosts, it is done once.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", content = "payload", rename_all = "camelCase")]
pub enum GameClientMessage {
    /// Begins a game; answered by `hosting`, with the token of its host.
    Create(Create),
    /// Enters a game as a host.
    Open(Open),
    /// Enters a game as a player, or comes back to it.
    Join(Join),
    /// Answers the open question.
    Answer(GivenAnswer),
    /// From the lobby to the first question.
    Start(Step),
    /// One step on: reveal, places, the next question, the podium.
    Next(Step),
    /// Past the rest of this question, or past the places.
    Skip(Step),
    /// Stops the clock.
    Pause(Step),
    /// Lets it run again.
    Resume(Step),
    /// Gives more time, or no end of it.
    Extend(Extend),
    /// Takes no more answers and shows what is right.
    Reveal(Step),
    /// Sends a player away for good.
    Kick(Kick),
    /// Lets nobody new in, or does again.
    Lock(Lock),
    /// Opens or closes the chat of the class.
    Chat(Chat),
    /// Asks for a code that makes somebody else a host too.
    HandOver,
    /// To the podium, and from it to the end.
    End(Step),
    /// Leaves the game. A player's seat is kept.
    Leave,
    /// Asks for a `pong`.
    Ping,
}

/// Begins a game.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Create {
    /// Of which quiz; one's own, or a sample.
    pub quiz: QuizId,
}

/// Enters a game as a host: by the cookie that came with the request, by the
/// token that `hosting` told, or by a code that another host was given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Open {
    /// Which game.
    pub pin: Pin,
    /// The host's token.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub token: Option<String>,
    /// A code, good for one use.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub code: Option<String>,
}

/// Enters a game as a player.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Join {
    /// Which game.
    pub pin: Pin,
    /// What to be called there; not needed by who has a seat already.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub nickname: Option<String>,
    /// The seat that `joined` told, for clients that keep no cookies.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seat: Option<String>,
}

/// Answers a question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GivenAnswer {
    /// Which question, from 0.
    pub question: usize,
    /// The answer. The first one counts.
    pub answer: Answer,
}

/// A host's step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Step {
    /// Only if the game is still at this version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
}

/// Gives more time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Extend {
    /// So many seconds more, 1 to 600; `None`: until the host goes on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seconds: Option<u32>,
}

/// Sends a player away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Kick {
    /// Whom.
    pub player: UserId,
}

/// Closes or opens the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lock {
    /// Whether nobody new comes in.
    pub locked: bool,
}

/// Opens or closes the chat of the class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Chat {
    /// Whether the class may chat.
    pub open: bool,
}

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
    /// How many have answered; for hosts, at most 4 times a second.
    Count(Count),
    /// Whether a host is there; for players.
    Host(HostHere),
    /// The answer to `handOver`.
    Code(Code),
    /// One was sent away and cannot come back.
    Kicked(InGame),
    /// Something was not done.
    Error(Refusal),
    /// Whether the game can be reached; while it cannot, nothing changes.
    Reach(Reach),
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
    pub given: Option<Given>,
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
    pub given: Option<Given>,
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
pub struct Reach {
    /// As far as the node knows.
    pub reachable: bool,
}
