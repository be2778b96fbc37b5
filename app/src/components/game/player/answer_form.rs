//! What the forms for all kinds of answers share: whether they can be sent, and the button that sends them.

use leptos::prelude::*;
use protocol::game::Phase;

use crate::boxed_view::{derived, memo, optional_view};
use crate::game_store::GameStore;
use crate::state::game::MyAnswer;

/// Whether an answer is accepted now, as far as the page knows. Not before hydration: a press
/// would be lost silently.
pub(super) fn is_open(store: GameStore) -> Memo<bool> {
    memo(move || {
        let is_hydrated = store.is_hydrated.get();
        store.board.with(|board| {
            let runs = board.game.phase == Phase::Open && board.game.paused.is_none();
            is_hydrated && runs && board.answer == MyAnswer::Open
        })
    })
}

/// The button that sends an answer of more than one tap; gone afterwards. It stays in place while nothing can
/// be sent, and says so.
pub(super) fn lock_in(store: GameStore, can: Signal<bool>) -> AnyView {
    let is_given = memo(move || store.board.with(|board| board.answer != MyAnswer::Open));
    let disabled = derived(move || (!can.get()).then_some("true"));
    optional_view(move || {
        (!is_given.get()).then(|| {
            view! {
                <button class="button play__lock" aria-disabled=disabled>
                    "Lock in"
                </button>
            }
            .into_any()
        })
    })
}
