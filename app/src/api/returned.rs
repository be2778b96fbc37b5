//! A form that was sent without scripts and refused: what was wrong with it, and what had been typed, for the
//! page with the form.

use std::sync::Arc;

use leptos::prelude::use_context;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};

/// A refused form; in the context of the page that shows the error, as an `Arc`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnedForm {
    /// The address that it was sent to.
    pub sent_to: String,
    /// What was wrong, as a sentence.
    pub why: String,
    /// The values of its fields that may be shown again, by their names.
    pub typed: Vec<(String, String)>,
}

/// The error of a form, if it was refused.
pub(crate) fn refused<Form: ServerFn>() -> Option<String> {
    refused_at(Form::PATH)
}

/// The same for a form that is no server function's, by its address.
pub(crate) fn refused_at(path: &str) -> Option<String> {
    returned(path).map(|form| form.why.clone())
}

/// The value that was typed into a field of a refused form.
pub(crate) fn typed<Form: ServerFn>(field: &str) -> Option<String> {
    let form = returned(Form::PATH)?;
    form.typed.iter().find(|(name, _)| name == field).map(|(_, value)| value.clone())
}

fn returned(path: &str) -> Option<Arc<ReturnedForm>> {
    use_context::<Arc<ReturnedForm>>().filter(|form| form.sent_to == path)
}
