//! A player's page: one screen at a time.

mod answer_form;
mod choosing;
mod focus;
mod nickname_form;
mod ordering;
mod question;
mod result;
mod sign;
mod standings;
mod waiting;
mod writing;

use leptos::prelude::*;
use protocol::Member;
use protocol::game::Phase;

use crate::api::games::{PlayPage, class_chat_path};
use crate::boxed_view::{derived, dynamic_text, dynamic_view, memo, optional_view};
use crate::components::avatar::{Looks, avatar};
use crate::components::notice::{Notice, NoticeTexts, asleep};
use crate::components::pill::Pill;
use crate::game_store::GameStore;
use crate::initial_state;
use crate::island::part;
use crate::state::ConnectionStatus;
use crate::state::game::{Board, Screen, texts};

/// The initial state of a player's page.
pub(crate) type InitialState = PlayPage;
/// The id of that state in the page.
pub(crate) const INITIAL_STATE: &str = "play-initial";

const NOTICES: NoticeTexts = NoticeTexts {
    pause: "The game cannot be reached right now. Nothing is lost: it continues by itself.",
    cut: "You are offline. Keep playing: your answer is sent when you are back.",
    wall: "Live updates are blocked, probably by this network. To play, try another network.",
};

part! {
    player_part:
    /// The whole of a player's page; it continues from the initial state of the page.
    PlayGame draws play_game,
}

fn play_game() -> Option<AnyView> {
    initial_state::load::<InitialState>(INITIAL_STATE).map(play)
}

fn play(page: PlayPage) -> AnyView {
    let place = PlayerPage { viewer: page.viewer.clone(), chat: class_chat_path(&page.pin) };
    let store = GameStore::play(page);
    let screen = memo(move || store.board.with(Board::screen));
    // The same screen in another round is rendered anew.
    let shown = memo(move || (store.board.with(|board| board.game.round), screen.get()));
    // When the game is over nothing more is missed.
    let connection_status = derived(move || match screen.get() {
        Screen::Ended | Screen::Out => ConnectionStatus::Resting,
        _ => store.connection_status.get(),
    });
    focus::follow(screen);
    let chat = place.chat.clone();
    view! {
        <div class="play">
            <main class="play__main" id="main">
                {dynamic_view(move || draw(store, shown.get().1, &place))}
            </main>
            <div class="play__notices">
                <Notice connection_status trouble=store.last_error.into() texts=NOTICES />
                {host_gone(store)} {called(store)}
            </div>
            {foot(store, chat)}
            <p class="unseen" role="status">
                {dynamic_text(move || announcement(store, screen.get()))}
            </p>
        </div>
    }
    .into_any()
}

/// What a screen needs besides the game.
struct PlayerPage {
    viewer: Member,
    /// The address of the class chat.
    chat: String,
}

fn draw(store: GameStore, screen: Screen, place: &PlayerPage) -> AnyView {
    match screen {
        Screen::Out => waiting::out(store),
        Screen::Nickname => nickname_form::nickname_form(store, &place.viewer),
        Screen::Waiting => waiting::entrance(store, &place.viewer),
        Screen::Lobby => waiting::lobby(store),
        Screen::Question(at) => question::question(store, at),
        Screen::Slide(_) => question::slide(store),
        Screen::Result(_) => result::result(store),
        Screen::Places(_) => standings::places(store),
        Screen::Unveiling => waiting::unveiling(store),
        Screen::Podium => waiting::podium(store),
        Screen::Ended => waiting::ended(store),
    }
}

/// The announcement for screen readers. A question has its own.
fn announcement(store: GameStore, screen: Screen) -> String {
    match screen {
        Screen::Question(_) => store.mark.get().to_owned(),
        Screen::Result(_) => store.board.with(|board| match (board.shown_outcome(), &board.game.reveal) {
            (Some(outcome), Some(reveal)) => texts::result(&outcome, reveal, board.game.scored),
            _ => String::new(),
        }),
        Screen::Waiting => store.board.with(|board| board.waits.clone().unwrap_or_default()),
        Screen::Unveiling => texts::UNVEILING.into(),
        Screen::Podium => store.board.with(texts::finish),
        Screen::Lobby if store.board.with(|board| board.game.round > 1) => {
            store.board.with(|board| texts::soon(board.game.round))
        }
        _ => String::new(),
    }
}

/// The notice while no host is connected: the game waits at the next reveal.
fn host_gone(store: GameStore) -> AnyView {
    let is_gone = memo(move || {
        store.board.with(|board| {
            board.me.is_some() && board.out.is_none() && !board.is_host_present && board.game.phase != Phase::Ended
        })
    });
    let sentence = move || {
        is_gone.get().then(|| asleep("The host is gone for a moment. The game waits, your points are safe.".into_any()))
    };
    view! { <div class="notices" role="status">{optional_view(sentence)}</div> }.into_any()
}

/// The notice of a name that a host has given this player.
fn called(store: GameStore) -> AnyView {
    let sentence = move || {
        let name = store.renamed_by_host.get()?.to_string();
        let stop = texts::full_stop(&name);
        let arch = store.board.with_untracked(|board| board.me.as_ref().map(|me| avatar(Looks::of(&me.id))));
        Some(
            view! {
                <p class="notice">
                    {arch} <span>"The host changed your name to " <bdi>{name}</bdi> {stop}</span>
                </p>
            }
            .into_any(),
        )
    };
    view! { <div class="notices" role="status">{optional_view(sentence)}</div> }.into_any()
}

/// The player's avatar, the connection, and the points.
fn foot(store: GameStore, chat: String) -> AnyView {
    // Somebody who was kicked has no points and needs no connection.
    let me = memo(move || store.board.with(|board| board.me.clone().filter(|_| board.out.is_none())));
    let points = memo(move || store.board.with(|board| board.game.scored.then(|| texts::points(board.score))));
    let has_chat = memo(move || store.board.with(|board| board.game.chat));
    let foot = move || {
        let me = me.get()?;
        let chat = chat.clone();
        let chat = move || {
            let link = view! {
                <a class="play__chat" href=chat.clone() target="_blank" rel="external" aria-label="Chat of the class">
                    "Chat"
                </a>
            };
            has_chat.get().then(|| link.into_any())
        };
        Some(
            view! {
                <footer class="play__me">
                    {avatar(Looks::of(&me.id))}
                    <bdi class="play__name">{me.name.to_string()}</bdi>
                    {optional_view(chat)}
                    <Pill connection_status=store.connection_status.into() />
                    <span class="play__points num">{dynamic_text(move || points.get().unwrap_or_default())}</span>
                </footer>
            }
            .into_any(),
        )
    };
    optional_view(foot)
}
