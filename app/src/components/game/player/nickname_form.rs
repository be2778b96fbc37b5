//! The form for a nickname.

use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use protocol::{Member, limits};

use crate::boxed_view::{derived, dynamic_text, effect, flag, memo, optional_view};
use crate::components::avatar::{Looks, avatar};
use crate::components::field::Wrong;
use crate::game_store::GameStore;
use crate::nickname;
use crate::state::excess::excess;
use crate::state::game::texts::proposal;

/// The form for a nickname. An error is shown beneath it, and a free name is offered.
pub(super) fn nickname_form(store: GameStore, viewer: &Member) -> AnyView {
    let input = NodeRef::<Input>::new();
    let title = store.board.with_untracked(|board| board.game.title.clone());
    let name: String = viewer.name.as_str().chars().take(limits::NICKNAME_CHARS).collect();
    let (pending, set_pending) = signal(false);
    // Before hydration the form would only reload the page, without the name.
    let (is_hydrated, set_hydrated) = signal(false);
    effect(move || {
        set_hydrated.set(true);
        let typed = store.pin.with_value(nickname::load);
        if let (Some(field), Some(typed)) = (input.get_untracked(), typed) {
            field.set_value(&typed);
        }
    });
    let (too_long, set_too_long) = signal(None::<String>);
    let keep = move |event| {
        let typed = event_target_value(&event);
        set_too_long.set(too_much(&typed));
        store.pin.with_value(|pin| nickname::store(pin, &typed));
    };
    let wrong = memo(move || too_long.get().or_else(|| store.nickname_refusal.get().map(|refusal| refusal.message)));
    let enter = move |name: String| {
        set_pending.set(true);
        store.enter(name);
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(field) = input.get_untracked() {
            enter(field.value());
        }
    };
    let is_waiting = move || pending.get() && wrong.with(Option::is_none);
    let offer = move || {
        let free = wrong.get().as_deref().and_then(proposal).map(str::to_owned)?;
        let label = format!("Play as {free}");
        let take = move |_| {
            if let Some(field) = input.get_untracked() {
                field.set_value(&free);
            }
            enter(free.clone());
        };
        let button = view! {
            <button class="button button--quiet nickname__offer" type="button" on:click=take>
                {label}
            </button>
        };
        Some(button.into_any())
    };
    view! {
        <section class="plane plane--sun">
            <h1 class="plane__title" tabindex="-1" dir="auto">
                {title}
            </h1>
            <form class="nickname" on:submit=submit>
                <label class="field__label" for="nickname">
                    "Your name"
                </label>
                <div class="nickname__row">
                    <input
                        class="nickname__input"
                        id="nickname"
                        value=name
                        autocomplete="nickname"
                        dir="auto"
                        required
                        aria-invalid=flag(move || wrong.with(Option::is_some))
                        aria-describedby="nickname-wrong"
                        node_ref=input
                        on:input=keep
                    />
                    <button
                        class="button button--sun needs-script"
                        aria-busy=flag(is_waiting)
                        disabled=derived(move || !is_hydrated.get())
                    >
                        {dynamic_text(move || if is_waiting() { "Joining" } else { "Join" })}
                    </button>
                </div>
                <Wrong id="nickname-wrong" why=derived(move || wrong.get()) />
                {optional_view(offer)}
                <p class="nickname__still">
                    "Playing needs JavaScript. Turn it on for this site and reload."
                </p>
            </form>
            <div class="plane__me">{avatar(Looks::of(&viewer.id).tall(54).looking((0, -19)))}</div>
        </section>
    }
    .into_any()
}

fn too_much(name: &str) -> Option<String> {
    excess(name, limits::NICKNAME_CHARS, "Shorten it.")
}
