//! The way back into a game, for somebody who has a seat in it and went elsewhere.

use leptos::prelude::*;
use protocol::Pin;

use crate::components::avatar::{Looks, avatar};
use crate::components::icon::{PLAY, icon};

const CROWD: [Looks; 3] =
    [Looks::plain("leaf", 46, (0, -19)), Looks::plain("sky", 40, (0, -19)), Looks::plain("tomato", 54, (-15, -15))];

/// A game that goes on: its PIN, and what it is called.
pub(super) fn still_open((pin, title): (Pin, String)) -> AnyView {
    view! {
        <section class="still-open" aria-labelledby="still-open">
            <div class="crowd" aria-hidden="true">
                {CROWD.map(avatar).into_iter().collect_view()}
            </div>
            <div class="still-open__text">
                <h2 id="still-open">"Your game is still open"</h2>
                <p>
                    <bdi>{title}</bdi>
                    <br />
                    "Your seat and your points are kept."
                </p>
            </div>
            <a class="button" href=format!("/play/{pin}") rel="external">
                {icon(PLAY)}
                "Back to the game"
            </a>
        </section>
    }
    .into_any()
}
