//! Answers to be put in order, with buttons for touch and keyboard.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use protocol::game::Answer;

use super::answer_form::{is_open, lock_in};
use crate::boxed_view::{derived, dynamic_text, list};
use crate::components::formula::in_game;
use crate::components::game::answer::{key, letter};
use crate::components::icon::{ARROW_DOWN, ARROW_UP, icon};
use crate::focus::focus_first;
use crate::game_store::GameStore;

/// A row for each option, the first one on top.
pub(super) fn ordering(store: GameStore, options: Vec<String>) -> AnyView {
    let open = is_open(store);
    let submitted = store.board.with_untracked(|board| match board.answer.submitted() {
        Some(Answer::Order(order)) => Some(order.clone()),
        _ => None,
    });
    let order = RwSignal::new(submitted.unwrap_or_else(|| (0..options.len()).collect::<Vec<_>>()));
    let (said, set_said) = signal(String::new());
    let texts = StoredValue::new(options);
    let text = move |option: usize| texts.with_value(|texts| texts.get(option).cloned().unwrap_or_default());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if open.get_untracked() {
            store.answer(Answer::Order(order.get_untracked()));
        }
    };
    let shift = move |option: usize, up: bool| {
        if !open.get_untracked() {
            return;
        }
        let now = order.try_update(|order| moved(order, option, up)).flatten();
        if let Some(at) = now {
            set_said.set(format!("{}, now {} of {}", text(option), at + 1, order.with_untracked(Vec::len)));
            // A row that moves loses the focus, and gets it back before the next key; at an end its button is
            // disabled.
            queue_microtask(move || focus_first(&format!("#move-{option}-{}", if up { "up" } else { "down" })));
        }
    };
    let row = move |option: String| {
        let Ok(option) = option.parse::<usize>() else { return ().into_any() };
        let button = move |up: bool| {
            let (way, drawing) = if up { ("up", ARROW_UP) } else { ("down", ARROW_DOWN) };
            let is_last = move || {
                let at = order.with(|order| order.iter().position(|other| *other == option));
                if up { at == Some(0) } else { at == Some(order.with(Vec::len).saturating_sub(1)) }
            };
            view! {
                <button
                    class="button button--quiet order__move"
                    type="button"
                    id=format!("move-{option}-{way}")
                    aria-label=format!("Move {} {way}", text(option))
                    aria-disabled=derived(move || (is_last() || !open.get()).then_some("true"))
                    on:click=move |_| shift(option, up)
                >
                    {icon(drawing)}
                </button>
            }
            .into_any()
        };
        view! {
            <li class="order__row" data-letter=letter(option)>
                {key(option)}
                <span class="order__text" dir="auto">
                    {in_game(store, &text(option))}
                </span>
                {button(true)}
                {button(false)}
            </li>
        }
        .into_any()
    };
    let rows = move || order.with(|order| order.iter().map(usize::to_string).collect());
    view! {
        <form class="play__form" on:submit=submit>
            <p class="play__hint">"Put them in order, the first one on top."</p>
            <ol class="order">{list(rows, row)}</ol>
            {lock_in(store, open.into())}
            <p class="unseen" role="status">
                {dynamic_text(move || said.get())}
            </p>
        </form>
    }
    .into_any()
}

/// Moves an option one up or down; returns its new index, from 0, if it moved.
fn moved(order: &mut [usize], option: usize, up: bool) -> Option<usize> {
    let at = order.iter().position(|other| *other == option)?;
    let to = if up { at.checked_sub(1)? } else { at + 1 };
    if to >= order.len() {
        return None;
    }
    order.swap(at, to);
    Some(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_moves_one_place_and_not_over_the_end() {
        let mut order = vec![0, 1, 2];
        assert_eq!(moved(&mut order, 2, true), Some(1));
        assert_eq!(order, [0, 2, 1]);
        assert_eq!(moved(&mut order, 0, true), None);
        assert_eq!(moved(&mut order, 1, false), None);
        assert_eq!(order, [0, 2, 1]);
    }
}
