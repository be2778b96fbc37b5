//! Two to four answers to choose from, and which of them are right.

use leptos::prelude::*;
use protocol::limits;
use protocol::quiz::{Choice, Kind, Question};

use super::{choices, one_line_field};
use crate::boxed_view::{derived, memo};
use crate::components::game::answer::{self, letter};
use crate::components::icon::{ARROW_DOWN, ARROW_UP, icon};
use crate::editor_store::EditorStore;
use crate::state::editor::{Change, CorrectOptions, Direction, correct_options};

/// The answers as the class will see them.
#[component]
pub(super) fn Answers(store: EditorStore, question: Question) -> impl IntoView {
    let (kind, marks, count) = (question.kind, correct_options(&question), question.options.len());
    let hint = match (kind, marks) {
        (Kind::TrueFalse, _) => "Mark the right one.",
        (Kind::Order, _) => "Two to four, in the right order. Players see them shuffled.",
        (Kind::Poll, _) => "Two to four. None of them is right.",
        (_, CorrectOptions::One) => "Two to four. Mark the right one.",
        _ => "Two to four. Mark all that are right.",
    };
    let place = Placing { store, kind, marks, count };
    let tiles = question.options.into_iter().enumerate().map(|(at, option)| tile(place, at, option)).collect();
    let add = (kind != Kind::TrueFalse && count < limits::OPTIONS)
        .then(|| choices::adder(store, "Add an answer", Change::AddOption));
    choices::group(store, choices::legend("Answers", hint), choices::tiles(tiles, add))
}

/// What a tile needs to know of the others.
#[derive(Clone, Copy)]
struct Placing {
    store: EditorStore,
    kind: Kind,
    marks: CorrectOptions,
    count: usize,
}

fn tile(place: Placing, at: usize, option: Choice) -> AnyView {
    let Placing { store, kind, marks, count } = place;
    let text = if kind == Kind::TrueFalse {
        view! { <span class="choice__text choice__text--fixed">{option.text}</span> }.into_any()
    } else {
        text_field(place, at, option.text)
    };
    let remove = (kind != Kind::TrueFalse && count > 2)
        .then(|| choices::remover(store, format!("Remove answer {}", letter(at)), Change::RemoveOption(at)));
    view! {
        <div class=answer::kind("choice", at)>
            {answer::key(at)}
            {text}
            <span class="choice__tools">
                {(kind == Kind::Order).then(|| movers(store, at, count))}
                {(marks != CorrectOptions::None).then(|| mark(place, at))}
                {remove}
            </span>
        </div>
    }
    .into_any()
}

fn text_field(place: Placing, at: usize, text: String) -> AnyView {
    let Placing { store, count, .. } = place;
    view! {
        <textarea
            class="choice__text"
            id=format!("answer-{at}")
            rows="1"
            aria-label=format!("Answer {}", letter(at))
            autocomplete="off"
            enterkeyhint="next"
            maxlength=one_line_field::room(limits::OPTION_CHARS)
            dir="auto"
            prop:value=text
            on:keydown=choices::onwards(store, at, count, Change::AddOption)
            on:input=move |event| store.change(Change::OptionText(at, one_line_field::typed(&event)))
        ></textarea>
    }
    .into_any()
}

fn mark(place: Placing, at: usize) -> AnyView {
    let Placing { store, marks, kind, .. } = place;
    let is_right = memo(move || {
        store.editor.with(|editor| {
            editor.question().and_then(|question| question.options.get(at)).is_some_and(|option| option.right)
        })
    });
    // The two options of a statement have no field to focus.
    let id = (kind == Kind::TrueFalse).then(|| format!("answer-{at}"));
    view! {
        <label class="choice__right">
            <input
                id=id
                type=if marks == CorrectOptions::One { "radio" } else { "checkbox" }
                name="right"
                aria-label=format!("{} is right", letter(at))
                prop:checked=derived(move || is_right.get())
                on:change=move |event| store.change(Change::Right(at, event_target_checked(&event)))
            />
            <span aria-hidden="true">"Right"</span>
        </label>
    }
    .into_any()
}

fn movers(store: EditorStore, at: usize, count: usize) -> AnyView {
    let mover = |drawing, name: &str, direction, is_idle: bool| {
        view! {
            <button
                class="button button--bare choice__small"
                type="button"
                aria-label=format!("Move answer {} {name}", letter(at))
                aria-disabled=is_idle.then_some("true")
                on:click=move |_| store.change(Change::MoveOption(at, direction))
            >
                {icon(drawing)}
            </button>
        }
    };
    view! {
        {mover(ARROW_UP, "up", Direction::Up, at == 0)}
        {mover(ARROW_DOWN, "down", Direction::Down, at + 1 == count)}
    }
    .into_any()
}
