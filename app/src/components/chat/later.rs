//! The button that loads messages after the last one that is shown, where a link led far back.

use leptos::html::Div;
use leptos::prelude::*;

use super::earlier::keep_focus;
use crate::boxed_view::{dynamic_text, memo, optional_view};
use crate::room_store::{Reading, RoomStore};
use crate::state::Log;

/// The line below the last message. The button stays the same element while its text changes.
#[component]
pub(super) fn LaterLine(store: RoomStore, frame: NodeRef<Div>) -> impl IntoView {
    let has_later = memo(move || store.log.with(|log| log.later().is_some()));
    let label = move || match store.later.get() {
        Reading::Resting => "Later messages",
        Reading::Coming => "Loading later messages",
        Reading::Failed => "They could not be loaded. Try again",
    };
    let line = move || {
        let after = store.log.with_untracked(Log::later)?;
        Some(
            view! {
                <button class="log__earlier log__later needs-script" type="button" on:click=move |_| store.load_later()>
                    {dynamic_text(label)}
                </button>
                <a class="log__earlier plain-only" href=format!("?after={after}")>
                    "Later messages"
                </a>
                <a class="log__earlier plain-only" href="?">
                    "Newest messages"
                </a>
            }
            .into_any(),
        )
    };
    optional_view(move || {
        if !has_later.get() {
            keep_focus(frame);
            return None;
        }
        line()
    })
}
