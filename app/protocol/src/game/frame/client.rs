//! The frames from a client of `/games`.

use serde::{Deserialize, Serialize};

use super::super::{Admission, Answer};
use crate::id::{HostId, Pin, QuizId, UserId};

/// A frame from a client of `/games`. Decode it with [`crate::wire::decode_game_client`].
///
/// A host's command may name the `version` of the game that it was meant for: pressed twice, or by two hosts,
/// it is done once.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", content = "payload", rename_all = "camelCase")]
pub enum GameClientMessage {
    /// Begins a game; answered by `hosting`, with the token of its host.
    Create(Create),
    /// Enters a game as a host.
    Open(Open),
    /// Enters a game as a player, or comes back to it.
    Join(Join),
    /// Answers the open question. The first answer counts; the reply is `answered`.
    Answer(SubmittedAnswer),
    /// Goes from the lobby to the first question.
    Start(Step),
    /// Goes one step further: reveal, places, the next question, the podium.
    Next(Step),
    /// Skips the rest of this question, or the places.
    Skip(Step),
    /// Stops the question's clock; no answer is accepted until it runs again.
    Pause(Step),
    /// Lets the clock run again, with the time that was left.
    Resume(Step),
    /// Extends the time limit, or removes it.
    Extend(Extend),
    /// Closes the question and shows the right answer.
    Reveal(Step),
    /// Takes the seats of players, who cannot come back to this game.
    Kick(Kick),
    /// Calls a player by another nickname, in the game and in its results.
    Rename(Rename),
    /// Ends all blocks that a [`Kick`] began.
    Pardon,
    /// Decides whether newcomers enter at once.
    Admission(SetAdmission),
    /// Gives a seat to players who wait for one.
    Admit(Admit),
    /// Refuses a seat to players who wait for one.
    Decline(Decline),
    /// Locks or unlocks the game for newcomers.
    Lock(Lock),
    /// Opens or closes the class chat.
    Chat(Chat),
    /// Asks for a code that makes somebody else a host.
    HandOver,
    /// Removes a host who was added by a code.
    RemoveHost(RemoveHost),
    /// Goes to the podium, and from it to the end.
    End(Step),
    /// Goes from the podium or the end to the lobby of another round with the same class.
    Again(Again),
    /// Leaves the game. A player's seat is kept.
    Leave,
    /// Asks for a `pong` frame: browsers hide the pings of WebSockets from pages.
    Ping,
}

/// What a new game is made of; whoever sends it becomes the owner of the game.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Create {
    /// The id of the quiz: the person's own, or a sample.
    pub quiz: QuizId,
}

/// Enters a game as a host: by the cookie of the upgrade request, by the token from `hosting`, or by a code
/// that another host got.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Open {
    /// The PIN of the game that somebody wants to lead.
    pub pin: Pin,
    /// The token from the frame `hosting`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub token: Option<String>,
    /// A code, valid for one use.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub code: Option<String>,
}

/// Asks for a seat under a nickname, or proves by a token or cookie that the person has one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Join {
    /// The PIN that the class was told; an unknown one counts against the network.
    pub pin: Pin,
    /// The nickname; not needed with a seat.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub nickname: Option<String>,
    /// The token from `joined`, for clients without cookies.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seat: Option<String>,
}

/// An answer as its player sends it. It carries no time: the store takes that from its own clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubmittedAnswer {
    /// The index of the question, from 0.
    pub question: usize,
    /// The answer; only a player's first one counts.
    pub answer: Answer,
    /// The round that it is meant for; in another one it is refused. `None`: the current one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub round: Option<u32>,
}

/// The payload of a command that advances the game.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Step {
    /// If given, the command is refused at any other version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
}

/// What the next round of the same class is played with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Again {
    /// If given, the command is refused at any other version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// Another quiz, which only the game's owner may choose. `None`: the same quiz, as it was saved last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiz: Option<QuizId>,
}

/// The change of the open question's time limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Extend {
    /// Adds so many seconds, 1 to 600; `None` removes the limit.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seconds: Option<u32>,
}

/// Which players lose their seats, and whether their networks are blocked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Kick {
    /// The id of a single player.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub player: Option<UserId>,
    /// The ids of several players, at most 200.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub players: Vec<UserId>,
    /// Whether the networks that they came from get no new seat in this game for 10 minutes. All people
    /// behind one router are one network.
    pub block: bool,
}

impl Kick {
    /// The players of both fields, who are all kicked.
    pub fn whom(self) -> Vec<UserId> {
        self.player.into_iter().chain(self.players).collect()
    }
}

/// What a host calls a player from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rename {
    /// The player's id, as in `players`.
    pub player: UserId,
    /// The new nickname, under the rules for players except the filter of rude words.
    pub nickname: String,
}

/// Whether newcomers get a seat at once, or wait until a host admits them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SetAdmission {
    /// The rule for those who have no seat yet.
    pub admission: Admission,
}

/// Which of those who wait get a seat: the named ones, or all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Admit {
    /// The ids of the players, at most 200.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub players: Vec<UserId>,
    /// Whether everybody who waits gets a seat, named or not.
    pub all: bool,
}

/// Which of those who wait get no seat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Decline {
    /// The ids of the players, at most 200.
    pub players: Vec<UserId>,
}

/// Which added host is removed. The game's owner has no such id and cannot be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RemoveHost {
    /// The id of a host who was added by a code.
    pub host: HostId,
}

/// Whether the game is locked. Who has a seat comes back to it all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lock {
    /// Whether people without a seat are refused one.
    pub locked: bool,
}

/// Whether players may read and write in the chat of their class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Chat {
    /// Whether the class chat is open.
    pub open: bool,
}
