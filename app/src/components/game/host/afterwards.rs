//! What a host can do after a game: see the results, or play again with the class. Plain forms, which work
//! before hydration; playing the same quiz again needs no other page afterwards.

use client::game::HostStep;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::context::Host;
use super::podium;
use crate::api::games::{OpenResults, PlayAgain};
use crate::components::icon::{CIRCLE_ALERT, icon};
use crate::state::ConnectionStatus;

/// The text beside the buttons: why one of them was refused, or else the question with most right answers.
pub(super) fn note(host: Host) -> AnyView {
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

/// The buttons. Results, and the choice of another quiz, are for the game's owner.
pub(super) fn buttons(host: Host) -> AnyView {
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
    // Without a connection, the form does it.
    let again = move |event: SubmitEvent| {
        if host.store.connection_status.get_untracked() == ConnectionStatus::Live {
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
