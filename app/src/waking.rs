//! How an island is drawn in a browser: in steps, each a task of its own.
//!
//! Browsers compile a function of wasm when it is first called, on the thread that
//! a finger waits for. Waking a page calls some 1,500 of them, which takes a phone
//! longer than what they do. So an island's components run in one task, its elements
//! are made and put into the page in the next, and each effect has one after that,
//! when its elements are in the page. Between them the browser answers the person.

use std::cell::RefCell;
use std::mem;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use js_sys::Function;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsValue;
use leptos::web_sys::HtmlElement;

type Start = Box<dyn FnOnce()>;

thread_local! {
    /// The effects of the island that is being drawn.
    static HELD: RefCell<Option<Held>> = const { RefCell::new(None) };
}

/// Effects that start once their island is in the page.
#[derive(Clone, Default)]
struct Held(Rc<RefCell<Vec<Start>>>);

impl Held {
    /// Holds back the effects that `draw` makes.
    fn during<T>(&self, draw: impl FnOnce() -> T) -> T {
        HELD.set(Some(self.clone()));
        let drawn = draw();
        HELD.set(None);
        drawn
    }
}

/// Draws an island into the empty element `fresh`, and has `put` put that into the
/// page; `put` is told whether there was something to draw.
pub(crate) fn wake(fresh: HtmlElement, put: Function, draw: fn() -> Option<AnyView>) {
    let (owner, held) = (Owner::new(), Held::default());
    let Some(view) = held.during(|| owner.with(draw)) else { return tell(&put, false) };
    in_a_task(move || {
        let make = || {
            let mut elements = view.build();
            elements.mount(&fresh, None);
            elements
        };
        let elements = held.during(|| owner.with(make));
        // An island lives as long as its page.
        mem::forget((owner, elements));
        tell(&put, true);
        for start in held.0.take() {
            in_a_task(start);
        }
    });
}

/// Starts an effect: at once, or when the island that is being drawn is in the page.
pub(crate) fn start(run: Box<dyn FnMut()>) {
    let held = HELD.with_borrow(Clone::clone);
    let (Some(held), Some(owner)) = (held, Owner::current()) else {
        Effect::new(run);
        return;
    };
    let is_gone = Arc::new(AtomicBool::new(false));
    let go = is_gone.clone();
    on_cleanup(move || go.store(true, Ordering::Relaxed));
    held.0.borrow_mut().push(Box::new(move || {
        if !is_gone.load(Ordering::Relaxed) {
            owner.with(|| Effect::new(run));
        }
    }));
}

fn in_a_task(run: impl FnOnce() + 'static) {
    set_timeout(run, Duration::ZERO);
}

fn tell(put: &Function, is_drawn: bool) {
    // What goes wrong in there is told to the person by the script itself.
    let _ = put.call1(&JsValue::NULL, &is_drawn.into());
}
