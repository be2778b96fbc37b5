//! The error of a field in the form of a question: whether it has one, and the sentence beneath it.

use leptos::prelude::*;

use crate::boxed_view::{memo, optional_view};
use crate::components::icon::{CIRCLE_ALERT, icon};
use crate::editor_store::EditorStore;
use crate::state::editor::Editor;
use crate::state::editor::texts::{self as say, EditorField};

/// Whether this field has an error.
pub(super) fn is_wrong(store: EditorStore, place: EditorField) -> bool {
    store.editor.with(problem).is_some_and(|(where_, _)| where_ == place)
}

/// The error beneath a field. Read out with the field, which names it: an alert would interrupt the author.
pub(super) fn wrong(store: EditorStore, place: EditorField, id: &'static str) -> AnyView {
    let sentence = memo(move || store.editor.with(problem).filter(|(here, _)| *here == place).map(|one| one.1));
    view! {
        <span id=id>
            {optional_view(move || {
                let sentence = sentence.get()?;
                Some(view! { <span class="field__wrong">{icon(CIRCLE_ALERT)} {sentence} "."</span> }.into_any())
            })}
        </span>
    }
    .into_any()
}

fn problem(editor: &Editor) -> Option<(EditorField, String)> {
    editor.question().and_then(say::problem)
}
