//! Where the log is scrolled to at first: its end, the message that a link named, or the earlier position
//! after Back or Forward.

use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::Element;
use protocol::RoomId;

use super::scroll;
use crate::boxed_view::effect;
use crate::device;
use crate::room_store::RoomStore;
use crate::state::message_link::{CONTEXT, mark};
use crate::storage::reading_position::{self, ReadingPosition};

/// Scrolls there, and stores the position when the reader leaves. While an earlier position is still being
/// loaded, `is_arriving` is true; `arrived` is called at the end.
pub(super) fn arrive(
    store: RoomStore,
    frame: NodeRef<Div>,
    is_arriving: StoredValue<bool>,
    arrived: impl Fn() + Copy + Send + Sync + 'static,
) {
    effect(move || {
        let room = store.room();
        let left = device::has_come_back().then(|| reading_position::load(&room)).flatten();
        request_animation_frame(move || match (left, store.linked) {
            (Some(place), _) => go_back(store, frame, place, is_arriving, arrived),
            // A reader who has scrolled already, or was scrolled by the browser, stays there.
            (None, Some(offset)) => with(frame, |frame| {
                if frame.scroll_top() == 0 {
                    scroll::scroll_to(frame, &mark(offset));
                }
            }),
            (None, None) => {}
        });
        let leave = window_event_listener_untyped("pagehide", move |_| remember(store, frame, &room));
        on_cleanup(move || leave.remove());
    });
}

/// Scrolls to the stored position.
fn go_back(
    store: RoomStore,
    frame: NodeRef<Div>,
    place: ReadingPosition,
    is_arriving: StoredValue<bool>,
    arrived: impl Fn() + 'static,
) {
    let align = move || {
        let mut is_here = false;
        with(frame, |frame| is_here = scroll::align(frame, &place));
        is_here
    };
    if align() {
        return;
    }
    is_arriving.set_value(true);
    spawn_local(async move {
        store.load_from(place.offset.saturating_sub(CONTEXT)).await;
        request_animation_frame(move || {
            // The message may be gone meanwhile.
            if !align() {
                store.load_newest();
            }
            is_arriving.try_set_value(false);
            arrived();
        });
    });
}

fn remember(store: RoomStore, frame: NodeRef<Div>, room: &RoomId) {
    with(frame, |frame| {
        let is_at_end = scroll::is_at_end(frame) && store.log.with_untracked(|log| log.later().is_none());
        reading_position::store(room, if is_at_end { None } else { scroll::first_visible(frame) });
    });
}

fn with(frame: NodeRef<Div>, look: impl FnOnce(&Element)) {
    if let Some(frame) = frame.try_get_untracked().flatten() {
        look(&frame);
    }
}
