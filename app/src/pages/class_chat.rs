//! Redirects from a game to the chat of its class.

use leptos::prelude::*;
use leptos_router::components::Redirect;
use leptos_router::hooks::use_params_map;
use protocol::Pin;

use super::not_found::{NotFound, not_let_in};
use crate::api::games;

/// The page at `/play/{pin}/chat`. It redirects, or says to whom the chat belongs.
#[component]
pub(crate) fn ClassChat() -> impl IntoView {
    let params = use_params_map();
    let pin = Memo::new(move |_| params.with(|params| Pin::parse(params.get_str("pin")?).ok()));
    let room = Resource::new(
        move || pin.get(),
        |pin| async move {
            match pin {
                Some(pin) => Some(games::class_chat(pin).await),
                None => None,
            }
        },
    );
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match room.await {
                    Some(Ok(room)) => view! { <Redirect path=room.path() /> }.into_any(),
                    Some(Err(error)) => not_let_in(&error),
                    None => view! { <NotFound /> }.into_any(),
                }
            })}
        </Suspense>
    }
}
