//! What a host does when the game is over: looks at what came of it, or takes the
//! class into another game. Plain forms, which work before the page is alive;
//! playing the same quiz again needs no other page once it is.

use client::game::HostStep;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::{Host, podium};
use crate::api::games::{OpenResults, PlayAgain};
use crate::components::icon::{CIRCLE_ALERT, icon};
use crate::state::ConnectionStatus;

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
        None => {
            view! { <p class="controls__sentence">{host.game_now(podium::best_known).map(|best| host.text(&best))}</p> }
                .into_any()
        }
    }
}

/// The ways on. The results, and the choice of another quiz, are whoever's began the game.
pub(super) fn ways(host: Host) -> AnyView {
    let is_owner = host.afterwards.with_value(|afterwards| afterwards.quiz.is_some());
    let pin = host.pin().to_string();
    let quiet = "button button--stage button--quiet";
    let owners = if is_owner {
        view! {
            <form class="controls__way" method="post" action=OpenResults::PATH>
                <input type="hidden" name="pin" value=pin.clone() />
                <button class=quiet>"Results"</button>
            </form>
            <a class=quiet href=format!("/quizzes?class={pin}") rel="external">
                "Another quiz"
            </a>
        }
        .into_any()
    } else {
        view! { <p class="quiet">"Whoever started the game has the results."</p> }.into_any()
    };
    // Where nobody hears a step, the form leads there.
    let again = move |event: SubmitEvent| {
        if host.store.standing.get_untracked() == ConnectionStatus::Live {
            event.prevent_default();
            host.step(HostStep::Again(None));
        }
    };
    view! {
        {owners}
        <form class="controls__way" method="post" action=PlayAgain::PATH on:submit=again>
            <input type="hidden" name="pin" value=pin />
            <button class="button button--stage">"Play again"</button>
        </form>
    }
    .into_any()
}
