//! The server functions, which pages call over HTTP, with or without wasm.
//!
//! Every function is a POST with an address of its own, so a tab that was
//! opened before an update still finds it. Origin and Sec-Fetch-Site are
//! checked by the server before any of these run.

// `#[server]` makes a struct of each list of arguments, which cannot be documented.
#![allow(missing_docs)]

use leptos::prelude::*;
use protocol::{HistoryPage, Member, MembersPage, MessageId, Namesake, RoomId, RoomPreview, RoomSummary, UserId};
use serde::{Deserialize, Serialize};

use crate::theme::Theme;

mod error;
#[cfg(feature = "ssr")]
mod farewell;
pub mod formulas;
pub mod games;
mod json;
pub mod quizzes;
#[cfg(feature = "ssr")]
mod returned;
#[cfg(feature = "ssr")]
mod service;

pub use error::ApiError;
#[cfg(feature = "ssr")]
pub(crate) use farewell::has_signed_out;
use json::Json;
#[cfg(feature = "ssr")]
pub use returned::ReturnedForm;
#[cfg(feature = "ssr")]
pub(crate) use returned::{refused, refused_at, typed};
#[cfg(feature = "ssr")]
pub use service::{Part, Renamed, Service, SiteAddress, Viewer};

/// The initial state of a room's page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoomPage {
    /// The person who views the page.
    pub viewer: Member,
    /// The room and its members.
    pub preview: RoomPreview,
    /// The newest messages, or those around a linked one.
    pub history: HistoryPage,
    /// The id of the message that the plain form would send.
    pub next_id: MessageId,
    /// The offset of the message that a link named.
    pub linked: Option<u64>,
    /// A sentence about that for the reader.
    pub notice: Option<String>,
    /// Another member whose name is the reader's, or looks the same, if the reader is not in the room yet.
    pub namesake: Option<Namesake>,
}

/// The person who asks.
///
/// # Errors [`ApiError::Other`] where the request has no session.
#[server(name = ReadViewer, prefix = "/api", output = Json, endpoint = "viewer")]
pub async fn viewer() -> Result<Member, ApiError> {
    service::viewer()
}

/// The initial state of a room's page.
///
/// # Errors [`ApiError::Unavailable`] while the log or presence cannot be reached.
#[server(name = ReadRoom, prefix = "/api", output = Json, endpoint = "room")]
pub async fn room(room: RoomId) -> Result<RoomPage, ApiError> {
    room_at(room, Part::Newest).await
}

/// The same, with another part of the messages.
#[cfg(feature = "ssr")]
pub(crate) async fn room_at(room: RoomId, part: Part) -> Result<RoomPage, ApiError> {
    let (viewer, service) = (service::viewer()?, service::service()?);
    let (history, preview) =
        futures::try_join!(service.history(&room, part), service.preview(&room)).map_err(service::with_status)?;
    // Only the later of two namesakes is told.
    let is_here = preview.members.iter().any(|member| member.id == viewer.id);
    let namesake = if is_here { None } else { service.namesake(&viewer, &preview) };
    let next_id = service.message_id();
    Ok(RoomPage { viewer, preview, history, next_id, linked: None, notice: None, namesake })
}

/// A member who could be taken for the viewer; `None` where that cannot be found out now.
#[cfg(feature = "ssr")]
pub(crate) async fn namesake(room: &RoomId) -> Option<Namesake> {
    let (viewer, service) = (service::viewer().ok()?, service::service().ok()?);
    service.namesake(&viewer, &service.preview(room).await.ok()?)
}

/// The messages before the offset `before`, or right after the offset `after`; with neither: the newest.
///
/// # Errors [`ApiError::Unavailable`] while the log cannot be reached.
#[server(name = ReadHistory, prefix = "/api", output = Json, endpoint = "history")]
pub async fn history(room: RoomId, before: Option<u64>, after: Option<u64>) -> Result<HistoryPage, ApiError> {
    let part = match (before, after) {
        (Some(before), _) => Part::Before(before),
        (None, Some(after)) => Part::After(after),
        (None, None) => Part::Newest,
    };
    service::service()?.history(&room, part).await.map_err(service::with_status)
}

/// The listed rooms, those with most people first.
///
/// # Errors [`ApiError::Unavailable`] while they cannot be read.
#[server(name = ReadRooms, prefix = "/api", output = Json, endpoint = "rooms")]
pub async fn rooms() -> Result<Vec<RoomSummary>, ApiError> {
    service::service()?.rooms().await.map_err(service::with_status)
}

/// The people in a room, without entering it.
///
/// # Errors [`ApiError::Unavailable`] while they cannot be read.
#[server(name = ReadPreview, prefix = "/api", output = Json, endpoint = "preview")]
pub async fn preview(room: RoomId) -> Result<RoomPreview, ApiError> {
    service::service()?.preview(&room).await.map_err(service::with_status)
}

/// A page of a room's members, in the order of their ids: the first one, or the one after somebody.
/// Needs no entering either.
///
/// # Errors [`ApiError::Unavailable`] while they cannot be read.
#[server(name = ReadMembers, prefix = "/api", output = Json, endpoint = "members")]
pub async fn members(room: RoomId, after: Option<UserId>) -> Result<MembersPage, ApiError> {
    service::service()?.members(&room, after.as_ref()).await.map_err(service::with_status)
}

/// Opens the room that people call `title`, and redirects there. `listed`: whether it is shown on the home
/// page, if there was no such room before.
///
/// # Errors
/// [`ApiError::Invalid`] says what is wrong with the title, or with listing it.
#[server(name = OpenRoom, prefix = "/api", output = Json, endpoint = "open-room")]
pub async fn open_room(title: String, #[server(default)] listed: bool) -> Result<RoomId, ApiError> {
    let room = service::service()?.open_room(title.trim(), listed).await.map_err(service::with_status)?;
    leptos_axum::redirect(&room.path());
    Ok(room)
}

/// Why the viewer may not list a room, as a sentence; `None` where they may.
#[cfg(feature = "ssr")]
pub(crate) fn why_unlisted() -> Option<String> {
    service::service().ok()?.why_unlisted().map(ToOwned::to_owned)
}

/// The running games that the viewer hosts, by the browser's cookies: PINs and titles.
#[cfg(feature = "ssr")]
pub(crate) async fn hosted_games() -> Vec<(protocol::Pin, String)> {
    match service::service() {
        Ok(service) => service.hosted_games().await,
        Err(_) => Vec::new(),
    }
}

/// Gives the viewer another name, stored in the session's cookie.
///
/// # Errors [`ApiError::Invalid`] says what is wrong with the name.
#[server(name = Rename, prefix = "/api", output = Json, endpoint = "rename")]
pub async fn rename(name: String) -> Result<Member, ApiError> {
    let (viewer, service) = (service::viewer()?, service::service()?);
    let name = protocol::Name::parse(&name).map_err(|why| service::with_status(ApiError::name(why, &name)))?;
    let renamed = service.rename(&viewer, name).await.map_err(service::with_status)?;
    service::set_cookie(&renamed.cookie)?;
    Ok(renamed.member)
}

/// Ends the viewer's session, and redirects to the home page as somebody new.
///
/// # Errors [`ApiError::Unavailable`] while it cannot be ended everywhere; then it goes on.
#[server(name = SignOut, prefix = "/api", output = Json, endpoint = "sign-out")]
pub async fn sign_out() -> Result<(), ApiError> {
    let cookies = service::service()?.sign_out().await.map_err(service::with_status)?;
    cookies.iter().try_for_each(|cookie| service::set_cookie(cookie))?;
    service::clear_site_data();
    farewell::note()?;
    leptos_axum::redirect("/");
    Ok(())
}

/// Posts a message by a plain form, and redirects back to the room. If the id was used for another text (a
/// browser that goes back shows the form as it was), the text gets a new one.
///
/// # Errors
/// [`ApiError::Refused`] where the room would refuse the message.
#[server(name = Say, prefix = "/api", output = Json, endpoint = "say")]
pub async fn say(room: RoomId, id: MessageId, message: String) -> Result<(), ApiError> {
    let (viewer, service) = (service::viewer()?, service::service()?);
    service.say(&viewer, &room, id, message).await.map_err(service::with_status)?;
    leptos_axum::redirect(&room.path());
    Ok(())
}

/// Stores the choice of colours in a cookie, for browsers without wasm.
///
/// # Errors Never its own.
#[server(name = ChooseTheme, prefix = "/api", output = Json, endpoint = "theme")]
pub async fn choose_theme(theme: Theme) -> Result<(), ApiError> {
    service::set_cookie(&theme.cookie())
}
