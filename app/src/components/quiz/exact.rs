//! Answers that are written: words in several spellings, and numbers.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use protocol::limits;
use protocol::quiz::{Decimal, Question};

use super::editor::focus_on;
use super::writing::wrong;
use crate::authoring::Authoring;
use crate::components::icon::{CIRCLE_ALERT, PLUS, X, icon};
use crate::erase::{flag, sometimes};
use crate::state::editor::Change;
use crate::state::editor::words::Place;

/// What counts as right, in all its spellings.
#[component]
pub(super) fn Spellings(authoring: Authoring, question: Question) -> impl IntoView {
    let count = question.spellings.len();
    let fields = question.spellings.into_iter().enumerate().map(|(at, text)| spelling(authoring, at, text, count));
    let add = (count < limits::SPELLINGS).then(|| {
        view! {
            <button class="choices__add" type="button" on:click=move |_| authoring.change(Change::AddSpelling)>
                {icon(PLUS)}
                "Add a spelling"
            </button>
        }
    });
    view! {
        <fieldset class="choices" aria-describedby="wrong-answers">
            <legend class="field__label">
                "Right answer " <span class="choices__hint">"The first is shown; the others are right too."</span>
            </legend>
            <div class="choices__tiles">{fields.collect_view()} {add}</div>
            {wrong(authoring, Place::Answers, "wrong-answers")}
        </fieldset>
    }
}

fn spelling(authoring: Authoring, at: usize, text: String, count: usize) -> AnyView {
    let pressed = move |event: KeyboardEvent| {
        if event.key() != "Enter" || event.is_composing() {
            return;
        }
        event.prevent_default();
        if at + 1 < count {
            focus_on(&format!("answer-{}", at + 1));
        } else {
            authoring.change(Change::AddSpelling);
        }
    };
    let remove = (count > 1).then(|| {
        view! {
            <button
                class="button button--bare choice__small"
                type="button"
                aria-label=format!("Remove spelling {}", at + 1)
                on:click=move |_| authoring.change(Change::RemoveSpelling(at))
            >
                {icon(X)}
            </button>
        }
    });
    view! {
        <div class="choice choice--plain">
            <input
                class="choice__text"
                id=format!("answer-{at}")
                aria-label=format!("Spelling {}", at + 1)
                autocomplete="off"
                maxlength=limits::OPTION_CHARS
                dir="auto"
                prop:value=text
                on:keydown=pressed
                on:input=move |event| authoring.change(Change::Spelling(at, event_target_value(&event)))
            />
            <span class="choice__tools">{remove}</span>
        </div>
    }
    .into_any()
}

/// The right number, and how far from it is right too.
#[component]
pub(super) fn Number(authoring: Authoring, question: Question) -> impl IntoView {
    view! {
        <fieldset class="choices" aria-describedby="wrong-answers">
            <legend class="unseen">"Right answer"</legend>
            <div class="writing__row">
                {number(authoring, ("answer-0", "Right number", "wrong-number"), question.number, Change::Number)}
                {number(
                    authoring,
                    ("answer-1", "Right too, up to this far off", "wrong-tolerance"),
                    question.tolerance,
                    Change::Tolerance,
                )}
            </div>
            {wrong(authoring, Place::Answers, "wrong-answers")}
        </fieldset>
    }
}

fn number(
    authoring: Authoring,
    (id, name, wrong_id): (&'static str, &'static str, &'static str),
    number: Option<Decimal>,
    change: fn(Option<Decimal>) -> Change,
) -> AnyView {
    let (is_odd, set_odd) = signal(false);
    let typed = move |event| {
        let text = event_target_value(&event);
        let number = text.parse::<Decimal>().ok();
        set_odd.set(number.is_none() && !text.trim().is_empty());
        authoring.change(change(number));
    };
    let odd = move || {
        view! {
            <span class="field__wrong">
                {icon(CIRCLE_ALERT)} "Write a number, such as 12 or 3.5."
            </span>
        }
        .into_any()
    };
    view! {
        <div class="field">
            <label class="field__label" for=id>
                {name}
            </label>
            <input
                class="field__input field__input--number"
                id=id
                inputmode="decimal"
                autocomplete="off"
                aria-invalid=flag(move || is_odd.get())
                aria-describedby=wrong_id
                prop:value=number.map(|number| number.to_string()).unwrap_or_default()
                on:input=typed
            />
            <span id=wrong_id>{sometimes(move || is_odd.get().then(odd))}</span>
        </div>
    }
    .into_any()
}
