//! Keeps the focus near a row that is removed while it has it. The browser would move it to the
//! beginning of the page.

use leptos::ev::FocusEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;

use crate::boxed_view::effect;
use crate::focus::focus_first;

/// The rows of one list, and which of them has the focus.
#[derive(Clone, Copy)]
pub(crate) struct RowFocus {
    keys: StoredValue<Vec<String>>,
    /// The key of the row; `None` for something else beside the list.
    focused: StoredValue<Option<String>>,
}

/// Selectors of the rows, and of where the focus goes when none is left: the first that exists.
#[derive(Clone, Copy)]
pub(crate) struct Rows {
    pub(crate) list: &'static str,
    pub(crate) instead: &'static [&'static str],
}

impl RowFocus {
    /// Follows a list with these keys from now on.
    pub(crate) fn follow(keys: impl Fn() -> Vec<String> + 'static, rows: Rows) -> Self {
        let focus = Self { keys: StoredValue::new(Vec::new()), focused: StoredValue::new(None) };
        effect(move || {
            let now = keys();
            let before = focus.keys.get_value();
            focus.keys.set_value(now.clone());
            let Some(focused) = focus.focused.get_value() else { return };
            let next = match before.iter().position(|key| *key == focused) {
                Some(_) if now.contains(&focused) => return,
                Some(at) => now.len().checked_sub(1).map(|last| at.min(last)),
                None => None,
            };
            // After the rows are rendered.
            request_animation_frame(move || focus.lead_on(rows, next));
        });
        focus
    }

    /// Notes that an element in the list, or beside it, has the focus.
    pub(crate) fn enter(self, event: &FocusEvent) {
        let row = element(event).and_then(|element| element.closest("li").ok().flatten());
        let at = row.map(|row| {
            std::iter::successors(row.previous_element_sibling(), Element::previous_element_sibling).count()
        });
        let key = at.and_then(|at| self.keys.with_value(|keys| keys.get(at).cloned()));
        self.focused.set_value(Some(key.unwrap_or_default()));
    }

    /// Notes that it has lost the focus: because the reader left it, or because it was removed.
    pub(crate) fn leave(self, event: &FocusEvent) {
        let Some(left) = element(event) else { return };
        queue_microtask(move || {
            if left.is_connected() {
                self.focused.try_update_value(|focused| *focused = None);
            }
        });
    }

    /// Moves the focus to the first button of a row, or out of the list, unless another element
    /// has it by now.
    fn lead_on(self, rows: Rows, next: Option<usize>) {
        if document().active_element().is_some_and(|active| active.tag_name() != "BODY") {
            return;
        }
        self.focused.try_update_value(|focused| *focused = None);
        let row = next.map(|at| format!("{} > :nth-child({}) button", rows.list, at + 1));
        let is_there = |selector: &&str| matches!(document().query_selector(selector), Ok(Some(_)));
        if let Some(found) = row.as_deref().into_iter().chain(rows.instead.iter().copied()).find(is_there) {
            focus_first(found);
        }
    }
}

fn element(event: &FocusEvent) -> Option<Element> {
    event.target().and_then(|target| target.dyn_into().ok())
}
