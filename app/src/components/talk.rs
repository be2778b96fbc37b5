//! The island of a room: its messages, people and the composer.

use leptos::prelude::*;

use super::chat::composer::Composer;
use super::chat::log::LogView;
use super::icon::{ARROW_LEFT, icon};
use super::people::{PeopleButton, PeoplePanel};
use super::pill::Pill;
use crate::api::RoomPage;
use crate::boxed_view::deferred_view;
use crate::initial_state;
use crate::island::island;
use crate::room_store::RoomStore;

/// The initial state of a room, the error of the plain form, and the text that was typed.
pub(crate) type InitialState = (RoomPage, Option<String>, Option<String>);
/// The id of that state in the page.
pub(crate) const INITIAL_STATE: &str = "talk-initial";

island! {
    /// The whole of a room's page; it continues from the position of the page.
    Talk draws talk
}

fn talk() -> Option<AnyView> {
    initial_state::load::<InitialState>(INITIAL_STATE).map(room)
}

fn room((page, wrong, refused): InitialState) -> AnyView {
    let room = page.preview.room_id.clone();
    let title = page.preview.title.clone();
    let (next_id, notice) = (page.next_id.clone(), page.notice.clone());
    let store = RoomStore::begin(page);
    let heading = title.clone();
    let composer = move || {
        let (room, title, next_id) = (room.clone(), title.clone(), next_id.clone());
        let (wrong, refused, notice) = (wrong.clone(), refused.clone(), notice.clone());
        view! { <Composer store room title next_id wrong refused notice /> }.into_any()
    };
    view! {
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
                        <h1 dir="auto">{heading}</h1>
                    </div>
                    <PeopleButton people=store.people />
                    <Pill connection_status=store.connection_status.into() />
                </header>
                {deferred_view(move || view! { <LogView store /> }.into_any())} {deferred_view(composer)}
            </main>
            {deferred_view(move || view! { <PeoplePanel people=store.people /> }.into_any())}
        </div>
    }
    .into_any()
}
