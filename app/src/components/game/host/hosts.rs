//! The list of added hosts, with a button that removes each.

use client::game::HostStep;
use leptos::prelude::*;
use protocol::HostId;

use super::context::Host;
use crate::boxed_view::{list, memo, optional_view};
use crate::row_focus::{RowFocus, Rows};

/// Where the list is in the page.
const ROWS: Rows = Rows { list: ".host-menu__hosts", instead: &["#host-menu"] };

/// The added hosts, each with a button; empty where there are none.
pub(super) fn hosts(host: Host) -> AnyView {
    let are_there = memo(move || host.store.hosts.with(|hosts| !hosts.is_empty()));
    let keys =
        move || -> Vec<String> { host.store.hosts.with(|hosts| hosts.iter().map(|one| one.id.to_string()).collect()) };
    let focus = RowFocus::follow(keys, ROWS);
    let row = move |id: String| match HostId::parse(&id) {
        Ok(id) => added(host, id),
        Err(_) => ().into_any(),
    };
    let shown = move || {
        are_there.get().then(|| {
            view! {
                <section aria-labelledby="added-hosts">
                    <h3 class="host-menu__label" id="added-hosts">
                        "Co-hosts"
                    </h3>
                    <ul
                        class="host-menu__hosts"
                        on:focusin=move |event| focus.enter(&event)
                        on:focusout=move |event| focus.leave(&event)
                    >
                        {list(keys, row)}
                    </ul>
                </section>
            }
            .into_any()
        })
    };
    optional_view(shown)
}

fn added(host: Host, id: HostId) -> AnyView {
    let find = |one: &protocol::game::frame::AddedHost| (one.id == id).then(|| one.name.to_string());
    let name = host.store.hosts.with_untracked(|hosts| hosts.iter().find_map(find)).unwrap_or_default();
    let is_me = host.store.added_as.with_untracked(|me| me.as_ref() == Some(&id));
    let me = is_me.then_some(" (you)");
    view! {
        <li class="host-menu__host">
            <span class="person__name">
                <bdi title=name.clone()>{name.clone()}</bdi>
                {me}
            </span>
            <button
                class="button button--remove"
                type="button"
                aria-label=format!("Remove {name} as co-host")
                on:click=move |_| host.step(HostStep::RemoveHost(id.clone()))
            >
                "Remove"
            </button>
        </li>
    }
    .into_any()
}
