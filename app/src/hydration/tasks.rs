//! How a browser renders an island: in steps, each a task of its own.
//!
//! Browsers compile a function of wasm when it is first called, on the main thread. Hydrating a page calls
//! some 1,500 of them, which takes a phone longer than running them. So an island's components run in one
//! task, its elements are made in the next, its heavy parts ([`part`]) have one each, and so has each effect,
//! when all is in the page. Between them the browser handles input.
//!
//! `hydration.js` hydrates one island after the other, so one at a time is being rendered.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use js_sys::Function;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsValue;
use leptos::wasm_bindgen::closure::Closure;
use leptos::web_sys::HtmlElement;

use crate::boxed_view::optional_view;

type Step = Box<dyn FnOnce()>;

thread_local! {
    /// The parts of the current island that are rendered later.
    static LATER: RefCell<Option<Later>> = const { RefCell::new(None) };
}

#[derive(Default)]
struct Later {
    parts: VecDeque<Step>,
    effects: Vec<Step>,
}

/// Renders an island into the empty element `fresh`. Then calls `put` with whether there was something to
/// render, and with a function to be called once that is in the page.
pub(crate) fn hydrate(fresh: HtmlElement, put: Function, draw: fn() -> Option<AnyView>) {
    LATER.set(Some(Later::default()));
    let owner = Owner::new();
    let Some(view) = owner.with(draw) else {
        LATER.set(None);
        return call_put(&put, false, || ());
    };
    in_a_task(move || {
        let elements = owner.with(|| {
            let mut elements = view.build();
            elements.mount(&fresh, None);
            elements
        });
        // An island lives as long as its page.
        mem::forget((owner, elements));
        render_next(put);
    });
}

/// Renders the next part; parts may have parts.
fn render_next(put: Function) {
    if let Some(draw) = LATER.with_borrow_mut(|later| later.as_mut()?.parts.pop_front()) {
        return in_a_task(|| {
            draw();
            in_a_task(|| render_next(put));
        });
    }
    let effects = LATER.take().unwrap_or_default().effects;
    call_put(&put, true, || effects.into_iter().for_each(in_a_task));
}

/// A part of a view that takes long to render.
pub(crate) fn part(view: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    let shown = RwSignal::new(false);
    let is_later = LATER.with_borrow_mut(|later| {
        let draw = Box::new(move || shown.set(true));
        later.as_mut().map(|later| later.parts.push_back(draw)).is_some()
    });
    if is_later { optional_view(move || shown.get().then(&view)) } else { view() }
}

/// Starts an effect: at once, or when the current island is in the page.
pub(crate) fn start(run: Box<dyn FnMut()>) {
    let is_gone = Arc::new(AtomicBool::new(false));
    let (gone, owner) = (is_gone.clone(), Owner::current());
    let start = move || {
        let start = || Effect::new(run);
        match owner {
            _ if is_gone.load(Ordering::Relaxed) => {}
            Some(owner) => drop(owner.with(start)),
            None => drop(start()),
        }
    };
    LATER.with_borrow_mut(|later| match later {
        Some(later) => {
            on_cleanup(move || gone.store(true, Ordering::Relaxed));
            later.effects.push(Box::new(start));
        }
        None => start(),
    });
}

fn in_a_task(run: impl FnOnce() + 'static) {
    set_timeout(run, Duration::ZERO);
}

fn call_put(put: &Function, is_drawn: bool, placed: impl FnOnce() + 'static) {
    // The script itself reports errors to the person.
    let _ = put.call2(&JsValue::NULL, &is_drawn.into(), &Closure::once_into_js(placed));
}
