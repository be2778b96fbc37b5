//! What is wrong with what was typed, said beneath it.

use leptos::prelude::*;

use super::icon::{CIRCLE_ALERT, icon};
use crate::boxed_view::sometimes;

/// The sentence under a field that was not accepted. The field names it by
/// `aria-describedby`; being an alert, it is read out when it comes.
#[component]
pub(crate) fn Wrong(
    /// The id that the field names.
    id: &'static str,
    /// What is wrong, while something is.
    why: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <span id=id role="alert">
            {sometimes(move || {
                why.get().map(|why| view! { <span class="field__wrong">{icon(CIRCLE_ALERT)} {why}</span> }.into_any())
            })}
        </span>
    }
}

/// A text as the markup of a `<textarea>` that shows it.
pub(crate) fn as_markup(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
