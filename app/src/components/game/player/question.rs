//! The question, and the place to answer it.

use leptos::prelude::*;
use protocol::game::{Asked, Phase};
use protocol::quiz::{Kind, Points};

use super::waiting::me;
use super::{choosing, ordering, writing};
use crate::components::avatar::avatar;
use crate::components::formula::alone_in_game;
use crate::components::game::ring::Ring;
use crate::components::game::steps::steps;
use crate::erase::{changing, derived, memo, sometimes, words};
use crate::game_live::GameLive;
use crate::state::game::{Board, MyAnswer, texts};

/// A question, from the moment it can be read until everybody's time is over.
pub(super) fn question(live: GameLive, at: usize) -> AnyView {
    let Some((asked, questions)) = asked(live) else { return ().into_any() };
    let long = match asked.text.chars().count() {
        0..=80 => "play__question",
        81..=160 => "play__question play__question--long",
        _ => "play__question play__question--longest",
    };
    // While one gets ready the words stand large in the middle, and are only said here.
    let is_ready = memo(move || live.board.with(|board| board.game.phase == Phase::Ready));
    let place = memo(move || live.board.with(place));
    view! {
        <header class="play__bar">
            <span class="num">{format!("{} of {questions}", at + 1)}</span>
            {steps(questions, at)}
            <Ring live class="ring ring--small" />
        </header>
        <h1 class=long tabindex="-1" dir="auto">
            {alone_in_game(live, &asked.text)}
        </h1>
        {picture(&asked)}
        {changing(move || answering(live, place.get()))}
        <p class="play__state" class:unseen=derived(move || is_ready.get()) role="status">
            {words(move || {
                let is_connected = live.standing.get().is_connected();
                live.board.with(|board| texts::answering(board, is_connected, live.count.get()))
            })}
        </p>
    }
    .into_any()
}

/// Something to read.
pub(super) fn slide(live: GameLive) -> AnyView {
    let Some((asked, _)) = asked(live) else { return ().into_any() };
    let (_, looks) = me(live);
    view! {
        <section class="plane plane--sun">
            <h1 class="plane__title" tabindex="-1" dir="auto">
                {alone_in_game(live, &asked.text)}
            </h1>
            {picture(&asked)}
            <p class="plane__words" dir="auto">
                {alone_in_game(live, &asked.body)}
            </p>
            <div class="plane__me">{avatar(looks.tall(54).looking((0, -19)))}</div>
        </section>
    }
    .into_any()
}

/// Where the answer goes: what it asks of a player changes when it opens.
#[derive(Clone, PartialEq)]
enum Place {
    /// Not yet.
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

fn answering(live: GameLive, place: Place) -> AnyView {
    match place {
        Place::Ready(points) => ready(points),
        Place::Open(Kind::Typed, _) => writing::typed(live),
        Place::Open(Kind::Number, _) => writing::number(live),
        Place::Open(Kind::Order, options) => ordering::ordering(live, options),
        Place::Open(kind, options) => choosing::choosing(live, kind, options),
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

fn asked(live: GameLive) -> Option<(Asked, usize)> {
    live.board.with_untracked(|board| Some((board.game.asked.clone()?, board.game.questions)))
}

fn picture(asked: &Asked) -> AnyView {
    let Some(picture) = &asked.picture else { return ().into_any() };
    let words = asked.picture_alt.clone();
    view! { <img class="play__picture" src=format!("/pictures/{picture}") alt=words /> }.into_any()
}

/// Whether an answer is taken now, as far as the page knows. Not before it is
/// awake: what is pressed there would be lost, without a word.
pub(super) fn is_open(live: GameLive) -> Memo<bool> {
    memo(move || {
        let is_awake = live.is_awake.get();
        live.board.with(|board| {
            let runs = board.game.phase == Phase::Open && board.game.paused.is_none();
            is_awake && runs && board.answer == MyAnswer::Open
        })
    })
}

/// The button that gives an answer which takes more than one tap; gone once it
/// is given. It stays where it is while nothing can be given, and says so.
pub(super) fn lock_in(live: GameLive, can: Signal<bool>) -> AnyView {
    let is_given = memo(move || live.board.with(|board| board.answer != MyAnswer::Open));
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
