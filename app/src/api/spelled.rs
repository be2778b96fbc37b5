//! How answers are spelled: as everything of ours is, by [`wire`].

use leptos::server_fn::codec::Post;
use leptos::server_fn::{ContentType, Decodes, Encodes, Format, FormatType};
use protocol::wire;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// An answer as JSON. Read from text like frames and pages are, so that a
/// browser carries one reader of a message and not two.
pub struct Spelled;

/// The answers of the functions of this module.
pub(super) type Answer = Post<Spelled>;

/// An answer that is none of ours.
#[derive(Debug, thiserror::Error)]
#[error("the answer is not what was asked for")]
pub struct Misspelled;

impl ContentType for Spelled {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for Spelled {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for Spelled {
    type Error = Misspelled;

    fn encode(output: &T) -> Result<Bytes, Misspelled> {
        Ok(wire::spell(output).into())
    }
}

impl<T: DeserializeOwned> Decodes<T> for Spelled {
    type Error = Misspelled;

    fn decode(bytes: Bytes) -> Result<T, Misspelled> {
        std::str::from_utf8(&bytes).ok().and_then(wire::read).ok_or(Misspelled)
    }
}

type Bytes = leptos::server_fn::Bytes;
