//! A form that was sent without scripts and came back: what was wrong with it, and
//! what had been typed, for the page that it stands on.

use std::sync::Arc;

use leptos::prelude::use_context;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};

/// A form that came back; put into the context of the page that tells of it, as an `Arc`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnedForm {
    /// Where it was sent.
    pub sent_to: String,
    /// What was wrong, as a sentence.
    pub why: String,
    /// What was typed into those of its fields that may be shown again: names and values.
    pub typed: Vec<(String, String)>,
}

/// What was wrong with a form.
pub(crate) fn refused<Form: ServerFn>() -> Option<String> {
    refused_at(Form::PATH)
}

/// The same of a form that is no server function's, by where it was sent.
pub(crate) fn refused_at(path: &str) -> Option<String> {
    returned(path).map(|form| form.why.clone())
}

/// What was typed into a field of a form that came back.
pub(crate) fn typed<Form: ServerFn>(field: &str) -> Option<String> {
    let form = returned(Form::PATH)?;
    form.typed.iter().find(|(name, _)| name == field).map(|(_, value)| value.clone())
}

fn returned(path: &str) -> Option<Arc<ReturnedForm>> {
    use_context::<Arc<ReturnedForm>>().filter(|form| form.sent_to == path)
}
