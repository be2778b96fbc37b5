//! Who is typing.

use leptos::prelude::*;

use crate::state::{People, words};

/// The line above the composer; silent for screen readers.
#[component]
pub(crate) fn TypingLine(people: RwSignal<People>) -> impl IntoView {
    let sentence = Memo::new(move |_| people.with(|people| words::typing(&people.typing())));
    view! {
        <div class="typing" aria-live="off">
            <Show when=move || sentence.with(|sentence| !sentence.is_empty())>
                <span class="typing__bars" aria-hidden="true">
                    <i></i>
                    <i></i>
                    <i></i>
                </span>
                <span class="typing__who" dir="auto">{sentence}</span>
            </Show>
        </div>
    }
}
