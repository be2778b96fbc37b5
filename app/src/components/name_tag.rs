//! The viewer's name, to be changed in place.

use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::task::spawn_local;
use protocol::{Member, limits};

use super::field::Wrong;
use super::icon::{CHECK, icon};
use super::sign_out::sign_out;
use crate::api::{self, Rename};
use crate::boxed_view::{flag, optional_view};
use crate::initial_state;
use crate::state::excess::excess;

/// The viewer, the error of the plain form, the name that was typed, and what is lost by signing out.
pub(crate) type InitialState = (Member, Option<String>, Option<String>, Option<String>);
/// The id of that state in the page.
pub(crate) const INITIAL_STATE: &str = "name-initial";

const NO_COOKIES: &str =
    "This browser blocks cookies here, so the name is not kept. Allow cookies for this site, then save again.";

/// The viewer's name as a field.
pub(crate) fn name_tag() -> Option<AnyView> {
    initial_state::load::<InitialState>(INITIAL_STATE).map(form)
}

fn too_much(name: &str) -> Option<String> {
    excess(name, limits::NAME_CHARS, "Shorten it.")
}

fn form((viewer, wrong, typed, at_stake): InitialState) -> AnyView {
    let name = typed.unwrap_or_else(|| viewer.name.to_string());
    let input = NodeRef::<Input>::new();
    let (wrong, set_wrong) = signal(wrong);
    let (saved, set_saved) = signal(None::<String>);
    let viewer_id = StoredValue::new(viewer.id.clone());
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(name) = input.get_untracked().map(|input| input.value()) else { return };
        spawn_local(async move {
            let (name, why) = match api::rename(name).await {
                // A client that keeps no cookies is another person at every request.
                Ok(member) if viewer_id.try_get_value().is_some_and(|viewer| viewer != member.id) => {
                    (None, Some(NO_COOKIES.into()))
                }
                Ok(member) => (Some(member.name.to_string()), None),
                Err(error) => (None, Some(error.to_string())),
            };
            set_saved.try_set(name);
            set_wrong.try_set(why);
        });
    };
    let thanks = optional_view(move || {
        let name = saved.get()?;
        Some(
            view! {
                <span class="name-tag__saved">
                    {icon(CHECK)} "Saved. Others see " <bdi>{name}</bdi> "."
                </span>
            }
            .into_any(),
        )
    });
    view! {
        <form class="name-tag" method="post" action=Rename::PATH on:submit=save>
            <label class="name-tag__hello" for="name">
                "Hello, I’m"
            </label>
            <span class="name-tag__field">
                <input
                    class="name-tag__input"
                    id="name"
                    name="name"
                    value=name
                    autocomplete="nickname"
                    dir="auto"
                    required
                    aria-invalid=flag(move || wrong.get().is_some())
                    aria-describedby="name-wrong"
                    on:input=move |event| set_wrong.set(too_much(&event_target_value(&event)))
                    node_ref=input
                />
                <button class="button name-tag__save">"Save"</button>
            </span>
        </form>
        <div class="name-tag__answer">
            <span role="status">{thanks}</span>
            <Wrong id="name-wrong" why=wrong.into() />
        </div>
        {sign_out(at_stake)}
    }
    .into_any()
}
