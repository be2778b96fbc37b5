//! The way into a game: by its PIN.

use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::task::spawn_local;

use crate::api::games::{self, EnterGame};
use crate::boxed_view::{dynamic_text, flag};
use crate::components::field::Wrong;
use crate::initial_state;

/// The error of the plain form, if it was refused, and the PIN that was typed.
pub(crate) type InitialState = (Option<String>, Option<String>);
/// The id of that state in the page.
pub(crate) const INITIAL_STATE: &str = "joining-initial";

/// The form that finds a game and redirects there.
pub(crate) fn join_game() -> Option<AnyView> {
    initial_state::load::<InitialState>(INITIAL_STATE).map(form)
}

fn form((wrong, typed): InitialState) -> AnyView {
    let input = NodeRef::<Input>::new();
    let (wrong, set_wrong) = signal(wrong);
    let (pending, set_pending) = signal(false);
    let join = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(pin) = input.get_untracked().map(|input| input.value()) else { return };
        set_pending.set(true);
        spawn_local(async move {
            // The answer redirects to the game by itself.
            let why = games::enter_game(pin).await.err().map(|error| error.to_string());
            if let (Some(_), Some(field)) = (&why, input.try_get_untracked().flatten()) {
                let _ = field.focus();
            }
            set_wrong.try_set(why);
            set_pending.try_set(false);
        });
    };
    view! {
        <form class="pin" method="post" action=EnterGame::PATH on:submit=join>
            <label class="field__label" for="pin">
                "Type the PIN from the big screen"
            </label>
            <div class="pin__row">
                <input
                    class="pin__input"
                    id="pin"
                    name="pin"
                    value=typed
                    inputmode="numeric"
                    autocomplete="off"
                    maxlength="9"
                    required
                    aria-invalid=flag(move || wrong.get().is_some())
                    aria-describedby="pin-wrong"
                    node_ref=input
                />
                <button class="button button--sun" aria-busy=flag(move || pending.get())>
                    {dynamic_text(move || if pending.get() { "Looking for it" } else { "Join the game" })}
                </button>
            </div>
            <Wrong id="pin-wrong" why=wrong.into() />
        </form>
    }
    .into_any()
}
