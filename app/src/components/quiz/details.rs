//! The time limit, the points, and the explanation of a question.

use leptos::prelude::*;
use protocol::limits;
use protocol::quiz::{self, Kind, Question};

use super::field_error::{is_wrong, wrong};
use super::one_line_field;
use crate::boxed_view::{derived, dynamic_text, flag, memo};
use crate::editor_store::EditorStore;
use crate::state::editor::Change;
use crate::state::editor::texts::{self as say, EditorField};

const SECONDS: [(u32, &str); 5] = [(10, "10"), (20, "20"), (30, "30"), (60, "60"), (0, "None")];

/// The time limit: one of the usual numbers or another one.
#[component]
pub(super) fn Seconds(store: EditorStore, seconds: u32) -> impl IntoView {
    let now = memo(move || store.editor.with(|editor| editor.question().map(|question| question.seconds)));
    let is_usual = SECONDS.iter().any(|(usual, _)| *usual == seconds);
    // What is typed stays as it is, also while it is a usual number.
    let own = RwSignal::new(if is_usual { String::new() } else { seconds.to_string() });
    let usual = SECONDS.map(|(seconds, name)| {
        view! {
            <label>
                <input
                    type="radio"
                    name="seconds"
                    prop:checked=derived(move || now.get() == Some(seconds) && own.with(String::is_empty))
                    on:change=move |_| {
                        own.set(String::new());
                        store.change(Change::Seconds(seconds));
                    }
                />
                {name}
            </label>
        }
    });
    let typed = move |event| {
        let text = event_target_value(&event);
        if let Ok(seconds) = text.trim().parse() {
            store.change(Change::Seconds(seconds));
        }
        own.set(text);
    };
    view! {
        <fieldset class="field field--bare">
            <legend class="field__label">
                "Time limit " <span class="choices__hint">"In seconds. None: you close it yourself"</span>
            </legend>
            <div class="writing__seconds">
                <div class="segments">{usual.into_iter().collect_view()}</div>
                <label class="writing__own">
                    "or " <input
                        class="field__input"
                        type="number"
                        min="1"
                        max=limits::ANSWER_SECONDS
                        aria-label="Another number of seconds"
                        prop:value=derived(move || own.get())
                        on:input=typed
                    /> " seconds"
                </label>
            </div>
            {wrong(store, EditorField::Seconds, "wrong-seconds")}
        </fieldset>
    }
}

/// The points of a question.
#[component]
pub(super) fn Points(store: EditorStore) -> impl IntoView {
    let now = memo(move || store.editor.with(|editor| editor.question().map(|question| question.points)));
    let choices = [quiz::Points::None, quiz::Points::Normal, quiz::Points::Double].map(|points| {
        view! {
            <label>
                <input
                    type="radio"
                    name="points"
                    prop:checked=derived(move || now.get() == Some(points))
                    on:change=move |_| store.change(Change::Points(points))
                />
                {say::points(points)}
            </label>
        }
    });
    view! {
        <fieldset class="field field--bare">
            <legend class="field__label">"Points"</legend>
            <div class="segments">{choices.into_iter().collect_view()}</div>
        </fieldset>
    }
}

/// The explanation; of a slide, its text.
#[component]
pub(super) fn Why(store: EditorStore, question: Question) -> impl IntoView {
    let (name, hint) = match question.kind {
        Kind::Slide => ("Text", "Shown under the heading"),
        Kind::Poll => ("Afterwards", "Shown with the answers"),
        _ => ("Why", "Shown with the answer"),
    };
    let count = memo(move || {
        store.editor.with(|editor| {
            editor
                .question()
                .map(|question| say::letters(&question.explanation, limits::EXPLANATION_CHARS))
                .unwrap_or_default()
        })
    });
    view! {
        <div class="field">
            <label class="field__label" for="question-why">
                {name} " " <span class="choices__hint">{hint}</span>
            </label>
            <textarea
                class="field__input field__input--long"
                id="question-why"
                rows="3"
                maxlength=one_line_field::room(limits::EXPLANATION_CHARS)
                dir="auto"
                aria-invalid=flag(move || is_wrong(store, EditorField::Explanation))
                aria-describedby="why-count wrong-why"
                prop:value=question.explanation
                on:input=move |event| store.change(Change::Explanation(event_target_value(&event)))
            ></textarea>
            <span class="field__help num" id="why-count">
                {dynamic_text(move || count.get())}
            </span>
            {wrong(store, EditorField::Explanation, "wrong-why")}
        </div>
    }
}
