//! What a host does when the game is over: looks at what came of it, or plays
//! the quiz once more. Plain forms, for they lead to other pages anyway.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::{Host, podium};
use crate::api::games::{HostGame, OpenResults};
use crate::components::icon::{CIRCLE_ALERT, icon};

/// What stands beside the ways on: why one of them led back, or else what was
/// known best.
pub(super) fn said(host: Host) -> AnyView {
    let refusal = host.afterwards.with_value(|afterwards| afterwards.refusal.clone());
    match refusal {
        Some(why) => view! {
            <p class="controls__sentence field__wrong" role="alert">
                {icon(CIRCLE_ALERT)}
                {why}
            </p>
        }
        .into_any(),
        None => view! { <p class="controls__sentence">{host.game_now(podium::best_known)}</p> }.into_any(),
    }
}

/// The ways on. Who hosts somebody else's game has none.
pub(super) fn ways(host: Host) -> AnyView {
    let Some(quiz) = host.afterwards.with_value(|afterwards| afterwards.quiz.clone()) else {
        return view! { <p class="quiet">"Whoever started the game has the results."</p> }.into_any();
    };
    let pin = host.pin().to_string();
    let (results, again) = ("button button--stage button--quiet", "button button--stage");
    view! {
        {way(OpenResults::PATH, ("pin", pin), (results, "Results"))}
        {way(HostGame::PATH, ("quiz", quiz.to_string()), (again, "Play again"))}
    }
    .into_any()
}

fn way(
    action: &'static str,
    (name, value): (&'static str, String),
    (class, label): (&'static str, &'static str),
) -> AnyView {
    view! {
        <form class="controls__way" method="post" action=action>
            <input type="hidden" name=name value=value />
            <button class=class>{label}</button>
        </form>
    }
    .into_any()
}
