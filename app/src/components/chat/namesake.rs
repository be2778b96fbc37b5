//! The notice for somebody whose name looks like another member's.

use leptos::prelude::*;

use crate::boxed_view::optional_view;
use crate::components::namesake::look_alike;
use crate::room_store::RoomStore;

/// The other member, a name that is free, and the way to change it.
pub(super) fn namesake(store: RoomStore) -> AnyView {
    let told = optional_view(move || {
        let way = view! {
            <a href="?name" rel="external">
                "Change your name"
            </a>
        };
        store.namesake.get().map(|namesake| look_alike(&namesake, way.into_any()))
    });
    view! { <div class="notices" role="status">{told}</div> }.into_any()
}
