//! The question, and the place to answer it.

use leptos::prelude::*;
use protocol::game::{Asked, Phase};
use protocol::quiz::{Kind, Points};

use super::waiting::me;
use super::{choosing, ordering, writing};
use crate::boxed_view::{changing, derived, memo, sometimes, words};
use crate::components::avatar::avatar;
use crate::components::formula::alone_in_game;
use crate::components::game::ring::Ring;
use crate::components::game::steps::steps;
use crate::game_store::GameStore;
use crate::state::game::{Board, MyAnswer, texts};

/// A question, from the moment it can be read until everybody's time is over.
pub(super) fn question(store: GameStore, at: usize) -> AnyView {
    let Some((asked, questions)) = asked(store) else { return ().into_any() };
    let long = match asked.text.chars().count() {
        0..=80 => "play__question",
        81..=160 => "play__question play__question--long",
        _ => "play__question play__question--longest",
    };
    // While one gets ready the words stand large in the middle, and are only said here.
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
        {changing(move || answering(store, place.get()))}
        <p class="play__state" class:unseen=derived(move || is_ready.get()) role="status">
            {words(move || {
                let is_connected = store.standing.get().is_connected();
                store.board.with(|board| texts::answering(board, is_connected, store.count.get()))
            })}
        </p>
    }
    .into_any()
}

/// A slide, which only has to be read.
pub(super) fn slide(store: GameStore) -> AnyView {
    let Some((asked, _)) = asked(store) else { return ().into_any() };
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

/// Where the answer goes: what it asks of a player changes when it opens.
#[derive(Clone, PartialEq)]
enum Place {
    /// The question can be read and not answered yet.
    Ready(Points),
    /// Now, or already over.
    Open(Kind, Vec<String>),
}

fn place(board: &Board) -> Place {
    match &board.game.asked {
        Some(asked) if board.game.phase == Phase::Ready => {
            Place::Ready(if board.game.scored { asked.points } else { Points::Normal })
        }
        Some(asked) => Place::Open(asked.kind, asked.options.clone()),
        None => Place::Ready(Points::Normal),
    }
}

fn answering(store: GameStore, place: Place) -> AnyView {
    match place {
        Place::Ready(points) => ready(points),
        Place::Open(Kind::Typed, _) => writing::typed(store),
        Place::Open(Kind::Number, _) => writing::number(store),
        Place::Open(Kind::Order, options) => ordering::ordering(store, options),
        Place::Open(kind, options) => choosing::choosing(store, kind, options),
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

fn asked(store: GameStore) -> Option<(Asked, usize)> {
    store.board.with_untracked(|board| Some((board.game.asked.clone()?, board.game.questions)))
}

fn picture(asked: &Asked) -> AnyView {
    let Some(picture) = &asked.picture else { return ().into_any() };
    let words = asked.picture_alt.clone();
    view! { <img class="play__picture" src=format!("/pictures/{picture}") alt=words /> }.into_any()
}

/// Whether an answer is taken now, as far as the page knows. Not before it is
/// awake: what is pressed there would be lost, without a word.
pub(super) fn is_open(store: GameStore) -> Memo<bool> {
    memo(move || {
        let is_awake = store.is_awake.get();
        store.board.with(|board| {
            let runs = board.game.phase == Phase::Open && board.game.paused.is_none();
            is_awake && runs && board.answer == MyAnswer::Open
        })
    })
}

/// The button that gives an answer which takes more than one tap; gone once it
/// is given. It stays where it is while nothing can be given, and says so.
pub(super) fn lock_in(store: GameStore, can: Signal<bool>) -> AnyView {
    let is_given = memo(move || store.board.with(|board| board.answer != MyAnswer::Open));
    let disabled = derived(move || (!can.get()).then_some("true"));
    sometimes(move || {
        (!is_given.get()).then(|| {
            view! {
                <button class="button play__lock" aria-disabled=disabled>
                    "Lock in"
                </button>
            }
            .into_any()
        })
    })
}
