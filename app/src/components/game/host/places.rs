//! The leaders, and who has climbed.

use leptos::prelude::*;
use protocol::game::{Game, Leader};

use super::texts;
use crate::components::avatar::{Looks, avatar};
use crate::components::icon::{ARROW_DOWN, ARROW_UP, icon};

/// The places after a question. Rows begin at their earlier place and climb.
pub(super) fn places(game: &Game) -> AnyView {
    view! {
        <section class="places">
            <h1 class="places__title" tabindex="-1">
                "Leaderboard"
            </h1>
            {leaderboard(&game.leaders)}
        </section>
    }
    .into_any()
}

/// Leaders from some place on, each with the places gained.
pub(super) fn leaderboard(leaders: &[Leader]) -> AnyView {
    let start = leaders.first().map_or(1, |first| first.place);
    // If nobody has moved, there was no earlier place.
    let told = leaders.iter().any(|leader| leader.moved != 0);
    let rows = leaders.iter().map(|leader| row(leader, told)).collect_view();
    view! {
        <ol class="leaderboard" aria-label="Leaderboard" start=start.to_string()>
            {rows}
        </ol>
    }
    .into_any()
}

fn row(leader: &Leader, told: bool) -> AnyView {
    let way = told.then(|| {
        let arrow = match leader.moved {
            0 => None,
            1.. => Some(icon(ARROW_UP)),
            _ => Some(icon(ARROW_DOWN)),
        };
        let word = texts::moved(leader.moved);
        let (unseen, seen) = word.split_once(' ').unwrap_or(("", &word));
        view! {
            <span class="leaderboard__move">
                {arrow} <span class="unseen">{format!("{unseen} ")}</span> {seen.to_owned()}
            </span>
        }
    });
    let climb = match leader.moved {
        0 => String::new(),
        moved => format!(" leaderboard__row--{}{}", if moved > 0 { "up" } else { "down" }, moved.unsigned_abs().min(8)),
    };
    view! {
        <li class=format!("leaderboard__row{climb}") value=leader.place.to_string()>
            <span class="leaderboard__place" aria-hidden="true">
                {leader.place}
            </span>
            {avatar(Looks::of(&leader.id))}
            <span class="leaderboard__name">
                <bdi title=leader.name.to_string()>{leader.name.to_string()}</bdi>
            </span>
            <span class="leaderboard__points">
                {texts::thousands(leader.score)} <span class="unseen">" points"</span>
            </span>
            {way}
        </li>
    }
    .into_any()
}
