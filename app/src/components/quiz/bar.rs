//! The top of the editor: the title, whether it is saved, and what one does with it.

use leptos::prelude::*;
use protocol::limits;
use protocol::quiz::problems;

use super::line;
use super::preview::Preview;
use crate::boxed_view::{changing, derived, flag, memo, sometimes, words};
use crate::components::dialog::Dialog;
use crate::components::field::Wrong;
use crate::components::icon::{CHECK, CIRCLE_ALERT, CLOCK, EYE, PLAY, icon};
use crate::editor_store::EditorStore;
use crate::focus::lead_to;
use crate::state::editor::saving::{Saving, Told};
use crate::state::editor::{Edit, Editor, texts as say};
use crate::time_zone::local;

#[component]
pub(super) fn Bar(authoring: EditorStore) -> impl IntoView {
    let editor = authoring.editor;
    let title = memo(move || editor.with(|editor| editor.quiz().title.clone()));
    let has_title = memo(move || title.with(|title| !title.trim().is_empty()));
    view! {
        <header class="editor__bar">
            <h1 class="unseen">{words(move || format!("Edit: {}", title.get()))}</h1>
            <textarea
                class="editor__title"
                id="quiz-title"
                rows="1"
                aria-label="Title of the quiz"
                placeholder="Title of the quiz"
                autocomplete="off"
                enterkeyhint="next"
                maxlength=line::room(limits::TITLE_CHARS)
                dir="auto"
                aria-invalid=flag(move || !has_title.get())
                prop:value=derived(move || title.get())
                on:keydown=move |event| {
                    if line::ends(&event) {
                        lead_to("#question-text");
                    }
                }
                on:input=move |event| authoring.edit(Edit::Title(line::typed(&event)))
            ></textarea>
            <Doing authoring />
        </header>
        <Conflict authoring />
    }
}

/// The same with a title that is only read: before the editor is alive, letters in it would be lost.
/// The buttons are those that come, and one that is pressed is pressed again then.
#[component]
pub(super) fn StillBar(authoring: EditorStore) -> impl IntoView {
    let title = authoring.editor.with_untracked(|editor| editor.quiz().title.clone());
    view! {
        <header class="editor__bar">
            <h1 class="editor__title">
                <bdi>{title}</bdi>
            </h1>
            <Doing authoring />
        </header>
    }
}

#[component]
fn Doing(authoring: EditorStore) -> impl IntoView {
    view! {
        <Saved authoring />
        <TryIt authoring />
        <Start authoring />
        <div class="editor__trouble">
            <Hindrance authoring />
            <Wrong id="start-wrong" why=authoring.trouble.into() />
        </div>
    }
}

#[component]
fn Saved(authoring: EditorStore) -> impl IntoView {
    let told = memo(move || authoring.saving.with(Saving::told));
    let said = changing(move || match told.get() {
        Told::Saved(at) => {
            let local = local(at);
            view! { {icon(CHECK)} <span title=local.moment()>{format!("Saved at {}", local.clock())}</span> }.into_any()
        }
        Told::Saving => view! { {icon(CLOCK)} "Saving" }.into_any(),
        Told::Failed(why) => {
            view! { {icon(CIRCLE_ALERT)} <span>"Not saved: " {why} " It is kept in this browser."</span> }.into_any()
        }
        Told::Stale => view! { {icon(CIRCLE_ALERT)} "Not saved" }.into_any(),
    });
    let is_wrong = flag(move || matches!(told.get(), Told::Failed(_) | Told::Stale));
    view! {
        <span class="editor__saved" role="status" data-wrong=is_wrong>
            {said}
        </span>
    }
}

/// Two versions: the author says which one goes on.
#[component]
fn Conflict(authoring: EditorStore) -> impl IntoView {
    let is_stale = memo(move || authoring.saving.with(Saving::told) == Told::Stale);
    let question = move || {
        view! {
            <section class="conflict" role="alert" aria-label="Two versions">
                <p>
                    <b>"This quiz was changed elsewhere meanwhile."</b>
                    " Yours is kept in this browser until you choose."
                </p>
                <button class="button button--quiet" type="button" on:click=move |_| authoring.take_theirs()>
                    "Load the other version"
                </button>
                <button class="button" type="button" on:click=move |_| authoring.keep_mine()>
                    "Keep mine"
                </button>
            </section>
        }
        .into_any()
    };
    sometimes(move || is_stale.get().then(question))
}

#[component]
fn TryIt(authoring: EditorStore) -> impl IntoView {
    let dialog = Dialog::new();
    let is_empty = memo(move || authoring.editor.with(|editor| editor.question().is_none()));
    let open = move |_| {
        if !is_empty.get_untracked() {
            dialog.open();
        }
    };
    let content = sometimes(move || dialog.is_open().then(|| view! { <Preview authoring dialog /> }.into_any()));
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
fn Start(authoring: EditorStore) -> impl IntoView {
    let is_hindered = hindered(authoring);
    let start = move |_| {
        if is_hindered.get_untracked().is_none() {
            authoring.start();
        }
    };
    view! {
        <button
            class="button needs-script"
            type="button"
            aria-disabled=flag(move || is_hindered.get().is_some())
            aria-busy=flag(move || authoring.is_starting.get())
            aria-describedby="start-hindrance start-wrong"
            on:click=start
        >
            {icon(PLAY)}
            {words(move || if authoring.is_starting.get() { "Starting" } else { "Start a game" })}
        </button>
    }
}

#[component]
fn Hindrance(authoring: EditorStore) -> impl IntoView {
    let is_hindered = hindered(authoring);
    view! {
        <span class="editor__hindrance" id="start-hindrance">
            {sometimes(move || is_hindered.get().map(|why| view! { <span>"Not ready: " {why}</span> }.into_any()))}
        </span>
    }
}

fn hindered(authoring: EditorStore) -> Memo<Option<String>> {
    memo(move || authoring.editor.with(|editor: &Editor| say::hindrance(&problems(editor.quiz()))))
}
