//! A room: what is said there, who is there, and a place to write.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use protocol::RoomId;

use super::not_found::{NotFound, Unavailable};
use crate::api::{self, RoomPage};
use crate::components::chat::composer::Composer;
use crate::components::chat::log::LogView;
use crate::components::icon::{ARROW_LEFT, icon};
use crate::components::people::{PeopleButton, PeoplePanel};
use crate::components::pill::Pill;
use crate::live::Live;

/// The page at `/rooms/{id}`.
#[component]
pub(crate) fn Room() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| RoomId::parse(params.get_str("id")?).ok()));
    let page = Resource::new(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => Some(api::room(id).await),
                None => None,
            }
        },
    );
    view! {
        <Suspense fallback=Waiting>
            {move || Suspend::new(async move {
                match page.await {
                    Some(Ok(page)) => view! { <Talk page /> }.into_any(),
                    Some(Err(error)) => view! { <Unavailable advice=error.to_string() /> }.into_any(),
                    None => view! { <NotFound /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Talk(page: RoomPage) -> impl IntoView {
    let room = page.preview.room_id.clone();
    let title = page.preview.title.clone();
    let next_id = page.next_id.clone();
    let live = Live::begin(page);
    view! {
        <Title text=format!("{title}: Hubbub") />
        <a class="skip" href="#say">
            "Skip to writing"
        </a>
        <div class="room">
            <main class="room__main" id="main">
                <header class="room__head">
                    <a class="button button--bare" href="/" aria-label="All rooms">
                        {icon(ARROW_LEFT)}
                    </a>
                    <div class="room__title">
                        <h1 dir="auto">{title.clone()}</h1>
                    </div>
                    <PeopleButton people=live.people />
                    <Pill standing=live.standing.into() />
                </header>
                <LogView live />
                <Composer live room title next_id />
            </main>
            <PeoplePanel people=live.people />
        </div>
    }
}

/// A room that is not there yet: hollow arches, and only after a moment.
#[component]
fn Waiting() -> impl IntoView {
    view! {
        <main class="waiting" aria-busy="true">
            <h1 class="unseen">"Opening the room"</h1>
            <div class="waiting__line">
                <i></i>
                <i></i>
                <i></i>
            </div>
        </main>
    }
}
