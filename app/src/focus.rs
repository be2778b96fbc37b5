//! Where the reader's keys go.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

/// Leads the focus to the first that `selector` finds. What is not there cannot
/// be written in or pressed; nothing else is lost.
pub(crate) fn lead_to(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(found) = found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
        let _ = found.focus();
    }
}
