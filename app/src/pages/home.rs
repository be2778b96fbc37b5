//! The front page: who you are, ways into a room and into a game, and where
//! people talk.

use leptos::prelude::*;
use leptos_router::components::Redirect;
use leptos_router::hooks::use_query_map;
use protocol::{RoomId, RoomSummary};

use super::brand::Brand;
use super::crowd::crowd;
use crate::api::games::EnterGame;
use crate::api::quizzes::QUIZZES;
use crate::api::{self, ApiError, OpenRoom, Rename, SignOut, refused};
use crate::components::front::{JoinGame, ListedRooms, NameTag, OpenRoomForm};
use crate::components::game::join;
use crate::components::name_tag;
use crate::components::open_room;
use crate::components::room_list;
use crate::components::theme_switch::ThemeSwitch;
use crate::given::give;
use crate::page_styles::PageStyles;
use crate::page_title::{ABOUT, FrontTitle};

/// The page at `/`. `/?roomId=123` leads to that room, as old links do.
#[component]
pub(crate) fn Home() -> impl IntoView {
    let query = use_query_map();
    match query.with_untracked(|query| RoomId::parse(query.get_str("roomId")?).ok()) {
        Some(room) => view! { <Redirect path=room.path() /> }.into_any(),
        None => view! { <Lobby /> }.into_any(),
    }
}

#[component]
fn Lobby() -> impl IntoView {
    let data = Resource::new(|| (), |()| async { futures::join!(api::viewer(), api::rooms()) });
    view! {
        <FrontTitle />
        <PageStyles of="join" />
        <PageStyles of="home" />
        <a class="skip" href="#main">
            "Skip to the rooms"
        </a>
        <div class="home">
            <header class="home__top">
                <h1>
                    <Brand />
                </h1>
                <a class="home__way" href="/quizzes" rel="external">
                    "Your quizzes"
                </a>
                <ThemeSwitch />
            </header>
            <main class="home__main">
                <Suspense>
                    {move || Suspend::new(async move {
                        let (viewer, rooms) = data.await;
                        view! {
                            <section class="home__who" aria-label="You">
                                <p class="home__say">{ABOUT}</p>
                                {viewer.ok().map(|viewer| {
                                    view! {
                                        {give(name_tag::BEGINNING, (viewer, refused::<Rename>()))}
                                        <NameTag />
                                        {refused::<SignOut>().map(|why| view! { <p role="alert">{why}</p> })}
                                    }
                                })}
                            </section>
                            <section class="home__open" aria-label="Rooms to open">
                                {give(open_room::BEGINNING, (refused::<OpenRoom>(), api::may_list_rooms()))}
                                <OpenRoomForm />
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
    view! {
        <section class="door" aria-labelledby="door">
            <h2 class="door__title" id="door">
                "Playing a quiz?"
            </h2>
            {give(join::BEGINNING, refused::<EnterGame>())}
            <JoinGame />
            <p class="door__invite">
                "Teaching? " <a href=QUIZZES rel="external">
                    "Make a quiz"
                </a>
            </p>
            <div class="door__crowd">{crowd()}</div>
        </section>
    }
}

#[component]
fn Rooms(rooms: Result<Vec<RoomSummary>, ApiError>) -> impl IntoView {
    let rooms = match rooms {
        Ok(rooms) => view! {
            {give(room_list::BEGINNING, rooms)}
            <ListedRooms />
        }
        .into_any(),
        Err(error) => view! {
            <h2 class="rooms__title" id="rooms">
                "Rooms"
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
