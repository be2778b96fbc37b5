//! What the page after signing out says, once.

use http::header;
use http::request::Parts;
use leptos::prelude::use_context;

use super::ApiError;
use super::service::set_cookie;

const COOKIE: &str = "signed-out";

/// Has the next page of this browser say it.
pub(super) fn note() -> Result<(), ApiError> {
    set_cookie(&format!("{COOKIE}=yes; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"))
}

/// Whether whoever asks has just signed out; the page after that does not say it again.
pub(crate) fn has_signed_out() -> bool {
    let parts = use_context::<Parts>();
    let cookies = parts.iter().flat_map(|parts| parts.headers.get_all(header::COOKIE));
    let is_noted = cookies
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'))
        .any(|pair| pair.trim_ascii().strip_prefix(COOKIE.as_bytes()) == Some(b"=yes"));
    // A browser that cannot be told to forget it does so within the minute.
    is_noted && set_cookie(&format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")).is_ok()
}
