//! The leaders, and this player's place.

use leptos::prelude::*;
use protocol::UserId;
use protocol::game::Leader;

use crate::boxed_view::{dynamic_view, memo};
use crate::components::avatar::{Looks, avatar};
use crate::components::icon::{ARROW_DOWN, ARROW_UP, icon};
use crate::game_store::GameStore;
use crate::state::game::texts;

/// The leaders as a list, and this player beneath it if they are not among them.
pub(super) fn places(store: GameStore) -> AnyView {
    let leaders = memo(move || store.board.with(|board| board.game.leaders.clone()));
    let me = store.board.with_untracked(|board| board.me.as_ref().map(|me| me.id.clone()));
    let own = memo(move || store.board.with(|board| (board.final_place(), board.score)));
    let rows = {
        let me = me.clone();
        dynamic_view(move || {
            let rows: Vec<_> = leaders.get().into_iter().map(|leader| row(leader, me.as_ref())).collect();
            rows.into_any()
        })
    };
    let beneath = dynamic_view(move || match own.get() {
        (Some(place), score)
            if leaders.with(|leaders| leaders.iter().all(|leader| Some(&leader.id) != me.as_ref())) =>
        {
            let sentence = format!("You are {place}{} with {}.", texts::ordinal(place), texts::points(score));
            view! { <p class="ranking__own">{sentence}</p> }.into_any()
        }
        _ => ().into_any(),
    });
    view! {
        <section class="ranking">
            <h1 class="ranking__title" tabindex="-1">
                "Leaderboard"
            </h1>
            <ol class="ranking__list">{rows}</ol>
            {beneath}
        </section>
    }
    .into_any()
}

fn row(leader: Leader, me: Option<&UserId>) -> AnyView {
    let is_me = me == Some(&leader.id);
    let class = if is_me { "ranking__row ranking__row--me" } else { "ranking__row" };
    let moved = match leader.moved {
        0 => ().into_any(),
        up => {
            let drawing = if up > 0 { ARROW_UP } else { ARROW_DOWN };
            let steps = up.unsigned_abs();
            let spoken = format!("{} {steps}", if up > 0 { "up" } else { "down" });
            view! {
                {icon(drawing)}
                <span aria-hidden="true">{steps}</span>
                <span class="unseen">{spoken}</span>
            }
            .into_any()
        }
    };
    view! {
        <li class=class>
            <span class="ranking__place num">{leader.place}</span>
            {avatar(Looks::of(&leader.id))}
            <span class="ranking__name">
                <bdi>{leader.name.to_string()}</bdi>
            </span>
            <span class="ranking__points num">{texts::number(u64::from(leader.score))}</span>
            <span class="ranking__move">{moved}</span>
        </li>
    }
    .into_any()
}
