//! The initial state of an island.
//!
//! As props it would be decoded by serde_json, which costs a browser more than all its other decoding. So it
//! is embedded in the page as a text, and decoded by the code that decodes frames.

use leptos::prelude::*;
use protocol::wire;

/// Writes the initial state of an island into the page, before the island.
#[cfg(feature = "ssr")]
pub(crate) fn embed<T>(id: &'static str, initial: T) -> impl IntoView
where
    T: serde::Serialize + Clone + Send + Sync + 'static,
{
    // Escaped, so that no text can end the script element.
    let text = wire::encode(&initial).replace('<', "\\u003c");
    provide_context(initial);
    view! {
        <script type="application/json" id=id>
            {text}
        </script>
    }
}

/// The embedded state; the page of an island always has it.
#[cfg(feature = "ssr")]
pub(crate) fn load<T: Clone + 'static>(_: &'static str) -> Option<T> {
    use_context()
}

/// The embedded state; the page of an island always has it.
#[cfg(not(feature = "ssr"))]
pub(crate) fn load<T: serde::de::DeserializeOwned>(id: &'static str) -> Option<T> {
    wire::decode(&document().get_element_by_id(id)?.text_content()?)
}
