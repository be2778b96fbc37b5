//! The payload of `error` frames.

use serde::{Deserialize, Serialize};

use crate::id::MessageId;

/// What went wrong, for programs. The list grows; treat an unknown one by its frame's `temporary`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ErrorCode {
    /// The frame is not a JSON object with a `type`, or not text.
    NotJson,
    /// The server does not know the frame's `type`.
    UnknownType,
    /// A field is missing or invalid.
    Invalid,
    /// The message has no visible text.
    EmptyMessage,
    /// The message has more characters than allowed.
    MessageTooLong,
    /// The room was not joined on this connection.
    NotInRoom,
    /// The connection is in as many rooms as allowed.
    TooManyRooms,
    /// Too many frames; `retryAfterMs` says when to continue.
    RateLimited,
    /// The same message id came before with another text.
    Conflict,
    /// The log cannot be reached; the message was not stored, send it again.
    Unavailable,
    /// The store is full; the message was not stored.
    Full,
    /// What is stored is damaged; trying again does not help.
    Damaged,
    /// The room has no such message (any more).
    NoMessage,
    /// This person may not do this.
    Forbidden,
    /// It is too late for this.
    TooLate,
    /// No game has this PIN; too many wrong ones are answered late.
    NoGame,
    /// Only a host of the game may do this.
    NotHost,
    /// The connection is in no game; enter one first.
    NotInGame,
    /// This is not possible in this phase of the game, or was done already.
    NotNow,
    /// The nickname is not allowed; the sentence says why.
    BadNickname,
    /// Another player in this game has the nickname, or one that looks the same.
    NicknameTaken,
    /// The game is locked: nobody new enters.
    Locked,
    /// A host has kicked this player.
    Kicked,
    /// No host has admitted this player yet; ask again after `retryAfterMs`.
    Waiting,
    /// A code that this version does not know.
    #[serde(other)]
    Unknown,
}

impl ErrorCode {
    /// Every code a server sends, for tables, metrics and tests.
    pub const ALL: [Self; 24] = [
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
        Self::Damaged,
        Self::NoMessage,
        Self::Forbidden,
        Self::TooLate,
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

    /// The code as it is written on the wire.
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
            Self::Damaged => "damaged",
            Self::NoMessage => "noMessage",
            Self::Forbidden => "forbidden",
            Self::TooLate => "tooLate",
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
    /// What went wrong, for programs: the sentence may change, this does not.
    pub code: ErrorCode,
    /// What went wrong, as a sentence for people.
    pub message: String,
    /// Whether the same frame may succeed later.
    pub temporary: bool,
    /// The id of the message that it answers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<MessageId>,
    /// The shortest wait before another try, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub retry_after_ms: Option<u64>,
}

impl Refusal {
    /// A refusal that answers no message in particular.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), temporary: code.is_temporary(), id: None, retry_after_ms: None }
    }

    /// Makes it the answer to the message `id`.
    #[must_use]
    pub fn answering(mut self, id: Option<MessageId>) -> Self {
        self.id = id;
        self
    }

    /// Adds the shortest wait before another try.
    #[must_use]
    pub fn retry_after_ms(mut self, ms: u64) -> Self {
        self.retry_after_ms = Some(ms);
        self
    }
}
