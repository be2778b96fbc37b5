//! The form of the selected question.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use protocol::limits;
use protocol::quiz::{Kind, Question};

use super::answers::Answers;
use super::details::{Points, Seconds, Why};
use super::exact::{Number, Spellings};
use super::field_error::{is_wrong, wrong};
use super::one_line_field;
use super::picture::Picture;
use crate::boxed_view::{derived, dynamic_text, dynamic_view, flag, memo};
use crate::components::icon::{ARROW_DOWN, ARROW_UP, COPY, TRASH, icon};
use crate::editor_store::EditorStore;
use crate::focus::focus_first;
use crate::state::editor::texts::{self as say, EditorField};
use crate::state::editor::{Change, Direction, Edit};

/// The form of the selected question; rendered anew when `drawing` changes.
#[component]
pub(super) fn Writing(store: EditorStore, drawing: Memo<u32>) -> impl IntoView {
    let form = dynamic_view(move || {
        drawing.get();
        match store.editor.with_untracked(|editor| editor.question().cloned()) {
            Some(question) => view! { <Form store question /> }.into_any(),
            None => nothing(),
        }
    });
    view! {
        <main class="writing" id="main" tabindex="-1">
            {form}
        </main>
    }
}

fn nothing() -> AnyView {
    view! {
        <div class="empty">
            <div class="empty__line"></div>
            <p>
                <b>"No question yet."</b>
                <br />
                <span class="quiet">"Add your first question."</span>
            </p>
        </div>
    }
    .into_any()
}

#[component]
fn Form(store: EditorStore, question: Question) -> impl IntoView {
    let kind = question.kind;
    let answers = match kind {
        Kind::Typed => view! { <Spellings store question=question.clone() /> }.into_any(),
        Kind::Number => view! { <Number store question=question.clone() /> }.into_any(),
        Kind::Slide => ().into_any(),
        _ => view! { <Answers store question=question.clone() /> }.into_any(),
    };
    view! {
        <Asked store question=question.clone() />
        {answers}
        <div class="writing__row">
            <Seconds store seconds=question.seconds />
            {kind.has_right().then(|| view! { <Points store /> })}
        </div>
        <Why store question=question.clone() />
        <Picture store question />
        <Doing store />
    }
}

/// The text and the kind of the question.
#[component]
fn Asked(store: EditorStore, question: Question) -> impl IntoView {
    let editor = store.editor;
    let label = memo(move || {
        let (at, count) = editor.with(|editor| (editor.selected() + 1, editor.keys().len()));
        format!("Question {at} of {count}")
    });
    // Enter goes on to the answers. With Shift it breaks the line, which is shown on the wall.
    let pressed = move |event: KeyboardEvent| {
        if !event.shift_key() && one_line_field::ends(&event) {
            focus_first(if kind_of(store) == Kind::Slide { "#question-why" } else { "#answer-0" });
        }
    };
    let kinds = Kind::ALL.map(|one| {
        view! {
            <option value=say::kind_value(one) selected=(one == question.kind).then_some("selected")>
                {say::kind(one).0}
            </option>
        }
    });
    let choose = move |event| {
        let value = event_target_value(&event);
        if let Some(kind) = Kind::ALL.into_iter().find(|kind| say::kind_value(*kind) == value) {
            store.change(Change::Kind(kind));
        }
    };
    view! {
        <div class="writing__head">
            <label class="quiet" for="question-text">
                {dynamic_text(move || label.get())}
            </label>
            <label class="writing__kind">
                <span class="unseen">"Kind of question"</span>
                <select class="field__select" id="question-kind" on:change=choose>
                    {kinds.into_iter().collect_view()}
                </select>
            </label>
        </div>
        <div class="field">
            <textarea
                class="writing__question"
                id="question-text"
                rows="1"
                enterkeyhint="next"
                maxlength=one_line_field::room(limits::QUESTION_CHARS)
                dir="auto"
                placeholder=if question.kind == Kind::Slide { "Heading" } else { "Your question" }
                aria-invalid=flag(move || is_wrong(store, EditorField::Text))
                aria-describedby="wrong-text formula-help"
                prop:value=question.text
                on:keydown=pressed
                on:input=move |event| store.change(Change::Text(event_target_value(&event)))
            ></textarea>
            {wrong(store, EditorField::Text, "wrong-text")}
            <span class="field__help" id="formula-help">
                "Formulas stand between dollar signs, in answers too: $x^2$ is shown as x²."
            </span>
        </div>
    }
}

/// Buttons for the question as a whole.
#[component]
fn Doing(store: EditorStore) -> impl IntoView {
    let editor = store.editor;
    let is_first = memo(move || editor.with(|editor| editor.selected() == 0));
    let is_last = memo(move || editor.with(|editor| editor.selected() + 1 >= editor.keys().len()));
    let button = move |drawing, name: &'static str, edit: Edit, is_idle: Option<Memo<bool>>| {
        let class = if edit == Edit::Remove { "button button--remove" } else { "button button--quiet" };
        view! {
            <button
                class=class
                type="button"
                aria-disabled=derived(move || is_idle.is_some_and(|is_idle| is_idle.get()).then_some("true"))
                on:click=move |_| store.edit(edit.clone())
            >
                {icon(drawing)}
                {name}
            </button>
        }
        .into_any()
    };
    view! {
        <div class="writing__doing">
            {button(ARROW_UP, "Move up", Edit::Move(Direction::Up), Some(is_first))}
            {button(ARROW_DOWN, "Move down", Edit::Move(Direction::Down), Some(is_last))}
            {button(COPY, "Copy question", Edit::Duplicate, None)}
            {button(TRASH, "Delete", Edit::Remove, None)}
        </div>
    }
}

fn kind_of(store: EditorStore) -> Kind {
    store.editor.with_untracked(|editor| editor.question().map(|question| question.kind)).unwrap_or_default()
}
