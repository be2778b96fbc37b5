//! The list of questions, with a button that adds one.

use leptos::ev::KeyboardEvent;
use leptos::html::Details;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;
use protocol::quiz::{Kind, Question};

use super::settings::{Export, Settings};
use crate::boxed_view::{derived, dynamic_text, list, memo, optional_view};
use crate::components::icon::{PLUS, icon};
use crate::editor_store::EditorStore;
use crate::focus::focus_first;
use crate::state::editor::{Edit, texts as say};

const ROW: &str = "outline__item";

/// All questions; the selected one is marked. Alt moves it, with an arrow by one place and with Home and
/// End to the ends.
#[component]
pub(super) fn Outline(store: EditorStore) -> impl IntoView {
    let editor = store.editor;
    let keys = move || editor.with(|editor| editor.keys().iter().map(u32::to_string).collect());
    let is_empty = memo(move || editor.with(|editor| editor.keys().is_empty()));
    view! {
        <nav class="outline" aria-label="Questions" on:keydown=move |event| move_by_key(store, &event)>
            <ol class="outline__list">{list(keys, move |key| row(store, &key))}</ol>
            {optional_view(move || is_empty.get().then(|| view! { <p class="quiet small">"No question yet."</p> }.into_any()))}
            <Add store />
            <Settings store />
            <Export store />
        </nav>
    }
}

fn row(store: EditorStore, key: &str) -> AnyView {
    let key: u32 = key.parse().unwrap_or_default();
    let editor = store.editor;
    // A row that is being removed has neither place nor text.
    let of = move |look: fn((usize, &Question)) -> String| {
        memo(move || editor.with(|editor| editor.by_key(key).map(look)).unwrap_or_default())
    };
    let place = memo(move || editor.with(|editor| editor.by_key(key).map_or(0, |(at, _)| at)));
    let heading = of(|(_, question)| say::heading(question));
    let problem = of(|(_, question)| say::problem(question).map(|(_, sentence)| sentence).unwrap_or_default());
    let is_here = memo(move || editor.with(|editor| editor.by_key(key).is_some_and(|(at, _)| at == editor.selected())));
    let todo = optional_view(move || {
        let problem = Some(problem.get()).filter(|problem| !problem.is_empty())?;
        Some(view! { <span class="outline__todo">{problem}</span> }.into_any())
    });
    view! {
        <li>
            <button
                class=ROW
                type="button"
                id=derived(move || format!("outline-{}", place.get()))
                aria-current=derived(move || is_here.get().then_some("true"))
                on:click=move |_| store.edit(Edit::Select(place.get_untracked()))
            >
                <b>{dynamic_text(move || place.get() + 1)}</b>
                <span>
                    <bdi>{dynamic_text(move || heading.get())}</bdi>
                    {todo}
                </span>
            </button>
        </li>
    }
    .into_any()
}

fn move_by_key(store: EditorStore, event: &KeyboardEvent) {
    let Some(row) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
    let (selected, count) = store.editor.with_untracked(|editor| (editor.selected(), editor.keys().len()));
    let Some(last) = count.checked_sub(1).filter(|_| row.class_name() == ROW) else { return };
    let place = match event.key().as_str() {
        "ArrowUp" => selected.saturating_sub(1),
        "ArrowDown" => (selected + 1).min(last),
        "Home" => 0,
        "End" => last,
        _ => return,
    };
    event.prevent_default();
    store.edit(if event.alt_key() { Edit::MoveTo(place) } else { Edit::Select(place) });
    // A row that moved has lost the focus; it gets it back before the next key.
    queue_microtask(move || focus_first(&format!("#outline-{place}")));
}

/// A button that adds a question of one of the kinds.
#[component]
fn Add(store: EditorStore) -> impl IntoView {
    let details = NodeRef::<Details>::new();
    let add = move |kind| {
        if let Some(details) = details.get_untracked() {
            // Closed by hand: there is nothing left to choose.
            let _ = details.remove_attribute("open");
        }
        store.edit(Edit::Add(kind));
    };
    let kinds = Kind::ALL.map(|kind| {
        let (name, what) = say::kind(kind);
        view! {
            <li>
                <button class="adding__kind" type="button" on:click=move |_| add(kind)>
                    <b>{name}</b>
                    <span class="quiet">{what}</span>
                </button>
            </li>
        }
    });
    view! {
        <details class="adding" node_ref=details>
            <summary class="button button--quiet">{icon(PLUS)} "Add a question"</summary>
            <ul class="adding__kinds" aria-label="Kinds of questions">
                {kinds.into_iter().collect_view()}
            </ul>
        </details>
    }
}
