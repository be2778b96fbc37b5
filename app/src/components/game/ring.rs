//! The remaining time, as a ring and a number.

use leptos::prelude::*;
use protocol::game::Phase;

use crate::boxed_view::{derived, dynamic_text, memo, optional_view};
use crate::game_store::{GameStore, RING};

/// From so many seconds on the ring has another colour, and is thicker.
const ENDING: u64 = 5;
/// From so many seconds on the number has three digits, which are closer together.
const LONG: u64 = 100;

/// Counts down to the end of the phase; empty where there is no time limit. The numbers are not read out:
/// [`GameStore::mark`] is, now and then.
#[component]
pub(crate) fn Ring(
    store: GameStore,
    /// The block's classes: `ring`, or `ring ring--small`.
    class: &'static str,
) -> impl IntoView {
    let runs = memo(move || store.left.get().is_some());
    let left = move || store.left.get().unwrap_or_default();
    // Only the end of the answer time is exciting.
    let is_open = memo(move || store.board.with(|board| board.game.phase == Phase::Open));
    let block = move || match left() {
        _ if !is_open.get() => class.to_owned(),
        0 => format!("{class} ring--over"),
        1..=ENDING => format!("{class} ring--ending"),
        LONG.. => format!("{class} ring--long"),
        _ => class.to_owned(),
    };
    optional_view(move || {
        runs.get().then(|| {
            view! {
                <div
                    class=derived(block)
                    role="timer"
                    aria-label=derived(move || format!("{} seconds left", left()))
                >
                    <svg viewBox="0 0 100 100" aria-hidden="true">
                        <circle class="ring__track" cx="50" cy="50" r="44"></circle>
                        <circle
                            class="ring__left"
                            cx="50"
                            cy="50"
                            r="44"
                            pathLength=RING
                            stroke-dasharray=derived(move || format!("{} {RING}", store.ring.get()))
                        ></circle>
                    </svg>
                    <span class="ring__num" aria-hidden="true">
                        {dynamic_text(left)}
                    </span>
                </div>
            }
            .into_any()
        })
    })
}
