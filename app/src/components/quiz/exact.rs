//! Answers that are typed: words with several accepted answers, and numbers.

use leptos::prelude::*;
use protocol::limits;
use protocol::quiz::{Decimal, InvalidDecimal, Question};

use super::{choices, one_line_field};
use crate::boxed_view::{flag, optional_view};
use crate::components::icon::{CIRCLE_ALERT, icon};
use crate::editor_store::EditorStore;
use crate::state::editor::Change;

/// The fields for the accepted answers.
#[component]
pub(super) fn Spellings(store: EditorStore, question: Question) -> impl IntoView {
    let count = question.accepted_answers.len();
    let spelling = |(at, text)| spelling(store, at, text, count);
    let fields = question.accepted_answers.into_iter().enumerate().map(spelling).collect();
    let add = (count < limits::ACCEPTED_ANSWERS)
        .then(|| choices::adder(store, "Add another accepted answer", Change::AddAcceptedAnswer));
    let legend = choices::legend("Right answer", "Shown as the answer. Others are accepted too.");
    choices::group(store, legend, choices::tiles(fields, add))
}

fn spelling(store: EditorStore, at: usize, text: String, count: usize) -> AnyView {
    let remove = (count > 1).then(|| {
        choices::remover(store, format!("Remove accepted answer {}", at + 1), Change::RemoveAcceptedAnswer(at))
    });
    view! {
        <div class="choice choice--plain">
            <textarea
                class="choice__text"
                id=format!("answer-{at}")
                rows="1"
                aria-label=format!("Accepted answer {}", at + 1)
                autocomplete="off"
                enterkeyhint="next"
                maxlength=one_line_field::room(limits::OPTION_CHARS)
                dir="auto"
                prop:value=text
                on:keydown=choices::onwards(store, at, count, Change::AddAcceptedAnswer)
                on:input=move |event| store.change(Change::AcceptedAnswer(at, one_line_field::typed(&event)))
            ></textarea>
            <span class="choice__tools">{remove}</span>
        </div>
    }
    .into_any()
}

/// The right number, and the distance from it that is right too.
#[component]
pub(super) fn Number(store: EditorStore, question: Question) -> impl IntoView {
    let off = ("answer-1", "Also accept answers within ±", "wrong-tolerance");
    let fields = view! {
        <div class="writing__row">
            {number(store, ("answer-0", "Right number", "wrong-number"), question.number, Change::Number)}
            {number(store, off, question.tolerance, Change::Tolerance)}
        </div>
    };
    let legend = view! { <legend class="unseen">"Right answer"</legend> };
    choices::group(store, legend.into_any(), fields.into_any())
}

fn number(
    store: EditorStore,
    (id, name, wrong_id): (&'static str, &'static str, &'static str),
    number: Option<Decimal>,
    change: fn(Option<Decimal>) -> Change,
) -> AnyView {
    let (odd, set_odd) = signal(None::<&'static str>);
    let typed = move |event| {
        let text = event_target_value(&event);
        let number = text.parse::<Decimal>();
        set_odd.set(number.err().filter(|_| !text.trim().is_empty()).map(InvalidDecimal::advice));
        store.change(change(number.ok()));
    };
    let wrong = move |advice| view! { <span class="field__wrong">{icon(CIRCLE_ALERT)} {advice}</span> }.into_any();
    // The digits of phones have no minus, and only the distance is never negative.
    let mode = if id == "answer-0" { "text" } else { "decimal" };
    view! {
        <div class="field">
            <label class="field__label" for=id>
                {name}
            </label>
            <input
                class="field__input field__input--number"
                id=id
                inputmode=mode
                autocomplete="off"
                aria-invalid=flag(move || odd.get().is_some())
                aria-describedby=wrong_id
                prop:value=number.map(|number| number.to_string()).unwrap_or_default()
                on:input=typed
            />
            <span id=wrong_id>{optional_view(move || odd.get().map(wrong))}</span>
        </div>
    }
    .into_any()
}
