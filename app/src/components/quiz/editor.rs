//! The editor of a quiz.

use leptos::prelude::*;

use super::bar::{Bar, StillBar};
use super::outline::Outline;
use super::writing::Writing;
use crate::api::quizzes::OpenedQuiz;
use crate::boxed_view::{dynamic_text, effect, memo, optional_view};
use crate::components::field::as_markup;
use crate::components::icon::{ROTATE, icon};
use crate::editor_store::EditorStore;
use crate::focus::focus_first;
use crate::initial_state;
use crate::island::part;
use crate::state::editor::{Edit, Editor, Focus};

/// The quiz that the page was rendered with.
pub(crate) type InitialState = OpenedQuiz;
/// The id of that state in the page.
pub(crate) const INITIAL_STATE: &str = "editor-initial";

part! {
    editor_part:
    /// The whole editor's page except the logo. Before hydration nothing can be typed: it would be lost.
    QuizEditor draws quiz_editor,
}

fn quiz_editor() -> Option<AnyView> {
    let store = initial_state::load::<InitialState>(INITIAL_STATE).map(EditorStore::begin)?;
    Some(if cfg!(feature = "ssr") { waiting(store) } else { alive(store) })
}

/// The content before hydration, in the same places: the top, and the first question in a field
/// like the final one.
fn waiting(store: EditorStore) -> AnyView {
    let first = store.editor.with_untracked(|editor| editor.question().cloned()).map(|question| {
        view! {
            <textarea
                class="writing__question"
                rows="1"
                dir="auto"
                aria-label="Your question"
                readonly
                inner_html=as_markup(&question.text)
            ></textarea>
        }
    });
    view! {
        <StillBar store />
        <main class="writing" id="main" inert>
            <div class="writing__head writing__head--waiting"></div>
            {first}
            <div class="empty__line waiting__line" aria-hidden="true">
                <i></i>
                <i></i>
                <i></i>
            </div>
        </main>
    }
    .into_any()
}

fn alive(store: EditorStore) -> AnyView {
    let drawing = memo(move || store.editor.with(Editor::drawing));
    effect(move || {
        drawing.get();
        if let Some(focus) = store.editor.with_untracked(Editor::focus) {
            // Once the fields are rendered, and before the next key: a browser may delay a timer while
            // somebody types.
            queue_microtask(move || go_to(focus));
        }
    });
    view! {
        <Bar store />
        <Outline store />
        <Writing store drawing />
        <News store />
    }
    .into_any()
}

/// The last change, with a button that undoes it.
#[component]
fn News(store: EditorStore) -> impl IntoView {
    let editor = store.editor;
    let announcement = memo(move || editor.with(|editor| editor.announcement().to_owned()));
    let can_undo = memo(move || editor.with(Editor::can_undo));
    let undo = move || {
        view! {
            <button class="toast__undo" type="button" on:click=move |_| store.edit(Edit::Undo)>
                {icon(ROTATE)}
                "Undo"
            </button>
        }
        .into_any()
    };
    view! {
        <section class="news" aria-label="What happened last">
            <span class="news__announcement" role="status">
                {dynamic_text(move || announcement.get())}
            </span>
            {optional_view(move || (can_undo.get() && !announcement.get().is_empty()).then(undo))}
        </section>
    }
}

fn go_to(focus: Focus) {
    match focus {
        Focus::Text => focus_first("#question-text"),
        Focus::Kind => focus_first("#question-kind"),
        Focus::Answer(at) => focus_first(&format!("#answer-{at}")),
        Focus::Outline(at) => focus_first(&format!("#outline-{at}")),
        Focus::Picture => focus_first("#question-picture"),
    }
}
