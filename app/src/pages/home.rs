//! The front page: who you are, a way into a room, and where people talk.

use std::time::Duration;

use futures::join;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use leptos_router::components::Redirect;
use leptos_router::hooks::use_query_map;
use protocol::{RoomId, RoomSummary};

use crate::api::{self, ApiError};
use crate::components::avatar::{Looks, avatar};
use crate::components::brand::Brand;
use crate::components::name_tag::NameTag;
use crate::components::open_room::OpenRoomForm;
use crate::components::room_list::{RoomList, total};
use crate::components::theme_switch::ThemeSwitch;
use crate::erase::{changing, effect, words};

const REFRESH: Duration = Duration::from_secs(10);

/// The page at `/`. `/?roomId=123` leads to that room, as old links do.
#[component]
pub(crate) fn Home() -> impl IntoView {
    let query = use_query_map();
    let wanted = Memo::new(move |_| query.with(|query| RoomId::parse(query.get_str("roomId")?).ok()));
    changing(move || match wanted.get() {
        Some(room) => view! { <Redirect path=room.path() /> }.into_any(),
        None => view! { <Lobby /> }.into_any(),
    })
}

#[component]
fn Lobby() -> impl IntoView {
    let data = Resource::new(|| (), |()| async { join!(api::viewer(), api::rooms()) });
    view! {
        <Title text="Hubbub: live rooms" />
        <a class="skip" href="#main">
            "Skip to the rooms"
        </a>
        <div class="home">
            <header class="home__top">
                <h1>
                    <Brand />
                </h1>
                <ThemeSwitch />
            </header>
            <main class="home__main">
                <Suspense>
                    {move || Suspend::new(async move {
                        let (viewer, rooms) = data.await;
                        view! {
                            <section class="home__who" aria-label="You">
                                {viewer.ok().map(|viewer| view! { <NameTag viewer /> })}
                            </section>
                            <Door />
                            <Rooms rooms />
                        }
                    })}
                </Suspense>
            </main>
        </div>
    }
}

/// The one big plane of the page.
#[component]
fn Door() -> impl IntoView {
    const CROWD: [Looks; 4] = [
        Looks::plain("leaf", 60, (0, 0)).looking_up(),
        Looks::plain("plum", 45, (0, 0)).looking_up(),
        Looks::plain("tomato", 68, (-15, -15)),
        Looks::plain("sea", 50, (-15, -15)),
    ];
    view! {
        <section class="door" aria-labelledby="door">
            <h2 class="door__title" id="door">
                "Need a room?"
            </h2>
            <OpenRoomForm />
            <p class="door__invite">"Then send its link. Whoever has it can come in: no account, no app."</p>
            <div class="door__crowd">{CROWD.map(avatar).into_iter().collect_view()}</div>
        </section>
    }
}

#[component]
fn Rooms(rooms: Result<Vec<RoomSummary>, ApiError>) -> impl IntoView {
    let rooms = match rooms {
        Ok(rooms) => view! { <TalkingNow rooms /> }.into_any(),
        Err(error) => view! {
            <h2 class="rooms__title" id="rooms">
                "Talking now"
            </h2>
            <p class="quiet">{error.to_string()}</p>
        }
        .into_any(),
    };
    view! {
        <section class="rooms" id="main" tabindex="-1" aria-labelledby="rooms">
            {rooms}
        </section>
    }
}

#[component]
fn TalkingNow(rooms: Vec<RoomSummary>) -> impl IntoView {
    let rooms = RwSignal::new(rooms);
    effect(move || {
        let again = move || {
            spawn_local(async move {
                // A list that cannot be read again stays as it is.
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
                "Talking now"
            </h2>
            <span class="quiet small">{words(move || rooms.with(|rooms| total(rooms)))}</span>
        </div>
        <RoomList rooms />
    }
}
