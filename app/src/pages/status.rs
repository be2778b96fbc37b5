//! The page's HTTP status: for programs what the words are for people.

use http::StatusCode;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

/// There is nothing at this address.
pub(super) fn not_found() {
    set(StatusCode::NOT_FOUND);
}

/// There were too many requests.
pub(super) fn too_many() {
    set(StatusCode::TOO_MANY_REQUESTS);
}

/// The server cannot render the page just now.
pub(super) fn unavailable() {
    set(StatusCode::SERVICE_UNAVAILABLE);
}

fn set(status: StatusCode) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status);
    }
}
