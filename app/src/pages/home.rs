//! The front page: who you are, ways into a room and into a game,
//! and where people talk.

use leptos::prelude::*;
use leptos_router::components::Redirect;
use leptos_router::hooks::use_query_map;
use protocol::{Member, Pin, RoomId, RoomSummary};

use super::brand::Brand;
use super::crowd::crowd;
use super::still_open::still_open;
use crate::api::games::{EnterGame, open_game};
use crate::api::quizzes::QUIZZES;
use crate::api::{self, ApiError, OpenRoom, Rename, SignOut, refused, typed};
use crate::components::front::{JoinGame, ListedRooms, NameTag, OpenRoomForm};
use crate::components::game::join;
use crate::components::name_tag;
use crate::components::notice::asleep;
use crate::components::open_room;
use crate::components::room_list;
use crate::components::theme_switch::ThemeSwitch;
use crate::initial_state;
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
    let data = Resource::new(
        || (),
        |()| async { futures::join!(api::viewer(), api::rooms(), api::hosted_games(), open_game()) },
    );
    let has_signed_out = api::has_signed_out();
    view! {
        <FrontTitle />
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
                        let (viewer, rooms, games, open_game) = data.await;
                        view! {
                            <section class="home__who" aria-label="You">
                                <p class="home__say">{ABOUT}</p>
                                {has_signed_out.then(signed_out)}
                                {viewer.ok().map(|viewer| {
                                    view! {
                                        {initial_state::embed(name_tag::INITIAL_STATE, name_tag_initial(viewer, &games))}
                                        <NameTag />
                                        {refused::<SignOut>().map(|why| view! { <p role="alert">{why}</p> })}
                                    }
                                })}
                                {open_game.map(still_open)}
                            </section>
                            <section class="home__open" aria-label="Rooms to open">
                                {initial_state::embed(open_room::INITIAL_STATE, open_room_initial())}
                                <OpenRoomForm />
                            </section>
                            <PinForm />
                            <Rooms rooms />
                        }
                    })}
                </Suspense>
            </main>
        </div>
    }
}

/// The message for somebody who has signed out.
fn signed_out() -> AnyView {
    let sentence = "You are signed out. Here you are a new guest, under another name.";
    view! { <div class="home__told" role="status">{asleep(sentence.into_any())}</div> }.into_any()
}

/// The initial state of the field with the viewer's name. `games`: those that they host.
pub(super) fn name_tag_initial(viewer: Member, games: &[(Pin, String)]) -> name_tag::InitialState {
    (viewer, refused::<Rename>(), typed::<Rename>("name"), at_stake(games))
}

/// The initial state of the form that opens a room.
fn open_room_initial() -> open_room::InitialState {
    let is_listed = typed::<OpenRoom>("listed").is_some();
    (refused::<OpenRoom>(), api::why_unlisted(), typed::<OpenRoom>("title"), is_listed)
}

/// The games that lose their host when the viewer signs out, as a sentence: titles and PINs.
fn at_stake(games: &[(Pin, String)]) -> Option<String> {
    // Marks around a title keep its direction to itself.
    let named = games.iter().map(|(pin, title)| format!("“\u{2068}{title}\u{2069}” (PIN {})", pin.spaced()));
    let named = named.collect::<Vec<_>>().join(", ");
    match games {
        [] => None,
        [_] => Some(format!("You are hosting a game right now: {named}. Signed out, you cannot host it any more.")),
        _ => Some(format!("You are hosting games right now: {named}. Signed out, you cannot host them any more.")),
    }
}

/// The one big plane of the page.
#[component]
fn PinForm() -> impl IntoView {
    view! {
        <section class="door" aria-labelledby="door">
            <h2 class="door__title" id="door">
                "Playing a quiz?"
            </h2>
            {initial_state::embed(join::INITIAL_STATE, (refused::<EnterGame>(), typed::<EnterGame>("pin")))}
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
            {initial_state::embed(room_list::INITIAL_STATE, (rooms, api::why_unlisted().is_none()))}
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_signs_out_reads_which_games_lose_their_host() {
        let game = |pin: &str, title: &str| (Pin::parse(pin).unwrap(), title.to_owned());
        assert_eq!(at_stake(&[]), None);
        let one = at_stake(&[game("482915", "Planets")]).unwrap();
        assert!(one.contains("a game right now") && one.contains("Planets") && one.contains("482"), "{one}");
        let two = at_stake(&[game("482915", "Planets"), game("123456", "Sums")]).unwrap();
        assert!(two.contains("games right now") && two.contains("Planets") && two.contains("Sums"), "{two}");
    }
}
