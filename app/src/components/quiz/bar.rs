//! The top of the editor: the title, the state of saving, and the buttons.

use leptos::prelude::*;
use protocol::limits;
use protocol::quiz::problems;

use super::one_line_field;
use super::preview::Preview;
use crate::boxed_view::{derived, dynamic_text, dynamic_view, flag, memo, optional_view};
use crate::components::dialog::Dialog;
use crate::components::field::Wrong;
use crate::components::icon::{CHECK, CIRCLE_ALERT, CLOCK, EYE, PLAY, icon};
use crate::editor_store::EditorStore;
use crate::focus::focus_first;
use crate::state::editor::autosave::{Autosave, SaveStatus};
use crate::state::editor::{Edit, Editor, texts as say};
use crate::time_zone::local;

#[component]
pub(super) fn Bar(store: EditorStore) -> impl IntoView {
    let editor = store.editor;
    let title = memo(move || editor.with(|editor| editor.quiz().title.clone()));
    let has_title = memo(move || title.with(|title| !title.trim().is_empty()));
    view! {
        <header class="editor__bar">
            <h1 class="unseen">{dynamic_text(move || format!("Edit: {}", title.get()))}</h1>
            <textarea
                class="editor__title"
                id="quiz-title"
                rows="1"
                aria-label="Title of the quiz"
                placeholder="Title of the quiz"
                autocomplete="off"
                enterkeyhint="next"
                maxlength=one_line_field::room(limits::TITLE_CHARS)
                dir="auto"
                aria-invalid=flag(move || !has_title.get())
                prop:value=derived(move || title.get())
                on:keydown=move |event| {
                    if one_line_field::ends(&event) {
                        focus_first("#question-text");
                    }
                }
                on:input=move |event| store.edit(Edit::Title(one_line_field::typed(&event)))
            ></textarea>
            <Doing store />
        </header>
        <Conflict store />
    }
}

/// The same with a title that cannot be edited: before hydration, letters in it would be lost. The buttons
/// are the final ones, and a press is repeated then.
#[component]
pub(super) fn StillBar(store: EditorStore) -> impl IntoView {
    let title = store.editor.with_untracked(|editor| editor.quiz().title.clone());
    view! {
        <header class="editor__bar">
            <h1 class="editor__title">
                <bdi>{title}</bdi>
            </h1>
            <Doing store />
        </header>
    }
}

#[component]
fn Doing(store: EditorStore) -> impl IntoView {
    view! {
        <Saved store />
        <TryIt store />
        <Start store />
        <div class="editor__trouble">
            <Hindrance store />
            <Wrong id="start-wrong" why=store.last_error.into() />
        </div>
    }
}

#[component]
fn Saved(store: EditorStore) -> impl IntoView {
    let told = memo(move || store.saving.with(Autosave::status));
    let said = dynamic_view(move || match told.get() {
        SaveStatus::Saved(at) => {
            let local = local(at);
            view! { {icon(CHECK)} <span title=local.moment()>{format!("Saved at {}", local.clock())}</span> }.into_any()
        }
        SaveStatus::Saving => view! { {icon(CLOCK)} "Saving" }.into_any(),
        SaveStatus::Failed(why) => {
            view! { {icon(CIRCLE_ALERT)} <span>"Not saved: " {why} " It is kept in this browser."</span> }.into_any()
        }
        SaveStatus::Stale => view! { {icon(CIRCLE_ALERT)} "Not saved" }.into_any(),
    });
    let is_wrong = flag(move || matches!(told.get(), SaveStatus::Failed(_) | SaveStatus::Stale));
    view! {
        <span class="editor__saved" role="status" data-wrong=is_wrong>
            {said}
        </span>
    }
}

/// Two versions: the author chooses the one that goes on.
#[component]
fn Conflict(store: EditorStore) -> impl IntoView {
    let is_stale = memo(move || store.saving.with(Autosave::status) == SaveStatus::Stale);
    let question = move || {
        view! {
            <section class="conflict" role="alert" aria-label="Two versions">
                <p>
                    <b>"This quiz was changed elsewhere meanwhile."</b>
                    " Yours is kept in this browser until you choose."
                </p>
                <button class="button button--quiet" type="button" on:click=move |_| store.take_theirs()>
                    "Load the other version"
                </button>
                <button class="button" type="button" on:click=move |_| store.keep_mine()>
                    "Keep mine"
                </button>
            </section>
        }
        .into_any()
    };
    optional_view(move || is_stale.get().then(question))
}

#[component]
fn TryIt(store: EditorStore) -> impl IntoView {
    let dialog = Dialog::new();
    let is_empty = memo(move || store.editor.with(|editor| editor.question().is_none()));
    let open = move |_| {
        if !is_empty.get_untracked() {
            dialog.open();
        }
    };
    let content = optional_view(move || dialog.is_open().then(|| view! { <Preview store dialog /> }.into_any()));
    view! {
        <button
            class="button button--quiet needs-script"
            type="button"
            aria-haspopup="dialog"
            aria-disabled=flag(move || is_empty.get())
            on:click=open
        >
            {icon(EYE)}
            "Try it"
        </button>
        {dialog.view("preview", "preview-title", content)}
    }
}

#[component]
fn Start(store: EditorStore) -> impl IntoView {
    let is_hindered = hindered(store);
    let start = move |_| {
        if is_hindered.get_untracked().is_none() {
            store.start();
        }
    };
    view! {
        <button
            class="button needs-script"
            type="button"
            aria-disabled=flag(move || is_hindered.get().is_some())
            aria-busy=flag(move || store.is_starting.get())
            aria-describedby="start-hindrance start-wrong"
            on:click=start
        >
            {icon(PLAY)}
            {dynamic_text(move || if store.is_starting.get() { "Starting" } else { "Start a game" })}
        </button>
    }
}

#[component]
fn Hindrance(store: EditorStore) -> impl IntoView {
    let is_hindered = hindered(store);
    view! {
        <span class="editor__hindrance" id="start-hindrance">
            {optional_view(move || is_hindered.get().map(|why| view! { <span>"Not ready: " {why}</span> }.into_any()))}
        </span>
    }
}

fn hindered(store: EditorStore) -> Memo<Option<String>> {
    memo(move || store.editor.with(|editor: &Editor| say::hindrance(&problems(editor.quiz()))))
}
