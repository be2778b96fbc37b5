//! The calls of the pages of games, with or without wasm.
//!
//! The game itself is played over its WebSocket; these calls lead there, and give the initial state of its
//! pages. Nothing here contains a right answer.

use leptos::prelude::*;
use protocol::game::Game;
use protocol::game::frame::{Joined, Player};
use protocol::{Member, Pin, QuizId, ResultsId, RoomId};
use serde::{Deserialize, Serialize};

use super::ApiError;
use super::json::Json;
#[cfg(feature = "ssr")]
use super::quizzes::RESULTS;
#[cfg(feature = "ssr")]
use super::service;

#[cfg(feature = "ssr")]
mod game_service;

#[cfg(feature = "ssr")]
pub use game_service::{GameService, HostView, Hosted, PlayView};

/// The initial state of a host's page. Afterwards it follows the socket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HostPage {
    /// The PIN that stands on the wall.
    pub pin: Pin,
    /// The complete address of the players' page: `https://example.org/play/482915`.
    pub join_address: String,
    /// The game as everybody sees it.
    pub game: Game,
    /// The version of `game`: a frame with a higher one replaces it.
    pub version: u64,
    /// The players in the order of their seats, at most 2,000 of them.
    pub players: Vec<Player>,
    /// How many have answered the open question.
    pub answered: usize,
    /// The server's clock, in milliseconds since 1970.
    pub now: u64,
    /// The quiz, for the game's owner: the results are theirs, and so is the choice of another quiz.
    /// `None` for other hosts.
    pub quiz: Option<QuizId>,
}

/// The initial state of a player's page. Afterwards it follows the socket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlayPage {
    /// The person who views the page.
    pub viewer: Member,
    /// The PIN that the player has typed or followed.
    pub pin: Pin,
    /// The title of its quiz.
    pub title: String,
    /// The game as `joined` would describe it to this player; `None` without a seat.
    pub seat: Option<Joined>,
}

/// Begins a game, and redirects its host to `/host/482915`.
///
/// # Errors [`ApiError::Refused`] where the quiz cannot be played, or not by the viewer.
#[server(name = HostGame, prefix = "/api", output = Json, endpoint = "host-game")]
pub async fn host_game(quiz: QuizId) -> Result<Pin, ApiError> {
    let (viewer, games) = (service::viewer()?, game_service::service()?);
    let hosted = games.host(&viewer, &quiz).await.map_err(service::with_status)?;
    service::set_cookie(&hosted.cookie)?;
    leptos_axum::redirect(&format!("/host/{}", hosted.pin));
    Ok(hosted.pin)
}

/// Plays again with the class of a game that is over, and redirects its host back there: `/host/482915`.
/// Without `quiz` the same one is played, as it was saved last.
///
/// # Errors
/// [`ApiError::Refused`] while the game goes on, for somebody who does not host it, and where the
/// quiz cannot be played.
#[server(name = PlayAgain, prefix = "/api", output = Json, endpoint = "play-again")]
pub async fn play_again(pin: Pin, quiz: Option<QuizId>) -> Result<(), ApiError> {
    let (viewer, games) = (service::viewer()?, game_service::service()?);
    games.again(&viewer, &pin, quiz.as_ref()).await.map_err(service::with_status)?;
    leptos_axum::redirect(&format!("/host/{pin}"));
    Ok(())
}

/// Makes the client a host by a code that another host got, and redirects there.
///
/// # Errors
/// [`ApiError::Invalid`] for a text that is no PIN, [`ApiError::Refused`] for a code that is wrong,
/// used or too old.
#[server(name = TakeOver, prefix = "/api", output = Json, endpoint = "take-over")]
pub async fn take_over(pin: String, code: String) -> Result<Pin, ApiError> {
    let pin = parse_pin(&pin)?;
    let viewer = service::viewer()?;
    let hosted = game_service::service()?.take_over(&viewer, &pin, &code).await.map_err(service::with_status)?;
    service::set_cookie(&hosted.cookie)?;
    leptos_axum::redirect(&format!("/host/{}", hosted.pin));
    Ok(hosted.pin)
}

/// Redirects the owner of a game to its results, `/results/{id}`, and stores them if they are not stored yet.
///
/// # Errors
/// [`ApiError::Refused`] while the game goes on, for somebody else's game, and where there are no results.
#[server(name = OpenResults, prefix = "/api", output = Json, endpoint = "game-results")]
pub async fn game_results(pin: Pin) -> Result<ResultsId, ApiError> {
    let (viewer, games) = (service::viewer()?, game_service::service()?);
    let results = games.results(&viewer, &pin).await.map_err(service::with_status)?;
    leptos_axum::redirect(&format!("{RESULTS}/{results}"));
    Ok(results)
}

/// Finds the game of a PIN, however it is spaced, and redirects its player there: `/play/482915`.
///
/// # Errors
/// [`ApiError::Invalid`] for a text that is no PIN, [`ApiError::Refused`] where there is no such game,
/// [`ApiError::RateLimited`] while many wait because of wrong PINs.
#[server(name = EnterGame, prefix = "/api", output = Json, endpoint = "enter-game")]
pub async fn enter_game(pin: String) -> Result<Pin, ApiError> {
    let pin = parse_pin(&pin)?;
    let (viewer, games) = (service::viewer()?, game_service::service()?);
    games.find(&viewer, &pin).await.map_err(service::with_status)?;
    leptos_axum::redirect(&format!("/play/{pin}"));
    Ok(pin)
}

/// The path of the page that redirects to the class chat of a game.
pub(crate) fn class_chat_path(pin: &Pin) -> String {
    format!("/play/{pin}/chat")
}

/// Redirects players and hosts of a game to its class chat.
///
/// # Errors [`ApiError::Refused`] for everybody else, whether the game exists or not.
#[server(name = OpenClassChat, prefix = "/api", output = Json, endpoint = "class-chat")]
pub async fn class_chat(pin: Pin) -> Result<RoomId, ApiError> {
    let (viewer, games) = (service::viewer()?, game_service::service()?);
    let room = games.class_chat(&viewer, &pin).await.map_err(service::with_status)?;
    leptos_axum::redirect(&room.path());
    Ok(room)
}

/// The initial state of a host's page.
///
/// # Errors [`ApiError::Refused`] where there is no such game, or the client is no host of it.
#[server(name = ReadHostPage, prefix = "/api", output = Json, endpoint = "host-page")]
pub async fn host_page(pin: Pin) -> Result<HostPage, ApiError> {
    let (viewer, games) = (service::viewer()?, game_service::service()?);
    let view = games.host_page(&viewer, &pin).await.map_err(service::with_status)?;
    service::set_cookie(&view.cookie)?;
    Ok(view.page)
}

/// The initial state of a player's page.
///
/// # Errors [`ApiError::Refused`] where there is no such game, or the player was kicked.
#[server(name = ReadPlayPage, prefix = "/api", output = Json, endpoint = "play-page")]
pub async fn play_page(pin: Pin) -> Result<PlayPage, ApiError> {
    let (viewer, games) = (service::viewer()?, game_service::service()?);
    let view = games.play_page(&viewer, &pin).await.map_err(service::with_status)?;
    service::set_cookie(&view.cookie)?;
    Ok(view.page)
}

/// The game that the viewer went to last, while it goes on with them: its PIN and its title.
#[cfg(feature = "ssr")]
pub(crate) async fn open_game() -> Option<(Pin, String)> {
    let (viewer, games) = (service::viewer().ok()?, game_service::service().ok()?);
    games.open_game(&viewer).await
}

#[cfg(feature = "ssr")]
fn parse_pin(text: &str) -> Result<Pin, ApiError> {
    Pin::parse(text).map_err(|_| {
        service::with_status(ApiError::Invalid("A PIN has six digits. Look at the big screen again.".into()))
    })
}
