//! Who won: three arches, a crown, and a little confetti.

use leptos::prelude::*;
use protocol::game::{Game, Leader};

use super::confetti::confetti;
use super::places::leaderboard;
use super::words;
use crate::components::avatar::{Looks, avatar};

/// How high the arches of the first three are.
const HEIGHTS: [u32; 3] = [86, 66, 48];
/// How many of the others fit beside them.
const OTHERS: usize = 5;
const CROWN: &str = "M11 17 8.5 5 15 10 20 2 25 10 31.5 5 29 17z";

/// The end of a game.
pub(super) fn podium(game: &Game) -> AnyView {
    if !game.scored || game.leaders.is_empty() {
        return thanks(game);
    }
    // The second stands at the start side, the first in the middle.
    let arches =
        [1, 0, 2].into_iter().filter_map(|at| game.leaders.get(at).map(|leader| arch(at, leader))).collect_view();
    let others: Vec<_> = game.leaders.iter().skip(3).take(OTHERS).cloned().collect();
    let list = (!others.is_empty()).then(|| leaderboard(&others));
    view! {
        {confetti()}
        <section class="finale">
            <div class="podium">{arches}</div>
            <div class="finale__side">
                <h1 class="finale__cheer" tabindex="-1">
                    "Well played"
                </h1>
                {list}
            </div>
        </section>
    }
    .into_any()
}

fn arch(at: usize, leader: &Leader) -> AnyView {
    let looks = Looks::of(&leader.id).tall(HEIGHTS[at]);
    let looks = if at == 0 { looks.happy() } else { looks };
    let crown = (at == 0).then(|| {
        view! {
            <svg class="podium__crown" viewBox="0 0 40 18" aria-hidden="true">
                <path d=CROWN></path>
            </svg>
        }
    });
    view! {
        <div class=format!("podium__place podium__place--{}", at + 1)>
            <bdi class="podium__name">{leader.name.to_string()}</bdi>
            <span class="podium__points">{format!("{} points", words::thousands(leader.score))}</span>
            <div class=format!("podium__arch avatar--{}", looks.colour())>
                {crown} {avatar(looks)} <span class="podium__num">
                    <span class="unseen">"Place "</span>
                    {leader.place}
                </span>
            </div>
        </div>
    }
    .into_any()
}

/// A game without points has no winner.
fn thanks(game: &Game) -> AnyView {
    view! {
        {confetti()}
        <section class="finale finale--plain">
            <h1 class="finale__cheer" tabindex="-1">
                "Well played"
            </h1>
            <p class="finale__words" dir="auto">
                {game.title.clone()}
            </p>
        </section>
    }
    .into_any()
}

/// As in `21 of 22 knew: Which planet floats?`; nothing where nobody knew anything.
pub(super) fn best_known(game: &Game) -> Option<String> {
    let (question, knew, players) = game.best_known.as_ref().filter(|best| best.1 > 0)?;
    Some(format!("{knew} of {players} knew: {question}"))
}
