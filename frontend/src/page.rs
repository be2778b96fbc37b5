//! Events of the browser about the page as a whole.

use client::PageEvent;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::EventTarget;

/// The listeners of one connection, which are removed when it is dropped.
pub(crate) struct Listeners(Vec<Listener>);

struct Listener {
    target: EventTarget,
    event: &'static str,
    handler: Closure<dyn FnMut()>,
}

impl Listeners {
    pub(crate) fn new(on: impl Fn(PageEvent) + Clone + 'static) -> Self {
        let mut listeners = Self(Vec::new());
        let Some(window) = web_sys::window() else { return listeners };
        let document = window.document();
        for (name, event) in [
            ("online", PageEvent::Online),
            ("offline", PageEvent::Offline),
            ("pagehide", PageEvent::Left),
            ("pageshow", PageEvent::Restored),
        ] {
            let on = on.clone();
            listeners.add(window.clone().into(), name, move || on(event));
        }
        if let Some(document) = document {
            let target = document.clone().into();
            listeners.add(target, "visibilitychange", move || {
                if !document.hidden() {
                    on(PageEvent::Shown);
                }
            });
        }
        listeners
    }

    fn add(&mut self, target: EventTarget, event: &'static str, then: impl FnMut() + 'static) {
        let handler = Closure::<dyn FnMut()>::new(then);
        if target.add_event_listener_with_callback(event, handler.as_ref().unchecked_ref()).is_ok() {
            self.0.push(Listener { target, event, handler });
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let handler = self.handler.as_ref().unchecked_ref();
        let _ = self.target.remove_event_listener_with_callback(self.event, handler);
    }
}

/// Whether the browser believes that it has a network.
pub(crate) fn is_online() -> bool {
    web_sys::window().is_none_or(|window| window.navigator().on_line())
}
