//! What was wrong with a form that was sent without scripts.

use leptos::prelude::use_context;
use leptos::server::ServerActionError;
use leptos::server_fn::ServerFn;
use leptos::server_fn::error::ServerFnUrlError;

use super::ApiError;

/// What was wrong, as the address of the page that the form led back to tells.
pub(crate) fn refused<Form: ServerFn>() -> Option<String> {
    refused_at(Form::PATH)
}

/// The same of a form that is no server function's, by where it was sent.
pub(crate) fn refused_at(path: &str) -> Option<String> {
    let error = use_context::<ServerActionError>().filter(|error| error.path() == path)?;
    Some(ServerFnUrlError::<ApiError>::decode_err(error.err()).to_string())
}
