//! Another member whose name is the reader's, or looks the same.

use leptos::prelude::*;
use protocol::Namesake;

use super::avatar::{Looks, avatar};

/// The other member and a name that is free, with a `way` to change it.
pub(crate) fn look_alike(namesake: &Namesake, way: AnyView) -> AnyView {
    let (name, free) = (namesake.member.name.to_string(), namesake.free_name.to_string());
    view! {
        <p class="notice">
            {avatar(Looks::of(&namesake.member.id))}
            <span>"There is another " <bdi>{name}</bdi> " here. You could be " <bdi>{free}</bdi> ". " {way}</span>
        </p>
    }
    .into_any()
}
