//! What a server provides so that the functions of this module can answer.

use std::sync::Arc;

use async_trait::async_trait;
use http::request::Parts;
use http::{HeaderValue, StatusCode, header};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use protocol::{
    ErrorCode, HistoryPage, Member, MembersPage, MessageId, Name, Namesake, Pin, RoomId, RoomPreview, RoomSummary,
    UserId,
};

use super::ApiError;

/// Who the request comes from; put into the context of every request.
#[derive(Clone, Debug)]
pub struct Viewer(pub Member);

/// Where whoever asks reached this site, without a slash at its end: `https://chat.example.org`; put into the
/// context of every request.
#[derive(Clone, Debug)]
pub struct SiteAddress(pub String);

/// A viewer with a new name.
#[derive(Clone, Debug)]
pub struct Renamed {
    /// The person who asks.
    pub member: Member,
    /// The value of the `Set-Cookie` header that keeps it.
    pub cookie: String,
}

/// A part of what was said in a room, about a page long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What was said last.
    Newest,
    /// What was said before the message at that offset.
    Before(u64),
    /// What was said right after it; near the end of the log, some of what came before, too.
    After(u64),
}

/// The server behind the pages; put into the context of every request as
/// `Arc<dyn Service>`.
#[async_trait]
pub trait Service: Send + Sync {
    /// A page of what was said.
    async fn history(&self, room: &RoomId, part: Part) -> Result<HistoryPage, ApiError>;

    /// The room of that title, opened where there is none yet, and then listed or not.
    async fn open_room(&self, title: &str, listed: bool) -> Result<RoomId, ApiError>;

    /// Why whoever asks may not have a room listed, as a sentence; `None` where they may.
    fn why_unlisted(&self) -> Option<&'static str>;

    /// The listed rooms, the liveliest first.
    async fn rooms(&self) -> Result<Vec<RoomSummary>, ApiError>;

    /// Who is in a room.
    async fn preview(&self, room: &RoomId) -> Result<RoomPreview, ApiError>;

    /// A page of who is in a room, from the first or after somebody.
    async fn members(&self, room: &RoomId, after: Option<&UserId>) -> Result<MembersPage, ApiError>;

    /// Whom the viewer could be taken for in a room that looks like this.
    fn namesake(&self, viewer: &Member, room: &RoomPreview) -> Option<Namesake>;

    /// Gives the viewer another name, in the rooms they are in too.
    async fn rename(&self, viewer: &Member, name: Name) -> Result<Renamed, ApiError>;

    /// The running games that whoever asks hosts by the tokens that they bring: PINs and titles. What
    /// cannot be reached now is left out.
    async fn hosted_games(&self) -> Vec<(Pin, String)>;

    /// Ends the viewer's session on every node. Gives the values of the
    /// `Set-Cookie` headers that make them forget it.
    async fn sign_out(&self) -> Result<Vec<String>, ApiError>;

    /// Says something in a room, as a socket's `message` would.
    async fn say(&self, viewer: &Member, room: &RoomId, id: MessageId, text: String) -> Result<(), ApiError>;

    /// A random id for a message about to be written.
    fn message_id(&self) -> MessageId;
}

pub(super) fn viewer() -> Result<Member, ApiError> {
    use_context::<Viewer>().map(|viewer| viewer.0).ok_or(ApiError::Other)
}

pub(super) fn service() -> Result<Arc<dyn Service>, ApiError> {
    use_context::<Arc<dyn Service>>().ok_or(ApiError::Other)
}

/// Tells programs too that what was typed cannot be taken, and not that the
/// server failed.
pub(super) fn with_status(error: ApiError) -> ApiError {
    let status = match &error {
        _ if error.is_too_many() => StatusCode::TOO_MANY_REQUESTS,
        ApiError::Refused(refusal) if refusal.code == ErrorCode::Full => StatusCode::SERVICE_UNAVAILABLE,
        ApiError::Invalid(_) | ApiError::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
        ApiError::Stale { .. } => StatusCode::CONFLICT,
        ApiError::Missing => StatusCode::NOT_FOUND,
        ApiError::KeyNeeded => StatusCode::FORBIDDEN,
        ApiError::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ApiError::RateLimited { .. } | ApiError::Other => return error,
    };
    set_status(status);
    if let (Some(seconds), Some(response)) = (error.retry_after_seconds(), use_context::<ResponseOptions>()) {
        response.insert_header(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    error
}

/// A body that is no text, or was longer than is read.
pub(super) fn unreadable() -> ApiError {
    set_status(StatusCode::BAD_REQUEST);
    ApiError::Invalid("What was sent cannot be read: it is too long, or not written in UTF-8.".into())
}

/// A plain form is led back to its page instead.
fn set_status(status: StatusCode) {
    let accept = use_context::<Parts>().and_then(|parts| parts.headers.get(header::ACCEPT).cloned());
    let is_form = accept.is_some_and(|accept| String::from_utf8_lossy(accept.as_bytes()).contains("text/html"));
    if let (Some(response), false) = (use_context::<ResponseOptions>(), is_form) {
        response.set_status(status);
    }
}

pub(super) fn set_cookie(cookie: &str) -> Result<(), ApiError> {
    let response = use_context::<ResponseOptions>().ok_or(ApiError::Other)?;
    let value = HeaderValue::from_str(cookie).map_err(|_| ApiError::Other)?;
    response.append_header(header::SET_COOKIE, value);
    Ok(())
}

/// Lets the browser forget what the pages kept in it, where it can (behind
/// https): what was being written, and what was not sent yet.
pub(super) fn clear_site_data() {
    if let Some(response) = use_context::<ResponseOptions>() {
        let name = header::HeaderName::from_static("clear-site-data");
        response.insert_header(name, HeaderValue::from_static("\"storage\""));
    }
}
