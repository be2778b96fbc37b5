//! The error beneath a field.

use leptos::prelude::*;

use super::icon::{CIRCLE_ALERT, icon};
use crate::boxed_view::optional_view;

/// The sentence under a field that was not accepted. The field names it by
/// `aria-describedby`; being an alert, it is read out when it comes.
#[component]
pub(crate) fn Wrong(
    /// The id that the field's `aria-describedby` names.
    id: &'static str,
    /// The error, while there is one.
    why: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <span id=id role="alert">
            {optional_view(move || {
                why.get().map(|why| view! { <span class="field__wrong">{icon(CIRCLE_ALERT)} {why}</span> }.into_any())
            })}
        </span>
    }
}

/// A text as the markup of a `<textarea>` that shows it.
pub(crate) fn as_markup(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
