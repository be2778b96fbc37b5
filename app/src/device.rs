//! Properties of the reader's device, as far as a page needs them.

use js_sys::{Function, Object, Promise, Reflect};
use leptos::prelude::window;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::PerformanceNavigation;
use wasm_bindgen_futures::JsFuture;

/// Whether it is used by touch: then the keyboard is most likely on the screen.
pub(crate) fn is_touched() -> bool {
    window().match_media("(pointer: coarse)").ok().flatten().is_some_and(|query| query.matches())
}

/// Whether Back or Forward has led to this page.
pub(crate) fn has_come_back() -> bool {
    let performance = window().performance();
    performance.is_some_and(|performance| performance.navigation().type_() == PerformanceNavigation::TYPE_BACK_FORWARD)
}

/// Whether it is touched, and its browser can open the share sheet of the system.
pub(crate) fn has_share_sheet() -> bool {
    is_touched() && share_function().is_some()
}

/// Opens the share sheet with the link of this page.
pub(crate) fn open_share_sheet() {
    let (Some((navigator, share)), Ok(link)) = (share_function(), window().location().href()) else { return };
    let what = Object::new();
    let _ = Reflect::set(&what, &"url".into(), &link.into());
    let Some(sent) = share.call1(&navigator, &what).ok().and_then(|sent| sent.dyn_into::<Promise>().ok()) else {
        return;
    };
    spawn_local(async move {
        // Closing the sheet is no error.
        let _ = JsFuture::from(sent).await;
    });
}

fn share_function() -> Option<(JsValue, Function)> {
    let navigator = Reflect::get(&window(), &"navigator".into()).ok()?;
    let share = Reflect::get(&navigator, &"share".into()).ok()?.dyn_into().ok()?;
    Some((navigator, share))
}
