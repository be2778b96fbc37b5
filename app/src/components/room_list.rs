//! The list of rooms.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::RoomSummary;

use super::avatar::{Looks, avatar};
use crate::api;
use crate::boxed_view::{dynamic_text, effect, list, memo, optional_view};
use crate::initial_state;
use crate::state::texts::people_in_rooms;

const CROWD: usize = 5;
const REFRESH: Duration = Duration::from_secs(10);

/// The rooms that the page was rendered with, and whether its reader may list one.
pub(crate) type InitialState = (Vec<RoomSummary>, bool);
/// The id of that state in the page.
pub(crate) const INITIAL_STATE: &str = "rooms-initial";

/// The listed rooms, and how many people are in them.
pub(crate) fn listed_rooms() -> Option<AnyView> {
    initial_state::load::<InitialState>(INITIAL_STATE).map(rooms_as_they_are)
}

fn rooms_as_they_are((rooms, may_list): InitialState) -> AnyView {
    let rooms = RwSignal::new(rooms);
    effect(move || {
        let again = move || {
            spawn_local(async move {
                // A list that cannot be loaded again stays as it is.
                if let Ok(now) = api::rooms().await {
                    rooms.try_set(now);
                }
            });
        };
        let timer = set_interval_with_handle(
            move || {
                if !document().hidden() {
                    again()
                }
            },
            REFRESH,
        )
        .ok();
        on_cleanup(move || {
            if let Some(timer) = timer {
                timer.clear();
            }
        });
    });
    view! {
        <div class="rooms__head">
            <h2 class="rooms__title" id="rooms">
                "Rooms"
            </h2>
            <span class="quiet small">{dynamic_text(move || rooms.with(|rooms| total(rooms)))}</span>
        </div>
        <RoomList rooms may_list />
    }
    .into_any()
}

/// A list of rooms that changes in place, so that the focus stays on its row.
#[component]
fn RoomList(rooms: RwSignal<Vec<RoomSummary>>, may_list: bool) -> impl IntoView {
    let ids = move || rooms.with(|rooms| rooms.iter().map(|room| room.room_id.to_string()).collect());
    let summary = move |id: String| {
        Memo::new(move |before: Option<&Option<RoomSummary>>| {
            let now = rooms.with(|rooms| rooms.iter().find(|room| room.room_id.as_str() == id).cloned());
            // A row that is being removed keeps its content until then.
            now.or_else(|| before.cloned().flatten())
        })
    };
    let row = move |id| {
        let room = summary(id);
        view! { <li>{optional_view(move || room.get().map(room_row))}</li> }.into_any()
    };
    let is_empty = memo(move || rooms.with(Vec::is_empty));
    view! {
        <ul>
            {list(ids, row)}
        </ul>
        {optional_view(move || is_empty.get().then(|| nobody(may_list)))}
    }
}

fn nobody(may_list: bool) -> AnyView {
    let advice = if may_list {
        "Open a room and list it, and it will appear here for everyone."
    } else {
        "To get into a room, type its name or follow its link."
    };
    view! {
        <div class="empty">
            <div class="empty__line">{avatar(Looks::plain("honey", 40, (19, 3)))}</div>
            <p>
                <b>"No rooms are listed."</b>
                <br />
                <span class="quiet">{advice}</span>
            </p>
        </div>
    }
    .into_any()
}

/// How many people are in how many rooms.
fn total(rooms: &[RoomSummary]) -> String {
    let store = rooms.iter().filter(|room| room.member_count > 0).count();
    let people = rooms.iter().map(|room| room.member_count).sum();
    people_in_rooms(people, store)
}

fn room_row(room: RoomSummary) -> AnyView {
    let is_empty = room.member_count == 0;
    let sleeper = is_empty.then(|| Looks::plain("pine", 46, (0, 0)).asleep());
    let crowd = room.members.iter().take(CROWD).map(|member| Looks::of(&member.id)).chain(sleeper);
    view! {
        <a class="room-row" href=room.room_id.path()>
            <span class="room-row__text">
                <span class="room-row__name">
                    <bdi>{room.title.clone()}</bdi>
                </span>
            </span>
            <span class="crowd" class:crowd--away=is_empty>
                {crowd.map(avatar).collect_view()}
            </span>
            <span class="room-row__count">
                <b>{room.member_count}</b>
                " "
                {if is_empty { "empty" } else { "here" }}
            </span>
        </a>
    }
    .into_any()
}
