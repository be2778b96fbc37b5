//! A row of the menu with a button and a note, for a setting of the game.

use leptos::prelude::*;

use crate::boxed_view::dynamic_text;

/// A button with a note beneath it.
pub(super) fn row<L, N>(label: L, note: N, press: impl Fn() + 'static) -> AnyView
where
    L: Fn() -> &'static str + Send + Sync + 'static,
    N: Fn() -> &'static str + Send + Sync + 'static,
{
    view! {
        <div class="host-menu__row">
            <button class="button button--quiet" type="button" on:click=move |_| press()>
                {dynamic_text(label)}
            </button>
            <p class="small quiet">{dynamic_text(note)}</p>
        </div>
    }
    .into_any()
}
