//! The form that opens a room by its name, new or known.

use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::task::spawn_local;
use protocol::limits;

use super::field::Wrong;
use crate::api::{self, OpenRoom};
use crate::boxed_view::{dynamic_text, flag};
use crate::initial_state;
use crate::state::excess::excess;

/// The error of the plain form, why a room cannot be listed, and what was typed: a title, and whether the
/// room is to be listed.
pub(crate) type InitialState = (Option<String>, Option<String>, Option<String>, bool);
/// The id of that state in the page.
pub(crate) const INITIAL_STATE: &str = "opening-initial";

/// The form that opens a room and redirects there.
pub(crate) fn open_room() -> Option<AnyView> {
    initial_state::load::<InitialState>(INITIAL_STATE).map(form)
}

fn too_much(title: &str) -> Option<String> {
    excess(title, limits::TITLE_CHARS, "Shorten it.")
}

fn form((wrong, why_unlisted, title, is_listed): InitialState) -> AnyView {
    let (input, listed) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let (wrong, set_wrong) = signal(wrong);
    let (pending, set_pending) = signal(false);
    let open = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(title) = input.get_untracked().map(|input| input.value()) else { return };
        let listed = listed.get_untracked().is_some_and(|listed| listed.checked());
        set_pending.set(true);
        spawn_local(async move {
            // The answer redirects to the room by itself.
            let why = api::open_room(title, listed).await.err().map(|error| error.to_string());
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
                value=title
                placeholder="Room name"
                autocomplete="off"
                dir="auto"
                required
                aria-invalid=flag(move || wrong.get().is_some())
                aria-describedby="title-wrong title-help"
                on:input=move |event| set_wrong.set(too_much(&event_target_value(&event)))
                node_ref=input
            />
            <button class="button" aria-busy=flag(move || pending.get())>
                {dynamic_text(move || if pending.get() { "Opening" } else { "Open" })}
            </button>
            </div>
            <Wrong id="title-wrong" why=wrong.into() />
            {match why_unlisted {
                None => list_it(listed, is_listed),
                Some(why) => view! { <p class="small">{why}</p> }.into_any(),
            }}
            <p class="small" id="title-help">
                "Type the name of a room to enter it, or a new name to open one. Anyone with the link can join."
            </p>
        </form>
    }
    .into_any()
}

/// The choice of listing the room; otherwise only people with its link find it.
fn list_it(listed: NodeRef<Input>, is_listed: bool) -> AnyView {
    view! {
        <label class="open-room__list">
            <input type="checkbox" name="listed" value="true" checked=is_listed node_ref=listed />
            "List a new room on this page, for everyone to find"
        </label>
    }
    .into_any()
}
