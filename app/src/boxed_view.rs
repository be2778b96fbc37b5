//! Views that change, in few types.
//!
//! Each closure is a type of its own, and a page that reacts to fifty of them would carry fifty copies of the
//! code behind. Boxed here, they share one: a tenth of the bytes that a browser has to fetch.

use std::sync::Arc;

use leptos::prelude::*;

/// A part of a view that is rendered anew when its signals change.
pub(crate) fn dynamic_view(view: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    fn boxed(view: Box<dyn Fn() -> AnyView + Send + Sync>) -> AnyView {
        (move || view()).into_any()
    }
    boxed(Box::new(view))
}

/// A part of a view that is there only at times.
pub(crate) fn optional_view(view: impl Fn() -> Option<AnyView> + Send + Sync + 'static) -> AnyView {
    dynamic_view(move || view().unwrap_or_else(|| ().into_any()))
}

/// A part that takes long to render: in hydration it comes after the others.
pub(crate) fn deferred_view(view: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    #[cfg(feature = "ssr")]
    return view();
    #[cfg(not(feature = "ssr"))]
    crate::hydration::tasks::part(view)
}

/// A text that follows its signals.
pub(crate) fn dynamic_text<T: ToString>(text: impl Fn() -> T + Send + Sync + 'static) -> AnyView {
    derived(move || text().to_string()).into_any()
}

/// An attribute that is present only at times.
pub(crate) fn flag(is_set: impl Fn() -> bool + Send + Sync + 'static) -> Signal<Option<&'static str>> {
    derived(move || is_set().then_some("true"))
}

/// A value that is computed from other signals at every read.
pub(crate) fn derived<T: Send + Sync + 'static>(value: impl Fn() -> T + Send + Sync + 'static) -> Signal<T> {
    fn boxed<T: Send + Sync + 'static>(value: Box<dyn Fn() -> T + Send + Sync>) -> Signal<T> {
        Signal::derive(value)
    }
    boxed(Box::new(value))
}

/// A value that is computed from other signals, and notifies only when it changes.
pub(crate) fn memo<T>(value: impl Fn() -> T + Send + Sync + 'static) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    fn boxed<T: PartialEq + Send + Sync + 'static>(value: Box<dyn Fn() -> T + Send + Sync>) -> Memo<T> {
        Memo::new(move |_| value())
    }
    boxed(Box::new(value))
}

/// Runs in the browser once this part is in the page, and again whenever its signals change.
pub(crate) fn effect(run: impl FnMut() + 'static) {
    fn boxed(run: Box<dyn FnMut()>) {
        #[cfg(feature = "ssr")]
        Effect::new(run);
        #[cfg(not(feature = "ssr"))]
        crate::hydration::tasks::start(run);
    }
    boxed(Box::new(run));
}

/// An effect that starts while its part is being rendered, before the part is in the page: for what has to be
/// ready before a person can touch it, such as the connection that their messages go out on. It must
/// not look for elements.
pub(crate) fn early_effect(run: impl FnMut() + 'static) {
    fn boxed(run: Box<dyn FnMut()>) {
        Effect::new(run);
    }
    boxed(Box::new(run));
}

/// A list whose rows stay while their keys do. A row that has to follow its item reads it by itself.
pub(crate) fn list(
    keys: impl Fn() -> Vec<String> + Send + Sync + 'static,
    row: impl Fn(String) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    type Keys = Box<dyn Fn() -> Vec<String> + Send + Sync>;
    type Row = Arc<dyn Fn(String) -> AnyView + Send + Sync>;
    fn boxed(keys: Keys, row: Row) -> AnyView {
        view! { <For each=keys key=String::clone children=move |key| row(key) /> }.into_any()
    }
    boxed(Box::new(keys), Arc::new(row))
}
