//! What somebody is told who has the name of somebody else in the room.

use leptos::prelude::*;

use crate::components::avatar::{Looks, avatar};
use crate::erase::sometimes;
use crate::live::Live;

/// Who could be taken for the reader, a name that is free, and the way to it.
pub(super) fn namesake(live: Live) -> AnyView {
    let told = sometimes(move || {
        let namesake = live.namesake.get()?;
        let (name, free) = (namesake.member.name.to_string(), namesake.free_name.to_string());
        Some(
            view! {
                <p class="notice">
                    {avatar(Looks::of(&namesake.member.id))}
                    <span>
                        "There is another " <bdi>{name}</bdi> " here. You could be " <bdi>{free}</bdi> ". "
                        <a href="?name" rel="external">
                            "Change your name"
                        </a>
                    </span>
                </p>
            }
            .into_any(),
        )
    });
    view! { <div class="notices" role="status">{told}</div> }.into_any()
}
