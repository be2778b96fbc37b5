//! The editor of a quiz.

use leptos::prelude::*;

use super::bar::Bar;
use super::outline::Outline;
use super::writing::Writing;
use crate::api::quizzes::OpenedQuiz;
use crate::authoring::Authoring;
use crate::components::icon::{ROTATE, icon};
use crate::erase::{effect, memo, sometimes, words};
use crate::focus::lead_to;
use crate::given::given;
use crate::island::part;
use crate::state::editor::{Edit, Editor, Focus};

/// The quiz as the page was drawn with it.
pub(crate) type Beginning = OpenedQuiz;
/// Where that stands in the page.
pub(crate) const BEGINNING: &str = "editor-begins";

part! {
    editor_part:
    /// Everything of the editor's page but the logo. Before it is alive there is
    /// nothing to write in: it would be lost.
    QuizEditor draws quiz_editor,
}

fn quiz_editor() -> Option<AnyView> {
    given::<Beginning>(BEGINNING).map(|opened| {
        let title = opened.stored.quiz.title.clone();
        let authoring = Authoring::begin(opened);
        let (is_awake, set_awake) = signal(false);
        effect(move || set_awake.set(true));
        view! {
            {sometimes(move || (!is_awake.get()).then(|| waiting(title.clone())))}
            {sometimes(move || is_awake.get().then(|| alive(authoring)))}
        }
        .into_any()
    })
}

fn waiting(title: String) -> AnyView {
    view! {
        <header class="editor__bar">
            <h1 class="editor__title">
                <bdi>{title}</bdi>
            </h1>
        </header>
        <main class="writing" id="main">
            <div class="empty__line waiting__line" aria-hidden="true">
                <i></i>
                <i></i>
                <i></i>
            </div>
        </main>
    }
    .into_any()
}

fn alive(authoring: Authoring) -> AnyView {
    let drawing = memo(move || authoring.editor.with(Editor::drawing));
    effect(move || {
        drawing.get();
        if let Some(focus) = authoring.editor.with_untracked(Editor::focus) {
            // Once the fields are there, and before the next key: a browser may
            // hold back a timer while somebody types.
            queue_microtask(move || go_to(focus));
        }
    });
    view! {
        <Bar authoring />
        <Outline authoring />
        <Writing authoring drawing />
        <News authoring />
    }
    .into_any()
}

/// What happened last, and a way back.
#[component]
fn News(authoring: Authoring) -> impl IntoView {
    let editor = authoring.editor;
    let said = memo(move || editor.with(|editor| editor.said().to_owned()));
    let can_undo = memo(move || editor.with(Editor::can_undo));
    let undo = move || {
        view! {
            <button class="toast__undo" type="button" on:click=move |_| authoring.edit(Edit::Undo)>
                {icon(ROTATE)}
                "Undo"
            </button>
        }
        .into_any()
    };
    view! {
        <section class="news" aria-label="What happened last">
            <span class="news__said" role="status">
                {words(move || said.get())}
            </span>
            {sometimes(move || (can_undo.get() && !said.get().is_empty()).then(undo))}
        </section>
    }
}

fn go_to(focus: Focus) {
    match focus {
        Focus::Text => lead_to("#question-text"),
        Focus::Kind => lead_to("#question-kind"),
        Focus::Answer(at) => lead_to(&format!("#answer-{at}")),
        Focus::Outline(at) => lead_to(&format!("#outline-{at}")),
        Focus::Picture => lead_to("#question-picture"),
    }
}
