//! A button that shares the link of this page.

use std::time::Duration;

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{HtmlDocument, HtmlTextAreaElement};

use super::icon::{CHECK, COPY, icon};
use crate::boxed_view::{dynamic_text, effect, optional_view};
use crate::device;

const TOAST: Duration = Duration::from_secs(4);

/// Copies the link of the page, and says so; a phone opens its share sheet.
#[component]
pub(crate) fn CopyLink() -> impl IntoView {
    let (said, set_said) = signal(None::<&'static str>);
    let (has_sheet, set_has_sheet) = signal(false);
    effect(move || set_has_sheet.set(device::has_share_sheet()));
    let send = move |_| {
        if has_sheet.get_untracked() {
            device::open_share_sheet();
            return;
        }
        let is_copied = copy_address().unwrap_or(false);
        set_said.set(Some(if is_copied { "Link copied" } else { "Copy it from the address bar" }));
        set_timeout(
            move || {
                set_said.try_set(None);
            },
            TOAST,
        );
    };
    let toast = optional_view(move || {
        said.get().map(|said| view! { <span class="toast">{icon(CHECK)} {said}</span> }.into_any())
    });
    view! {
        <button class="button button--quiet needs-script" type="button" on:click=send>
            {icon(COPY)}
            {dynamic_text(move || if has_sheet.get() { "Share" } else { "Copy the link" })}
        </button>
        <div class="toasts" role="status">
            {toast}
        </div>
    }
}

/// By selecting and copying, as a person would: the newer API is refused on pages without https, such as a
/// server in the classroom.
fn copy_address() -> Option<bool> {
    let document: HtmlDocument = document().dyn_into().ok()?;
    let before = document.active_element();
    let field: HtmlTextAreaElement = document.create_element("textarea").ok()?.dyn_into().ok()?;
    field.set_class_name("unseen");
    field.set_value(&window().location().href().ok()?);
    let body = document.body()?;
    body.append_child(&field).ok()?;
    field.select();
    let is_copied = document.exec_command("copy").ok();
    field.remove();
    if let Some(before) = before.and_then(|before| before.dyn_into::<leptos::web_sys::HtmlElement>().ok()) {
        let _ = before.focus();
    }
    is_copied
}
