//! Why the server did not do what it was asked, in words for people.

use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use protocol::{ErrorCode, InvalidId, Refusal};
use serde::{Deserialize, Serialize};

use super::spelled::Spelled;

/// Why a server function did not do what it was asked. Shown as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ApiError {
    /// What was typed cannot be taken; the sentence says why.
    #[error("{0}")]
    Invalid(String),
    /// Something the server needs is away for now.
    #[error("That cannot be reached just now. Try again in a moment.")]
    Unavailable,
    /// Too many requests.
    #[error("That was a little fast. Try again in {} s.", retry_after_ms.div_ceil(1000))]
    RateLimited {
        /// Not before so many milliseconds.
        retry_after_ms: u64,
    },
    /// The room did not take the message.
    #[error("{}", .0.message)]
    Refused(Refusal),
    /// A quiz was saved elsewhere after it was read here.
    #[error("This quiz was changed elsewhere meanwhile. Load it again to see it as it is now.")]
    Stale {
        /// The version that is kept now.
        current: u64,
    },
    /// There is no such thing, or it is somebody else's.
    #[error("That is not here, or not any more.")]
    Missing,
    /// Only authors may do that, and it takes a key to become one.
    #[error("Only authors may do that here. Enter the authors' key first.")]
    KeyNeeded,
    /// The network, or a fault of ours.
    #[error("That did not work. Check the connection and try again.")]
    Other,
}

impl ApiError {
    /// Whether it was asked for too often.
    pub fn is_too_many(&self) -> bool {
        match self {
            Self::RateLimited { .. } => true,
            Self::Refused(refusal) => refusal.code == ErrorCode::RateLimited,
            _ => false,
        }
    }

    /// After how many whole seconds it may be asked for again, if it was asked for too often.
    pub fn retry_after_seconds(&self) -> Option<u64> {
        let ms = match self {
            Self::RateLimited { retry_after_ms } => Some(*retry_after_ms),
            Self::Refused(refusal) if refusal.code == ErrorCode::RateLimited => refusal.retry_after_ms,
            _ => None,
        };
        ms.map(|ms| ms.div_ceil(1000).max(1))
    }

    /// What is wrong with a name.
    pub fn name(why: InvalidId) -> Self {
        Self::Invalid(match why {
            InvalidId::Empty(_) => "Type a name that others will see.".into(),
            InvalidId::TooLong(_, most) => format!("A name has {most} letters at most. Try a shorter one."),
            InvalidId::BadCharacter(_) | InvalidId::Dots(_) => {
                "That name has a character we cannot show. Try another.".into()
            }
        })
    }

    /// What is wrong with a room's title.
    pub fn title(why: InvalidId) -> Self {
        Self::Invalid(match why {
            InvalidId::Empty(_) => "Type a name for the room.".into(),
            InvalidId::TooLong(_, most) => format!("A room's name has {most} letters at most. Try a shorter one."),
            InvalidId::BadCharacter(_) | InvalidId::Dots(_) => "A room cannot be called that. Try another name.".into(),
        })
    }
}

impl FromServerFnError for ApiError {
    type Encoder = Spelled;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => {
                let error = Self::Invalid("Something in this form is missing or too long.".into());
                #[cfg(feature = "ssr")]
                let error = super::service::told(error);
                error
            }
            // Told apart from faults of ours: it was never read as far as its parts.
            #[cfg(feature = "ssr")]
            ServerFnErrorErr::Deserialization(_) => super::service::unreadable(),
            _ => Self::Other,
        }
    }
}
