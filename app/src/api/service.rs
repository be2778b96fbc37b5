//! The trait that a server implements for the functions of this module.

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

/// The person of the request; in the context of every request.
#[derive(Clone, Debug)]
pub struct Viewer(pub Member);

/// The address of this site as the client reached it, without a slash at its end: `https://chat.example.org`;
/// in the context of every request.
#[derive(Clone, Debug)]
pub struct SiteAddress(pub String);

/// The viewer with a new name.
#[derive(Clone, Debug)]
pub struct Renamed {
    /// The person who asks, already under the new name.
    pub member: Member,
    /// The value of the `Set-Cookie` header with the new name.
    pub cookie: String,
}

/// A part of a room's log, about a page long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The newest messages of the room.
    Newest,
    /// The messages before that offset.
    Before(u64),
    /// The messages right after that offset; near the end of the log, some before it, too.
    After(u64),
}

/// The server behind the pages; in the context of every request as `Arc<dyn Service>`.
#[async_trait]
pub trait Service: Send + Sync {
    /// A page of a room's messages.
    async fn history(&self, room: &RoomId, part: Part) -> Result<HistoryPage, ApiError>;

    /// The room of that title, opened if there is none yet, and then listed or not.
    async fn open_room(&self, title: &str, listed: bool) -> Result<RoomId, ApiError>;

    /// Why the client may not list a room, as a sentence; `None` where they may.
    fn why_unlisted(&self) -> Option<&'static str>;

    /// The listed rooms, those with most people first.
    async fn rooms(&self) -> Result<Vec<RoomSummary>, ApiError>;

    /// The title of a room, and the first page of its members.
    async fn preview(&self, room: &RoomId) -> Result<RoomPreview, ApiError>;

    /// A page of a room's members, from the first or after somebody.
    async fn members(&self, room: &RoomId, after: Option<&UserId>) -> Result<MembersPage, ApiError>;

    /// The member of this room who could be taken for the viewer.
    fn namesake(&self, viewer: &Member, room: &RoomPreview) -> Option<Namesake>;

    /// Gives the viewer another name, also in the rooms that they are in.
    async fn rename(&self, viewer: &Member, name: Name) -> Result<Renamed, ApiError>;

    /// The running games that the client hosts, by its tokens: PINs and titles. Those that cannot be reached
    /// now are left out.
    async fn hosted_games(&self) -> Vec<(Pin, String)>;

    /// Ends the viewer's session on every node. Returns the values of the `Set-Cookie`
    /// headers that delete it.
    async fn sign_out(&self) -> Result<Vec<String>, ApiError>;

    /// Posts a message to a room, as a `message` frame would.
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

/// Sets the status for programs: the input was wrong, and the server did not fail.
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

/// The error for a body that is no text, or was longer than allowed.
pub(super) fn unreadable() -> ApiError {
    set_status(StatusCode::BAD_REQUEST);
    ApiError::Invalid("What was sent cannot be read: it is too long, or not written in UTF-8.".into())
}

/// A plain form is redirected to its page instead.
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

/// Makes the browser delete what pages stored in it, where it can (behind https): drafts and unsent messages.
pub(super) fn clear_site_data() {
    if let Some(response) = use_context::<ResponseOptions>() {
        let name = header::HeaderName::from_static("clear-site-data");
        response.insert_header(name, HeaderValue::from_static("\"storage\""));
    }
}
