//! Answers to be written: a few words, or a number.

use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use protocol::game::Answer;
use protocol::quiz::Decimal;

use super::answer_form::{is_open, lock_in};
use super::sign::sign;
use crate::boxed_view::{derived, effect, flag};
use crate::components::field::Wrong;
use crate::game_store::GameStore;

/// The field for a typed answer.
pub(super) fn typed(store: GameStore) -> AnyView {
    fn parse(text: &str) -> Result<Answer, &'static str> {
        if text.is_empty() { Err("Type an answer first.") } else { Ok(Answer::Text(text.to_owned())) }
    }
    let help = "Capitals, accents and spaces do not matter.";
    writing(store, Field { mode: "text", help, parse })
}

/// The field for a number.
pub(super) fn number(store: GameStore) -> AnyView {
    fn parse(text: &str) -> Result<Answer, &'static str> {
        text.parse::<Decimal>().map(Answer::Number).map_err(|why| why.advice())
    }
    writing(store, Field { mode: "decimal", help: "A number, such as 12 or 3.5.", parse })
}

/// The differences between the two.
struct Field {
    mode: &'static str,
    help: &'static str,
    parse: fn(&str) -> Result<Answer, &'static str>,
}

fn writing(store: GameStore, field: Field) -> AnyView {
    let Field { mode, help, parse } = field;
    let input = NodeRef::<Input>::new();
    let open = is_open(store);
    let (wrong, set_wrong) = signal(None::<String>);
    let submitted = store.board.with_untracked(|board| board.answer.submitted().map(written)).unwrap_or_default();
    // A player who was reading the question types next.
    effect(move || {
        if let Some(field) = input.get().filter(|_| open.get_untracked() && super::focus::is_at_rest()) {
            let _ = field.focus();
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(field) = input.get_untracked().filter(|_| open.get_untracked()) else { return };
        match parse(field.value().trim()) {
            Ok(answer) => {
                set_wrong.set(None);
                store.answer(answer);
            }
            Err(why) => {
                set_wrong.set(Some(why.into()));
                let _ = field.focus();
            }
        }
    };
    view! {
        <form class="play__form play__form--written" on:submit=submit>
            <label class="field__label" for="answer">
                "Your answer"
            </label>
            <input
                class="play__field"
                id="answer"
                value=submitted
                inputmode=mode
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                maxlength="80"
                dir="auto"
                readonly=derived(move || !open.get())
                aria-invalid=flag(move || wrong.get().is_some())
                aria-describedby="answer-wrong answer-help"
                node_ref=input
            />
            {(mode == "decimal").then(|| sign(input, open.into()))}
            <Wrong id="answer-wrong" why=wrong.into() />
            <p class="play__hint" id="answer-help">
                {help}
            </p>
            {lock_in(store, open.into())}
        </form>
    }
    .into_any()
}

/// An answer as it was typed, or nearly.
fn written(answer: &Answer) -> String {
    match answer {
        Answer::Text(text) => text.clone(),
        Answer::Number(number) => number.to_string(),
        _ => String::new(),
    }
}
