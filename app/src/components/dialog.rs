//! Dialogs over the page: the browser's own, which keep the focus inside, close by Escape
//! and return the focus.

use leptos::ev::MouseEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;

/// A dialog of the page that can be opened and closed from several places.
#[derive(Clone, Copy)]
pub(crate) struct Dialog {
    element: NodeRef<html::Dialog>,
    is_open: RwSignal<bool>,
}

impl Dialog {
    /// A dialog that is closed.
    pub(crate) fn new() -> Self {
        Self { element: NodeRef::new(), is_open: RwSignal::new(false) }
    }

    /// Shows it over everything else.
    pub(crate) fn open(self) {
        self.is_open.set(true);
        if let Some(element) = self.element.get_untracked() {
            let _ = element.show_modal();
        }
    }

    /// Closes the dialog and hides its content.
    pub(crate) fn close(self) {
        if let Some(element) = self.element.get_untracked() {
            element.close();
        }
    }

    /// Whether it is open, for content that is rendered only then.
    pub(crate) fn is_open(self) -> bool {
        self.is_open.get()
    }

    /// The dialog's element. Its label is the part of `content` with the id `named_by`.
    pub(crate) fn view(self, class: &'static str, named_by: &'static str, content: AnyView) -> AnyView {
        view! {
            <dialog
                class=class
                aria-labelledby=named_by
                node_ref=self.element
                on:click=move |event| self.close_beside(&event)
                on:close=move |_| self.is_open.set(false)
            >
                {content}
            </dialog>
        }
        .into_any()
    }

    /// A click on the dialog element itself is one beside its content: so a dialog has no padding of its own.
    fn close_beside(self, event: &MouseEvent) {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if target.is_some_and(|target| target.tag_name() == "DIALOG") {
            self.close();
        }
    }
}
