//! What somebody is told who has the name of somebody else in the room.

use leptos::prelude::*;

use crate::components::namesake::look_alike;
use crate::erase::sometimes;
use crate::live::Live;

/// Who could be taken for the reader, a name that is free, and the way to it.
pub(super) fn namesake(live: Live) -> AnyView {
    let told = sometimes(move || {
        let way = view! {
            <a href="?name" rel="external">
                "Change your name"
            </a>
        };
        live.namesake.get().map(|namesake| look_alike(&namesake, way.into_any()))
    });
    view! { <div class="notices" role="status">{told}</div> }.into_any()
}
