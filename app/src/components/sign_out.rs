//! The button that signs out, for people who share a device.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::SignOut;

const WHAT_GOES: &str = "You become a new guest on this device. Quizzes you made here can never be opened again: \
                         export what you want to keep first.";

/// The form that signs out, with what is lost by it. `at_stake`: what is lost right now.
pub(crate) fn sign_out(at_stake: Option<String>) -> AnyView {
    view! {
        <details class="sign-out">
            <summary>"Sign out"</summary>
            <form class="sign-out__form" method="post" action=SignOut::PATH on:submit=|_| clear_storage()>
                {at_stake.map(|games| view! { <p><b>{games}</b></p> })}
                <p>{WHAT_GOES}</p>
                <button class="button button--quiet">"Sign out and forget me here"</button>
            </form>
        </details>
    }
    .into_any()
}

/// Deletes drafts and unsent messages. Behind https the server's answer makes the browser do
/// it, without scripts too.
fn clear_storage() {
    let storages = [window().local_storage(), window().session_storage()];
    for storage in storages.into_iter().filter_map(|storage| storage.ok().flatten()) {
        let _ = storage.clear();
    }
}
