//! A question with the form for its answer, and a slide.

use leptos::prelude::*;
use protocol::game::{Phase, QuestionView};
use protocol::quiz::{Kind, Points};

use super::waiting::me;
use super::{choosing, ordering, writing};
use crate::boxed_view::{derived, dynamic_text, dynamic_view, memo};
use crate::components::avatar::avatar;
use crate::components::formula::alone_in_game;
use crate::components::game::ring::Ring;
use crate::components::game::steps::steps;
use crate::game_store::GameStore;
use crate::state::game::{Board, texts};

/// A question, from the moment it can be read until everybody's time is over.
pub(super) fn question(store: GameStore, at: usize) -> AnyView {
    let Some((asked, questions)) = current_question(store) else { return ().into_any() };
    let long = match asked.text.chars().count() {
        0..=80 => "play__question",
        81..=160 => "play__question play__question--long",
        _ => "play__question play__question--longest",
    };
    // While the question is being read its text is large in the middle, and only announced here.
    let is_ready = memo(move || store.board.with(|board| board.game.phase == Phase::Ready));
    let place = memo(move || store.board.with(place));
    view! {
        <header class="play__bar">
            <span class="num">{format!("{} of {questions}", at + 1)}</span>
            {steps(questions, at)}
            <Ring store class="ring ring--small" />
        </header>
        <h1 class=long tabindex="-1" dir="auto">
            {alone_in_game(store, &asked.text)}
        </h1>
        {picture(&asked)}
        {dynamic_view(move || answering(store, place.get()))}
        <p class="play__state" class:unseen=derived(move || is_ready.get()) role="status">
            {dynamic_text(move || {
                let is_connected = store.connection_status.get().is_connected();
                store.board.with(|board| texts::answering(board, is_connected, store.count.get()))
            })}
        </p>
    }
    .into_any()
}

/// A slide, which only has to be read.
pub(super) fn slide(store: GameStore) -> AnyView {
    let Some((asked, _)) = current_question(store) else { return ().into_any() };
    let (_, looks) = me(store);
    view! {
        <section class="plane plane--sun">
            <h1 class="plane__title" tabindex="-1" dir="auto">
                {alone_in_game(store, &asked.text)}
            </h1>
            {picture(&asked)}
            <p class="plane__words" dir="auto">
                {alone_in_game(store, &asked.body)}
            </p>
            <div class="plane__me">{avatar(looks.tall(54).looking((0, -19)))}</div>
        </section>
    }
    .into_any()
}

/// The state of the answer fields, which change when the question opens.
#[derive(Clone, PartialEq)]
enum AnswerArea {
    /// The question can be read and not answered yet.
    Ready(Points),
    /// The question is open, or has closed already.
    Open(Kind, Vec<String>),
}

fn place(board: &Board) -> AnswerArea {
    match &board.game.asked {
        Some(asked) if board.game.phase == Phase::Ready => {
            AnswerArea::Ready(if board.game.scored { asked.points } else { Points::Normal })
        }
        Some(asked) => AnswerArea::Open(asked.kind, asked.options.clone()),
        None => AnswerArea::Ready(Points::Normal),
    }
}

fn answering(store: GameStore, place: AnswerArea) -> AnyView {
    match place {
        AnswerArea::Ready(points) => ready(points),
        AnswerArea::Open(Kind::Typed, _) => writing::typed(store),
        AnswerArea::Open(Kind::Number, _) => writing::number(store),
        AnswerArea::Open(Kind::Order, options) => ordering::ordering(store, options),
        AnswerArea::Open(kind, options) => choosing::choosing(store, kind, options),
    }
}

fn ready(points: Points) -> AnyView {
    let worth = match points {
        Points::Double => Some("Double points"),
        Points::None => Some("No points: just for fun"),
        Points::Normal => None,
    };
    view! {
        <div class="play__ready">
            <p class="play__get-ready" aria-hidden="true">
                {texts::GET_READY}
            </p>
            {worth.map(|worth| view! { <p class="play__worth">{worth}</p> })}
        </div>
    }
    .into_any()
}

fn current_question(store: GameStore) -> Option<(QuestionView, usize)> {
    store.board.with_untracked(|board| Some((board.game.asked.clone()?, board.game.questions)))
}

fn picture(asked: &QuestionView) -> AnyView {
    let Some(picture) = &asked.picture else { return ().into_any() };
    let alt = asked.picture_alt.clone();
    view! { <img class="play__picture" src=format!("/pictures/{picture}") alt=alt /> }.into_any()
}
