//! The button that loads messages before the first one that is shown.

use leptos::html::Div;
use leptos::prelude::*;

use crate::boxed_view::{dynamic_text, memo, optional_view};
use crate::room_store::{Reading, RoomStore};
use crate::state::Log;
use crate::state::texts::earlier_messages;

/// The line above the first message. The button stays the same element while its text changes, so that
/// it keeps the focus.
#[component]
pub(super) fn EarlierLine(store: RoomStore, frame: NodeRef<Div>) -> impl IntoView {
    let has_earlier = memo(move || store.log.with(|log| log.earlier().is_some()));
    let missed = memo(move || store.log.with(|log| log.missed().map_or(0, |missed| missed.earlier)));
    let label = move || match store.earlier.get() {
        Reading::Resting => earlier_messages(missed.get()),
        Reading::Coming => "Loading earlier messages".into(),
        Reading::Failed => "They could not be loaded. Try again".into(),
    };
    optional_view(move || {
        if !has_earlier.get() {
            keep_focus(frame);
            return None;
        }
        let before = store.log.with_untracked(Log::earlier)?;
        Some(
            view! {
                <button class="log__earlier needs-script" type="button" on:click=move |_| store.load_earlier()>
                    {dynamic_text(label)}
                </button>
                <a class="log__earlier plain-only" href=format!("?before={before}")>
                    "Earlier messages"
                </a>
            }
            .into_any(),
        )
    })
}

/// Moves the focus to the log when the button that has it is removed.
pub(super) fn keep_focus(frame: NodeRef<Div>) {
    if let Some(frame) = frame.try_get_untracked().flatten()
        && let Ok(Some(_)) = frame.query_selector(".log__earlier:focus")
    {
        let _ = frame.focus();
    }
}
