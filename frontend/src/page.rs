//! What the browser tells about the page as a whole.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::EventTarget;

/// Something that befalls the page.
#[derive(Clone, Copy)]
pub(crate) enum Turn {
    /// The network is back.
    Online,
    /// The network is gone.
    Offline,
    /// The person looks at the page again.
    Seen,
    /// The person leaves; the page may be kept to come back to.
    Left,
    /// The person came back to a page that was kept.
    Returned,
}

/// The listeners of one link. Dropped, they are taken off again.
pub(crate) struct Listeners(Vec<Listener>);

struct Listener {
    target: EventTarget,
    event: &'static str,
    handler: Closure<dyn FnMut()>,
}

impl Listeners {
    pub(crate) fn new(on: impl Fn(Turn) + Clone + 'static) -> Self {
        let mut listeners = Self(Vec::new());
        let Some(window) = web_sys::window() else { return listeners };
        let document = window.document();
        for (event, turn) in [
            ("online", Turn::Online),
            ("offline", Turn::Offline),
            ("pagehide", Turn::Left),
            ("pageshow", Turn::Returned),
        ] {
            let on = on.clone();
            listeners.add(window.clone().into(), event, move || on(turn));
        }
        if let Some(document) = document {
            let target = document.clone().into();
            listeners.add(target, "visibilitychange", move || {
                if !document.hidden() {
                    on(Turn::Seen);
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

/// Whether the browser believes to have a network.
pub(crate) fn is_online() -> bool {
    web_sys::window().is_none_or(|window| window.navigator().on_line())
}
