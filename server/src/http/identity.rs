//! Gives every visitor of a page a session.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use protocol::Member;

use crate::session::{Authors, Sessions, Visit, guest, is_session};

/// What tells who a visitor is.
pub struct Identity {
    /// Verifies the session cookie of a request, and signs new ones.
    pub sessions: Sessions,
    /// Renews the cookie of authors.
    pub authors: Authors,
}

/// Reads the session and puts the [`Member`] into the request's extensions; a new visitor becomes a guest.
/// The answer sets the cookie of a guest, or a renewed one, unless the handler itself sets one (a new name)
/// or the answer is a file.
pub async fn identity(State(identity): State<Arc<Identity>>, mut request: Request, next: Next) -> Response {
    let (member, cookies) = match identity.sessions.visit(request.headers()) {
        Some(Visit { member, is_due: false }) => (member, Vec::new()),
        Some(Visit { member, is_due: true }) => {
            let cookies = [
                identity.sessions.write(&member, request.headers()),
                identity.authors.renew(&member.id, request.headers()),
            ];
            (member, cookies.into_iter().flatten().collect())
        }
        None => {
            let member = guest();
            let cookie = identity.sessions.write(&member, request.headers());
            (member, cookie.into_iter().collect())
        }
    };
    request.extensions_mut().insert::<Member>(member);
    let mut response = next.run(request).await;
    if is_for_everybody(&response) {
        return response;
    }
    if !response.headers().get_all(header::SET_COOKIE).iter().any(is_session) {
        for cookie in cookies {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    if !has_no_store(&response) {
        // The answer depends on the session.
        let kept = axum::http::HeaderValue::from_static("private, no-cache");
        response.headers_mut().insert(header::CACHE_CONTROL, kept);
    }
    response
}

/// Whether an answer has stricter rules of its own.
fn has_no_store(response: &Response) -> bool {
    let kept = response.headers().get_all(header::CACHE_CONTROL);
    kept.iter().any(|kept| kept.to_str().is_ok_and(|kept| kept.contains("no-store")))
}

/// Whether an answer is a file of the site. Caches may keep it, so it sets no cookie.
fn is_for_everybody(response: &Response) -> bool {
    let kept = response.headers().get(header::CACHE_CONTROL);
    kept.is_some_and(|kept| kept.as_bytes().starts_with(b"public"))
}
