//! The parts that all kinds of answer fields share.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::field_error::wrong;
use super::one_line_field;
use crate::components::icon::{PLUS, X, icon};
use crate::editor_store::EditorStore;
use crate::focus::focus_first;
use crate::state::editor::Change;
use crate::state::editor::texts::EditorField;

/// The fields as one group, with the error beneath.
pub(super) fn group(store: EditorStore, legend: AnyView, fields: AnyView) -> AnyView {
    view! {
        <fieldset class="choices" aria-describedby="wrong-answers">
            {legend}
            {fields}
            {wrong(store, EditorField::Answers, "wrong-answers")}
        </fieldset>
    }
    .into_any()
}

/// The name of a group, and a hint beside it.
pub(super) fn legend(name: &'static str, hint: &'static str) -> AnyView {
    view! {
        <legend class="field__label">
            {name} " " <span class="choices__hint">{hint}</span>
        </legend>
    }
    .into_any()
}

/// Fields below each other or side by side, and a button that adds one.
pub(super) fn tiles(tiles: Vec<AnyView>, add: Option<AnyView>) -> AnyView {
    view! { <div class="choices__tiles">{tiles} {add}</div> }.into_any()
}

/// A button that adds a field.
pub(super) fn adder(store: EditorStore, label: &'static str, change: Change) -> AnyView {
    view! {
        <button class="choices__add" type="button" on:click=move |_| store.change(change.clone())>
            {icon(PLUS)}
            {label}
        </button>
    }
    .into_any()
}

/// A button that removes a field.
pub(super) fn remover(store: EditorStore, label: String, change: Change) -> AnyView {
    view! {
        <button
            class="button button--bare choice__small choice__remove"
            type="button"
            aria-label=label
            on:click=move |_| store.change(change.clone())
        >
            {icon(X)}
        </button>
    }
    .into_any()
}

/// Enter moves from the field `at` of `count` to the next one, and adds one where there is room.
pub(super) fn onwards(store: EditorStore, at: usize, count: usize, more: Change) -> impl Fn(KeyboardEvent) + 'static {
    move |event| {
        if !one_line_field::ends(&event) {
            return;
        }
        if at + 1 < count {
            focus_first(&format!("#answer-{}", at + 1));
        } else {
            store.change(more.clone());
        }
    }
}
