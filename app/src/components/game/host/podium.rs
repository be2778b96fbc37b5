//! The winners: three arches, a crown, and a little confetti.

use leptos::prelude::*;
use protocol::game::{Game, Leader, Phase};

use super::confetti::confetti;
use super::places::leaderboard;
use super::texts;
use crate::components::avatar::{Looks, avatar};

/// The heights of the first three arches.
const HEIGHTS: [u32; 3] = [86, 66, 48];
/// The second stands at the start side, the first in the middle.
const COLUMNS: [usize; 3] = [1, 0, 2];
/// How many of the others fit beside them.
const OTHERS: usize = 5;
const CROWN: &str = "M11 17 8.5 5 15 10 20 2 25 10 31.5 5 29 17z";

/// How many places are shown one after the other.
fn places(game: &Game) -> usize {
    if game.scored { game.leaders.len().min(HEIGHTS.len()) } else { 0 }
}

/// How many of the first places are still to be shown. The last one is shown at once.
pub(super) fn missing(game: &Game) -> usize {
    if game.phase == Phase::Podium { game.missing.min(places(game).saturating_sub(1)) } else { 0 }
}

/// The end of a game. The last place is shown first; the first `missing` are still to come.
pub(super) fn podium(game: &Game, missing: usize) -> AnyView {
    if places(game) == 0 {
        return thanks(game);
    }
    let arch = |at: usize| {
        let leader = game.leaders.get(at)?;
        Some(if at < missing { waiting(at) } else { arch(at, leader, missing) })
    };
    let arches = COLUMNS.into_iter().filter_map(arch).collect_view();
    let others: Vec<_> = game.leaders.iter().skip(3).take(OTHERS).cloned().collect();
    let is_whole = missing == 0;
    let list = (is_whole && !others.is_empty()).then(|| leaderboard(&others));
    view! {
        {is_whole.then(confetti)}
        <section class="finale">
            <div class="podium">{arches}</div>
            <div class="finale__side">
                <h1 class="finale__cheer" tabindex="-1">
                    {if is_whole { "Well played" } else { texts::nth_place(missing) }}
                </h1>
                {list}
            </div>
        </section>
    }
    .into_any()
}

/// A place that is not shown yet.
fn waiting(at: usize) -> AnyView {
    view! {
        <div class=format!("podium__place podium__place--{}", at + 1)>
            <div class="podium__arch podium__arch--waits">
                {avatar(Looks::plain("pine", HEIGHTS[at], (0, 0)))} <span class="podium__num">
                    <span class="unseen">"Place "</span>
                    {at + 1}
                </span>
            </div>
        </div>
    }
    .into_any()
}

/// A winner in their place; the newest one is happy, and the others look there.
fn arch(at: usize, leader: &Leader, newest: usize) -> AnyView {
    let looks = Looks::of(&leader.id).tall(HEIGHTS[at]);
    let column = |place: usize| COLUMNS.iter().position(|other| *other == place);
    let looks = match column(at).cmp(&column(newest)) {
        std::cmp::Ordering::Equal => looks.happy(),
        std::cmp::Ordering::Less => looks.looking((19, 3)),
        std::cmp::Ordering::Greater => looks.looking((-19, 3)),
    };
    let new = if at == newest { " podium__place--new" } else { "" };
    let crown = (at == 0).then(|| {
        view! {
            <svg class="podium__crown" viewBox="0 0 40 18" aria-hidden="true">
                <path d=CROWN></path>
            </svg>
        }
    });
    view! {
        <div class=format!("podium__place podium__place--{}{new}", at + 1)>
            <bdi class="podium__name">{leader.name.to_string()}</bdi>
            <span class="podium__points">{format!("{} points", texts::thousands(leader.score))}</span>
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

/// As in `Best known: Which planet floats? 21 of 22 were right.`; nothing where nobody was right.
pub(super) fn best_known(game: &Game) -> Option<String> {
    let (question, correct, players) = game.best_known.as_ref().filter(|best| best.1 > 0)?;
    Some(format!("Best known: {question} {correct} of {players} were right."))
}
