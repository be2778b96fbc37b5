//! "Hello, I'm …": the viewer's name, to be changed in place.

use leptos::prelude::*;
use protocol::{Member, limits};

use super::field::Wrong;
use super::icon::{CHECK, icon};
use crate::api::Rename;

/// The viewer's name as a field.
#[component]
pub(crate) fn NameTag(viewer: Member) -> impl IntoView {
    let rename = ServerAction::<Rename>::new();
    let answer = rename.value();
    let wrong = Signal::derive(move || answer.get()?.err().map(|error| error.to_string()));
    let saved = move || {
        let member = answer.get()?.ok()?;
        Some(view! {
            <span class="name-tag__saved">
                {icon(CHECK)} "Saved. Others see " <bdi>{member.name.to_string()}</bdi> "."
            </span>
        })
    };
    view! {
        <ActionForm action=rename attr:class="name-tag">
            <label class="name-tag__hello" for="name">
                "Hello, I’m"
            </label>
            <span class="name-tag__field">
                <input
                    class="name-tag__input"
                    id="name"
                    name="name"
                    value=viewer.name.to_string()
                    autocomplete="nickname"
                    maxlength=limits::NAME_CHARS
                    dir="auto"
                    required
                    aria-invalid=move || wrong.get().map(|_| "true")
                    aria-describedby="name-wrong"
                />
                <button class="button name-tag__save">"Save"</button>
            </span>
        </ActionForm>
        <div class="name-tag__answer">
            <span role="status">{saved}</span>
            <Wrong id="name-wrong" why=wrong />
        </div>
    }
}
