//! What an `error` frame says.

use serde::{Deserialize, Serialize};

use crate::id::MessageId;

/// What went wrong, for programs. The list grows; treat an unknown one by its
/// frame's `temporary`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ErrorCode {
    /// The frame is not a JSON object with a `type`, or not text.
    NotJson,
    /// The frame's `type` is none that the server knows.
    UnknownType,
    /// A field is missing or wrong.
    Invalid,
    /// The message has no text.
    EmptyMessage,
    /// The message has more characters than allowed.
    MessageTooLong,
    /// The room was not joined on this connection.
    NotInRoom,
    /// The connection is in as many rooms as it may.
    TooManyRooms,
    /// Too many frames; `retryAfterMs` says when to go on.
    RateLimited,
    /// The same message id came before with other text.
    Conflict,
    /// The log cannot be reached; the message was not taken, send it again.
    Unavailable,
    /// The log is full; the message was not taken.
    Full,
    /// No game has this PIN.
    NoGame,
    /// Only a host of the game may do this.
    NotHost,
    /// The connection is in no game; enter one first.
    NotInGame,
    /// This cannot be done in this phase of the game, or was done already.
    NotNow,
    /// The nickname cannot be taken; the sentence says why.
    BadNickname,
    /// Somebody in this game has the nickname, or one that looks the same.
    NicknameTaken,
    /// The host lets nobody new in.
    Locked,
    /// The host has sent this player away.
    Kicked,
    /// The host has not let this player in yet; ask again after `retryAfterMs`.
    Waiting,
    /// A code that this version does not know.
    #[serde(other)]
    Unknown,
}

impl ErrorCode {
    /// Every code a server sends, for tables, metrics and tests.
    pub const ALL: [Self; 20] = [
        Self::NotJson,
        Self::UnknownType,
        Self::Invalid,
        Self::EmptyMessage,
        Self::MessageTooLong,
        Self::NotInRoom,
        Self::TooManyRooms,
        Self::RateLimited,
        Self::Conflict,
        Self::Unavailable,
        Self::Full,
        Self::NoGame,
        Self::NotHost,
        Self::NotInGame,
        Self::NotNow,
        Self::BadNickname,
        Self::NicknameTaken,
        Self::Locked,
        Self::Kicked,
        Self::Waiting,
    ];

    /// The code as it is spelled on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotJson => "notJson",
            Self::UnknownType => "unknownType",
            Self::Invalid => "invalid",
            Self::EmptyMessage => "emptyMessage",
            Self::MessageTooLong => "messageTooLong",
            Self::NotInRoom => "notInRoom",
            Self::TooManyRooms => "tooManyRooms",
            Self::RateLimited => "rateLimited",
            Self::Conflict => "conflict",
            Self::Unavailable => "unavailable",
            Self::Full => "full",
            Self::NoGame => "noGame",
            Self::NotHost => "notHost",
            Self::NotInGame => "notInGame",
            Self::NotNow => "notNow",
            Self::BadNickname => "badNickname",
            Self::NicknameTaken => "nicknameTaken",
            Self::Locked => "locked",
            Self::Kicked => "kicked",
            Self::Waiting => "waiting",
            Self::Unknown => "unknown",
        }
    }

    /// Whether the same frame may succeed later.
    pub fn is_temporary(self) -> bool {
        matches!(self, Self::RateLimited | Self::Unavailable | Self::Full | Self::Waiting)
    }
}

/// The payload of an `error` frame: what the server did not do, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// For programs.
    pub code: ErrorCode,
    /// For people.
    pub message: String,
    /// Whether the same frame may succeed later.
    pub temporary: bool,
    /// The id of the message it answers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<MessageId>,
    /// Not before so many milliseconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub retry_after_ms: Option<u64>,
}

impl Refusal {
    /// A refusal that answers no message in particular.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), temporary: code.is_temporary(), id: None, retry_after_ms: None }
    }

    /// The same, as the answer to the message `id`.
    #[must_use]
    pub fn answering(mut self, id: Option<MessageId>) -> Self {
        self.id = id;
        self
    }

    /// The same, with the time to wait.
    #[must_use]
    pub fn retry_after_ms(mut self, ms: u64) -> Self {
        self.retry_after_ms = Some(ms);
        self
    }
}
