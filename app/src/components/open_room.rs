//! The way into a room: by its name, new or known.

use leptos::prelude::*;
use protocol::limits;

use super::field::Wrong;
use crate::api::OpenRoom;

/// The form that opens a room and leads there.
#[component]
pub(crate) fn OpenRoomForm() -> impl IntoView {
    let open = ServerAction::<OpenRoom>::new();
    let (answer, pending) = (open.value(), open.pending());
    let wrong = Signal::derive(move || answer.get()?.err().map(|error| error.to_string()));
    view! {
        <ActionForm action=open attr:class="open-room">
            <label class="field__label" for="title">
                "Open a room"
            </label>
            <div class="open-room__row">
            <input
                class="open-room__input"
                id="title"
                name="title"
                placeholder="Name it"
                autocomplete="off"
                maxlength=limits::TITLE_CHARS
                dir="auto"
                required
                aria-invalid=move || wrong.get().map(|_| "true")
                aria-describedby="title-wrong title-help"
            />
            <button class="button button--sun" aria-busy=move || pending.get().then_some("true")>
                {move || if pending.get() { "Opening" } else { "Open" }}
            </button>
            </div>
            <Wrong id="title-wrong" why=wrong />
            <p class="small" id="title-help">
                "A new name opens a new room. A name you know leads to it."
            </p>
        </ActionForm>
    }
}
