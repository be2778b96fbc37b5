//! The way into a room: by its name, new or known.

use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::task::spawn_local;
use protocol::limits;

use super::field::Wrong;
use crate::api::{self, OpenRoom};
use crate::erase::{flag, words};
use crate::given::given;

/// Why the title that was sent by the plain form was not taken.
pub(crate) type Beginning = Option<String>;
/// Where that stands in the page.
pub(crate) const BEGINNING: &str = "opening-begins";

/// The form that opens a room and leads there.
#[island(lazy)]
pub(crate) fn OpenRoomForm() -> impl IntoView {
    let input = NodeRef::<Input>::new();
    let (wrong, set_wrong) = signal(given::<Beginning>(BEGINNING).flatten());
    let (pending, set_pending) = signal(false);
    let open = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(title) = input.get_untracked().map(|input| input.value()) else { return };
        set_pending.set(true);
        spawn_local(async move {
            // The answer leads to the room by itself.
            let why = api::open_room(title).await.err().map(|error| error.to_string());
            set_wrong.try_set(why);
            set_pending.try_set(false);
        });
    };
    view! {
        <form class="open-room" method="post" action=OpenRoom::PATH on:submit=open>
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
                aria-invalid=flag(move || wrong.get().is_some())
                aria-describedby="title-wrong title-help"
                    node_ref=input
            />
            <button class="button" aria-busy=flag(move || pending.get())>
                {words(move || if pending.get() { "Opening" } else { "Open" })}
            </button>
            </div>
            <Wrong id="title-wrong" why=wrong.into() />
            <p class="small" id="title-help">
                "A name you know leads to its room. Send the link: whoever has it can come in."
            </p>
        </form>
    }
}
