//! The message after signing out, shown once.

use http::header;
use http::request::Parts;
use leptos::prelude::use_context;

use super::ApiError;
use super::service::set_cookie;

const COOKIE: &str = "signed-out";

/// Makes the next page of this browser show it.
pub(super) fn note() -> Result<(), ApiError> {
    set_cookie(&format!("{COOKIE}=yes; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"))
}

/// Whether the client has just signed out; a later page does not show it again.
pub(crate) fn has_signed_out() -> bool {
    let parts = use_context::<Parts>();
    let cookies = parts.iter().flat_map(|parts| parts.headers.get_all(header::COOKIE));
    let is_noted = cookies
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'))
        .any(|pair| pair.trim_ascii().strip_prefix(COOKIE.as_bytes()) == Some(b"=yes"));
    // If the cookie cannot be deleted, it expires within a minute.
    is_noted && set_cookie(&format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")).is_ok()
}
