//! Screens without a task: before the first question, and after the last.

use leptos::prelude::*;
use protocol::Member;

use crate::boxed_view::{dynamic_text, memo, optional_view};
use crate::components::avatar::{Looks, avatar};
use crate::components::formula::in_game;
use crate::game_store::GameStore;
use crate::nickname;
use crate::state::game::Board;
use crate::state::game::texts;

/// The screen while the player waits to be admitted.
pub(super) fn entrance(store: GameStore, viewer: &Member) -> AnyView {
    let waits = move || store.board.with(|board| board.waits.clone().unwrap_or_default());
    // Rendered in a browser alone, whose storage has the nickname; the server does not know who waits.
    let name = store.pin.with_value(nickname::load).map(|name| {
        let stop = texts::full_stop(&name);
        view! { <p class="plane__words">"You asked to join as " <bdi>{name}</bdi> {stop}</p> }
    });
    view! {
        <section class="plane plane--sun">
            <p class="plane__over" dir="auto">{store.board.with_untracked(|board| board.game.title.clone())}</p>
            <h1 class="plane__title" tabindex="-1">
                {dynamic_text(waits)}
            </h1>
            {name}
            <p class="plane__words">"Keep this page open. You join as soon as the host lets you in."</p>
            <div class="plane__me">{avatar(Looks::of(&viewer.id).tall(54).looking((0, -19)))}</div>
        </section>
    }
    .into_any()
}

/// The lobby, before the first question.
pub(super) fn lobby(store: GameStore) -> AnyView {
    let (_, looks) = me(store);
    let name = move || store.board.with(|board| board.me.as_ref().map(|me| me.name.to_string())).unwrap_or_default();
    view! {
        <section class="plane plane--sun">
            <p class="plane__over" dir="auto">{store.board.with_untracked(|board| board.game.title.clone())}</p>
            <h1 class="plane__title" tabindex="-1">
                "You are in, " <bdi>{dynamic_text(name)}</bdi> {dynamic_text(move || texts::full_stop(&name()))}
            </h1>
            <p class="plane__words">{dynamic_text(move || store.board.with(|board| texts::soon(board.game.round)))}</p>
            <p>
                <a class="button button--quiet" href="?name" rel="external">
                    "Change your name"
                </a>
            </p>
            <div class="plane__me">{avatar(looks.tall(58).looking((0, -19)))}</div>
        </section>
        {last_round(store)}
    }
    .into_any()
}

/// The result of the round before, for players who were in it.
fn last_round(store: GameStore) -> Option<AnyView> {
    let last = store.board.with_untracked(|board| board.last_round)?;
    let place = last.place.map(|place| {
        view! {
            <span class="fact__big">
                {place} <sup>{texts::ordinal(place)}</sup>
            </span>
            <p class="fact__text">
                <b>"Last round"</b>
                {texts::last_round(last.score)}
            </p>
        }
    });
    Some(
        view! {
            <section class="result__facts" aria-label="Last round">
                {place.map(|place| view! { <div class="fact">{place}</div> })}
                <a class="button button--quiet" href="/" rel="external">
                    "Leave the class"
                </a>
            </section>
        }
        .into_any(),
    )
}

/// A link from the end of a game, for people who do not wait for the next one.
fn onwards(way: &'static str, name: &'static str, class: &'static str) -> AnyView {
    view! {
        <p>
            <a class=class href=way rel="external">
                {name}
            </a>
        </p>
    }
    .into_any()
}

/// The podium is being shown, and this player's place is still to come.
pub(super) fn unveiling(store: GameStore) -> AnyView {
    let (_, looks) = me(store);
    view! {
        <section class="plane plane--sun">
            <h1 class="plane__title" tabindex="-1">
                "Look at the big screen"
            </h1>
            <p class="plane__words">{texts::UNVEILING}</p>
            <div class="plane__me">{avatar(looks.tall(54).looking((0, -19)))}</div>
        </section>
    }
    .into_any()
}

/// The winners, and the result of this player.
pub(super) fn podium(store: GameStore) -> AnyView {
    let (_, looks) = me(store);
    let (place, players) = store
        .board
        .with_untracked(|board| (board.final_place().filter(|_| board.game.scored), board.game.players as u64));
    let looks = if place.is_some_and(|place| place <= 3) { looks.happy() } else { looks };
    let best = memo(move || store.board.with(|board| board.game.best_known.clone()));
    let best = move || {
        let (question, correct, of) = best.get()?;
        let count = format!(" {correct} of {of} were right.");
        Some(
            view! { <p class="plane__words">"Best known: " <b dir="auto">{in_game(store, &question)}</b> {count}</p> }
                .into_any(),
        )
    };
    let title = match place {
        Some(place) => view! { {place} <sup>{texts::ordinal(place)}</sup> }.into_any(),
        None => "Done".into_any(),
    };
    let of = place.map(|_| format!("of {}", texts::counted(players, "player", "players")));
    view! {
        <section class="plane plane--sun plane--finish">
            <h1 class="plane__place" tabindex="-1">
                {title}
            </h1>
            <p class="plane__of">{of}</p>
            <p class="plane__words">{dynamic_text(move || store.board.with(texts::finish))}</p>
            {optional_view(best)}
            <p class="plane__words">{texts::WAITING_FOR_NEXT}</p>
            {onwards("/", "Go to the front page", "button button--quiet")}
            <div class="plane__me">{avatar(looks.tall(58))}</div>
        </section>
    }
    .into_any()
}

/// The game is over, and can only be read.
pub(super) fn ended(store: GameStore) -> AnyView {
    let (_, looks) = me(store);
    view! {
        <section class="plane">
            <h1 class="plane__title" tabindex="-1">
                "The game is over"
            </h1>
            <p class="plane__words">{dynamic_text(move || store.board.with(texts::finish))}</p>
            <p class="plane__words">"If the host plays again, this page follows by itself."</p>
            {onwards("/play", "Join another game", "button")}
            {onwards("/", "Go to the front page", "button button--quiet")}
            <div class="plane__me">{avatar(looks.tall(46).asleep())}</div>
        </section>
    }
    .into_any()
}

/// The person cannot be in this game; the server says why.
pub(super) fn out(store: GameStore) -> AnyView {
    let why = store.board.with_untracked(|board| board.out.as_ref().map(|refusal| refusal.message.clone()));
    view! {
        <section class="plane">
            <h1 class="plane__title" tabindex="-1">
                "You are not in this game"
            </h1>
            <p class="plane__words">{why}</p>
            <p>
                <a class="button" href="/play" rel="external">
                    "Enter another PIN"
                </a>
            </p>
            <div class="plane__me">{avatar(Looks::plain("pine", 46, (0, 0)).asleep())}</div>
        </section>
    }
    .into_any()
}

/// The name and avatar of this player.
pub(super) fn me(store: GameStore) -> (String, Looks) {
    let of = |board: &Board| board.me.as_ref().map(|me| (me.name.to_string(), Looks::of(&me.id)));
    store.board.with_untracked(of).unwrap_or_else(|| (String::new(), Looks::plain("pine", 46, (0, 0))))
}
