//! What a client of `/games` says.

use serde::{Deserialize, Serialize};

use super::super::{Admission, Answer};
use crate::id::{HostId, Pin, QuizId, UserId};

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
    /// Sends players away for good.
    Kick(Kick),
    /// Calls a player by another name.
    Rename(Rename),
    /// Lets the networks in again that a [`Kick`] keeps out.
    Pardon,
    /// Decides how somebody new comes in.
    Admission(SetAdmission),
    /// Lets in who waits for it.
    Admit(Admit),
    /// Sends away who waits to be let in.
    Decline(Decline),
    /// Lets nobody new in, or does again.
    Lock(Lock),
    /// Opens or closes the chat of the class.
    Chat(Chat),
    /// Asks for a code that makes somebody else a host too.
    HandOver,
    /// Makes somebody who was added by a code a host no more.
    RemoveHost(RemoveHost),
    /// To the podium, and from it to the end.
    End(Step),
    /// From the podium or the end to the lobby of another game with the same class.
    Again(Again),
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
    /// The round that it is meant for: in another one it is not taken. `None`: for
    /// whichever is played.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub round: Option<u32>,
}

/// A host's step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Step {
    /// Only if the game is still at this version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
}

/// Plays again with the same class.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Again {
    /// Only if the game is still at this version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// Another quiz, which only who began the game may choose. `None`: the same quiz, as
    /// it was saved last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiz: Option<QuizId>,
}

/// Gives more time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Extend {
    /// So many seconds more, 1 to 600; `None`: until the host goes on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seconds: Option<u32>,
}

/// Sends players away.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Kick {
    /// Whom, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub player: Option<UserId>,
    /// Whom, where they are several: at most 200.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub players: Vec<UserId>,
    /// Whether the networks that they came from take no new seat in this game
    /// for 10 minutes. Everybody behind the same router is one network.
    pub block: bool,
}

impl Kick {
    /// All who are meant.
    pub fn whom(self) -> Vec<UserId> {
        self.player.into_iter().chain(self.players).collect()
    }
}

/// Calls a player by another name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rename {
    /// The player who gets the name, by the id that `players` tells.
    pub player: UserId,
    /// What they are called from now on, under the rules of the door but for its bad words.
    pub nickname: String,
}

/// Decides how somebody new comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SetAdmission {
    /// How.
    pub admission: Admission,
}

/// Lets in who waits for it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Admit {
    /// Whom: at most 200.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub players: Vec<UserId>,
    /// Everybody who waits.
    pub all: bool,
}

/// Sends away who waits to be let in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Decline {
    /// Whom: at most 200.
    pub players: Vec<UserId>,
}

/// Makes somebody a host no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RemoveHost {
    /// Whom: somebody who was added by a code.
    pub host: HostId,
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
