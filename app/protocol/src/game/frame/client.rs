//! What a client of `/games` says.

use serde::{Deserialize, Serialize};

use super::super::Answer;
use crate::id::{Pin, QuizId, UserId};

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
