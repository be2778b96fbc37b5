//! The encoding of answers: JSON, by the same code as the frames.
//!
//! The library's own encoding would parse JSON from bytes where everything else parses it from text, and put
//! the whole parser into the browser twice.

use leptos::server_fn::codec::Post;
use leptos::server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType};
use protocol::wire;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The encoding of calls: JSON, through [`protocol::wire`].
pub struct JsonBody;

/// The output of every server function.
pub type Json = Post<JsonBody>;

/// The text is no answer of the expected type.
#[derive(Debug, thiserror::Error)]
#[error("this is not the answer to what was asked")]
pub struct NotAnAnswer;

impl ContentType for JsonBody {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for JsonBody {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for JsonBody {
    type Error = NotAnAnswer;

    fn encode(output: &T) -> Result<Bytes, NotAnAnswer> {
        Ok(Bytes::from(wire::encode(output)))
    }
}

impl<T: DeserializeOwned> Decodes<T> for JsonBody {
    type Error = NotAnAnswer;

    fn decode(bytes: Bytes) -> Result<T, NotAnAnswer> {
        std::str::from_utf8(&bytes).ok().and_then(wire::decode).ok_or(NotAnAnswer)
    }
}
