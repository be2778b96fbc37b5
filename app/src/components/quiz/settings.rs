//! The settings of the whole quiz.

use leptos::prelude::*;
use protocol::quiz::{Quiz, Scoring};

use crate::boxed_view::{derived, flag, memo};
use crate::editor_store::EditorStore;
use crate::state::editor::{Edit, texts as say};

/// The settings of a quiz: scoring, streaks and the filter of nicknames.
#[component]
pub(super) fn Settings(store: EditorStore) -> impl IntoView {
    let scoring = memo(move || store.editor.with(|editor| editor.quiz().scoring));
    let choices = [Scoring::Speed, Scoring::Accuracy, Scoring::None].map(|one| {
        let (name, what) = say::scoring(one);
        view! {
            <label class="tick">
                <input
                    type="radio"
                    name="scoring"
                    prop:checked=derived(move || scoring.get() == one)
                    on:change=move |_| store.edit(Edit::Scoring(one))
                />
                <span>
                    <b>{name}</b>
                    <span class="quiet">{what}</span>
                </span>
            </label>
        }
    });
    view! {
        <details class="more">
            <summary>"Settings"</summary>
            <fieldset class="more__group">
                <legend>"Points"</legend>
                {choices.into_iter().collect_view()}
            </fieldset>
            {tick(
                store,
                ("Bonus for streaks", "Several right answers in a row bring more."),
                |quiz| quiz.streaks,
                Edit::Streaks,
            )}
            {tick(
                store,
                ("Filter nicknames", "Blocks names with bad words."),
                |quiz| quiz.filter,
                Edit::Filter,
            )}
        </details>
    }
}

fn tick(
    store: EditorStore,
    (name, what): (&'static str, &'static str),
    is_on: fn(&Quiz) -> bool,
    edit: fn(bool) -> Edit,
) -> AnyView {
    let is_on = memo(move || store.editor.with(|editor| is_on(editor.quiz())));
    view! {
        <label class="tick">
            <input
                type="checkbox"
                prop:checked=derived(move || is_on.get())
                on:change=move |event| store.edit(edit(event_target_checked(&event)))
            />
            <span>
                <b>{name}</b>
                <span class="quiet">{what}</span>
            </span>
        </label>
    }
    .into_any()
}

/// Links to the quiz as a file, without changes that are not saved yet.
#[component]
pub(super) fn Export(store: EditorStore) -> impl IntoView {
    let is_unsaved = flag(move || store.saving.with(crate::state::editor::autosave::Autosave::is_unsaved));
    let links = [("json", "Hubbub file, with everything"), ("xlsx", "Excel sheet"), ("csv", "CSV sheet")].map(
        |(kind, name)| {
            view! {
                <li>
                    <a href=format!("/quizzes/{}/export.{kind}", store.id()) download rel="external">
                        {name}
                    </a>
                </li>
            }
        },
    );
    view! {
        <details class="more">
            <summary>"Export"</summary>
            <ul class="more__links" data-unsaved=is_unsaved>
                {links.into_iter().collect_view()}
            </ul>
        </details>
    }
}
