//! The line that tells who is typing.

use leptos::prelude::*;

use crate::boxed_view::{dynamic_text, memo, optional_view};
use crate::state::People;
use crate::state::texts::typing;

/// The line above the composer; silent for screen readers.
#[component]
pub(crate) fn TypingLine(people: RwSignal<People>) -> impl IntoView {
    let sentence = memo(move || people.with(|people| typing(&people.typing())));
    let somebody = memo(move || sentence.with(|sentence| !sentence.is_empty()));
    let line = optional_view(move || {
        somebody.get().then(|| {
            view! {
                <span class="typing__bars" aria-hidden="true">
                    <i></i>
                    <i></i>
                    <i></i>
                </span>
                <span class="typing__who" dir="auto">
                    {dynamic_text(move || sentence.get())}
                </span>
            }
            .into_any()
        })
    });
    view! {
        <div class="typing" aria-live="off">
            {line}
        </div>
    }
}
