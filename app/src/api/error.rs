//! Why the server did not do what it was asked, as sentences for people.

use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use protocol::text::{Shape, clean, too_long};
use protocol::{ErrorCode, InvalidId, Refusal};
use serde::{Deserialize, Serialize};

use super::json::JsonBody;

/// Why a server function failed. The sentence is shown as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ApiError {
    /// The input is not allowed; the sentence says why.
    #[error("{0}")]
    Invalid(String),
    /// Something that the server needs is unavailable for now.
    #[error("That cannot be reached just now. Try again in a moment.")]
    Unavailable,
    /// There were too many requests.
    #[error("That was a little fast. Try again in {} s.", retry_after_ms.div_ceil(1000))]
    RateLimited {
        /// The shortest wait until another try, in milliseconds.
        retry_after_ms: u64,
    },
    /// The server refused the message.
    #[error("{}", .0.message)]
    Refused(Refusal),
    /// A quiz was saved elsewhere after it was read here.
    #[error("This quiz was changed elsewhere meanwhile. Load it again to see it as it is now.")]
    Stale {
        /// The version that is stored now.
        current: u64,
    },
    /// It does not exist, or belongs to somebody else.
    #[error("That is not here, or not any more.")]
    Missing,
    /// Only authors may do that, and the authors' key is needed to become one.
    #[error("Only authors may do that here. Enter the authors' key first.")]
    KeyNeeded,
    /// A network error, or a bug.
    #[error("That did not work. Check the connection and try again.")]
    Other,
}

impl ApiError {
    /// Whether there were too many requests.
    pub fn is_too_many(&self) -> bool {
        match self {
            Self::RateLimited { .. } => true,
            Self::Refused(refusal) => refusal.code == ErrorCode::RateLimited,
            _ => false,
        }
    }

    /// After how many whole seconds to try again, if there were too many requests.
    pub fn retry_after_seconds(&self) -> Option<u64> {
        let ms = match self {
            Self::RateLimited { retry_after_ms } => Some(*retry_after_ms),
            Self::Refused(refusal) if refusal.code == ErrorCode::RateLimited => refusal.retry_after_ms,
            _ => None,
        };
        ms.map(|ms| ms.div_ceil(1000).max(1))
    }

    /// The error for a name that was typed.
    pub fn name(why: InvalidId, typed: &str) -> Self {
        Self::Invalid(match why {
            InvalidId::Empty(_) => "Type a name that others will see.".into(),
            InvalidId::TooLong(_, most) => shorten(typed, most),
            InvalidId::BadCharacter(_) | InvalidId::Dots(_) => {
                "That name has a character we cannot show. Try another.".into()
            }
        })
    }

    /// The error for a room's title that was typed.
    pub fn title(why: InvalidId, typed: &str) -> Self {
        Self::Invalid(match why {
            InvalidId::Empty(_) => "Type a name for the room.".into(),
            InvalidId::TooLong(_, most) => shorten(typed, most),
            InvalidId::BadCharacter(_) | InvalidId::Dots(_) => "A room cannot be called that. Try another name.".into(),
        })
    }
}

/// The advice about a line that is too long.
fn shorten(typed: &str, most: usize) -> String {
    let count = clean(typed, Shape::Line).chars().count();
    // A few letters may need several characters in an address.
    if count > most { format!("{} Shorten it.", too_long(count, most)) } else { "That is too long. Shorten it.".into() }
}

impl FromServerFnError for ApiError {
    type Encoder = JsonBody;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => {
                let error = Self::Invalid("Something in this form is missing or too long.".into());
                #[cfg(feature = "ssr")]
                let error = super::service::with_status(error);
                error
            }
            // Not a bug of ours: the request could not be parsed.
            #[cfg(feature = "ssr")]
            ServerFnErrorErr::Deserialization(_) => super::service::unreadable(),
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use protocol::{Name, RoomId, limits};

    use super::*;

    #[test]
    fn whoever_types_too_much_is_told_how_much() {
        let typed = format!(" {} ", "ä".repeat(limits::NAME_CHARS + 8));
        let why = ApiError::name(Name::parse(&typed).unwrap_err(), &typed);
        assert_eq!(why.to_string(), "That is 40 characters; 32 fit. Shorten it.");
        let typed = "ä ".repeat(1_000);
        let why = ApiError::title(RoomId::parse(&typed).unwrap_err(), &typed);
        assert_eq!(why.to_string(), "That is 1,999 characters; 64 fit. Shorten it.");
    }

    #[test]
    fn an_address_that_is_longer_than_its_title_is_not_counted_out() {
        let typed = "İ".repeat(limits::TITLE_CHARS);
        let why = ApiError::title(RoomId::parse(&typed).unwrap_err(), &typed);
        assert_eq!(why.to_string(), "That is too long. Shorten it.");
    }
}
