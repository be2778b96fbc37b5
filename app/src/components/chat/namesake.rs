//! What somebody is told who has the name of somebody else in the room.

use leptos::prelude::*;

use crate::boxed_view::sometimes;
use crate::components::namesake::look_alike;
use crate::room_store::RoomStore;

/// Who could be taken for the reader, a name that is free, and the way to it.
pub(super) fn namesake(store: RoomStore) -> AnyView {
    let told = sometimes(move || {
        let way = view! {
            <a href="?name" rel="external">
                "Change your name"
            </a>
        };
        store.namesake.get().map(|namesake| look_alike(&namesake, way.into_any()))
    });
    view! { <div class="notices" role="status">{told}</div> }.into_any()
}
