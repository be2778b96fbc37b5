//! Answers to choose from, as large as the screen allows.

use leptos::ev::{self, KeyboardEvent, SubmitEvent};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;
use protocol::game::Answer;
use protocol::quiz::Kind;

use super::answer_form::{is_open, lock_in};
use crate::boxed_view::{derived, effect, memo, optional_view};
use crate::components::game::answer::{inside, kind as kind_of};
use crate::components::icon::{CHECK, icon};
use crate::game_store::GameStore;
use crate::state::game::MyAnswer;

/// What is selected, and what a tap does.
#[derive(Clone, Copy)]
struct Choosing {
    store: GameStore,
    is_open: Memo<bool>,
    /// The selected options, before they are locked in.
    marked: RwSignal<Vec<usize>>,
    /// Whether more than one may be chosen.
    several: bool,
    /// In a poll nothing is hatched, because that means not right.
    is_poll: bool,
}

/// One tile for each option. One tap answers, unless several may be right.
pub(super) fn choosing(store: GameStore, kind: Kind, options: Vec<String>) -> AnyView {
    let several = kind == Kind::Several;
    let is_poll = kind == Kind::Poll;
    let choosing = Choosing { store, is_open: is_open(store), marked: RwSignal::new(Vec::new()), several, is_poll };
    let count = options.len();
    effect(move || choosing.hear_keys(count));
    let tiles: Vec<_> = options.into_iter().enumerate().map(|(option, text)| tile(choosing, option, text)).collect();
    let lock = several.then(|| {
        let can = derived(move || choosing.is_open.get() && !choosing.marked.with(Vec::is_empty));
        view! {
            <p class="play__hint">"Choose all that are right."</p>
            {lock_in(store, can)}
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        choosing.lock_in();
    };
    view! {
        <form class="play__form" on:submit=submit>
            <div class="play__answers" role="group" aria-label="Answers">
                {tiles}
            </div>
            {lock}
        </form>
    }
    .into_any()
}

fn tile(choosing: Choosing, option: usize, text: String) -> AnyView {
    let block = kind_of("answer", option);
    let state = memo(move || choosing.state(option));
    let class = move || match state.get() {
        State::Free => block.clone(),
        State::Chosen => format!("{block} answer--chosen"),
        State::Left if choosing.is_poll => block.clone(),
        State::Left => format!("{block} answer--left"),
    };
    let is_chosen = memo(move || state.get() == State::Chosen);
    let check = move || is_chosen.get().then(|| view! { <span class="answer__check">{icon(CHECK)}</span> }.into_any());
    view! {
        <button
            class=derived(class)
            type="button"
            aria-pressed=derived(move || Some(if is_chosen.get() { "true" } else { "false" }))
            aria-disabled=derived(move || (!choosing.is_open.get()).then_some("true"))
            on:click=move |_| choosing.tap(option)
        >
            {choosing.store.board.with_untracked(|board| inside(option, &text, &board.game.formulas))}
            {optional_view(check)}
        </button>
    }
    .into_any()
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Free,
    Chosen,
    /// Another one was chosen, or the time is over.
    Left,
}

impl Choosing {
    fn state(self, option: usize) -> State {
        let is_chosen = self.store.board.with(|board| match &board.answer {
            MyAnswer::Open => None,
            answer => Some(answer.submitted().is_some_and(|answer| takes(answer, option))),
        });
        match is_chosen {
            Some(true) => State::Chosen,
            Some(false) => State::Left,
            None if self.marked.with(|marked| marked.contains(&option)) => State::Chosen,
            None => State::Free,
        }
    }

    fn tap(self, option: usize) {
        if !self.is_open.get_untracked() {
            return;
        }
        if self.several {
            self.marked.update(|marked| match marked.iter().position(|other| *other == option) {
                Some(at) => drop(marked.remove(at)),
                None => marked.push(option),
            });
        } else {
            self.store.answer(Answer::Choice(option));
        }
    }

    fn lock_in(self) {
        let mut marked = self.marked.get_untracked();
        if self.is_open.get_untracked() && !marked.is_empty() {
            marked.sort_unstable();
            self.store.answer(Answer::Choices(marked));
        }
    }

    /// Handles the keys 1 to 4 and A to D, wherever the focus is.
    fn hear_keys(self, options: usize) {
        let listening = window_event_listener(ev::keydown, move |event| {
            if let Some(option) = option_of(&event).filter(|option| *option < options) {
                self.tap(option);
            }
        });
        on_cleanup(move || listening.remove());
    }
}

fn option_of(event: &KeyboardEvent) -> Option<usize> {
    let is_typing = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .is_some_and(|target| matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA"));
    if is_typing || event.repeat() || event.ctrl_key() || event.meta_key() || event.alt_key() {
        return None;
    }
    match event.key().as_str() {
        "1" | "a" | "A" => Some(0),
        "2" | "b" | "B" => Some(1),
        "3" | "c" | "C" => Some(2),
        "4" | "d" | "D" => Some(3),
        _ => None,
    }
}

fn takes(answer: &Answer, option: usize) -> bool {
    match answer {
        Answer::Choice(chosen) => *chosen == option,
        Answer::Choices(chosen) => chosen.contains(&option),
        _ => false,
    }
}
