//! Where its reader comes into the log: at its end, at the message that a link named, or where
//! they were when they left, if it is Back or Forward that brings them here.

use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::Element;
use protocol::RoomId;

use super::place;
use crate::boxed_view::effect;
use crate::device;
use crate::room_store::RoomStore;
use crate::state::message_link::{CONTEXT, mark};
use crate::storage::reading_position::{self, Place};

/// Brings the reader there, and remembers where they are when they leave. While what they left is
/// still to come, `is_arriving` is true; `arrived` is called when they are there.
pub(super) fn arrive(
    store: RoomStore,
    frame: NodeRef<Div>,
    is_arriving: StoredValue<bool>,
    arrived: impl Fn() + Copy + Send + Sync + 'static,
) {
    effect(move || {
        let room = store.room();
        let left = device::has_come_back().then(|| reading_position::left(&room)).flatten();
        request_animation_frame(move || match (left, store.linked) {
            (Some(place), _) => go_back(store, frame, place, is_arriving, arrived),
            // Whoever has moved already stays where they are; so does who was brought there by the browser itself.
            (None, Some(offset)) => with(frame, |frame| {
                if frame.scroll_top() == 0 {
                    place::go_to(frame, &mark(offset));
                }
            }),
            (None, None) => {}
        });
        let leave = window_event_listener_untyped("pagehide", move |_| remember(store, frame, &room));
        on_cleanup(move || leave.remove());
    });
}

/// Shows what the reader left, at the height where it was.
fn go_back(
    store: RoomStore,
    frame: NodeRef<Div>,
    place: Place,
    is_arriving: StoredValue<bool>,
    arrived: impl Fn() + 'static,
) {
    let align = move || {
        let mut is_here = false;
        with(frame, |frame| is_here = place::align(frame, &place));
        is_here
    };
    if align() {
        return;
    }
    is_arriving.set_value(true);
    spawn_local(async move {
        store.read_from(place.offset.saturating_sub(CONTEXT)).await;
        request_animation_frame(move || {
            // What they read may be gone meanwhile.
            if !align() {
                store.read_newest();
            }
            is_arriving.try_set_value(false);
            arrived();
        });
    });
}

fn remember(store: RoomStore, frame: NodeRef<Div>, room: &RoomId) {
    with(frame, |frame| {
        let is_at_end = place::is_at_end(frame) && store.log.with_untracked(|log| log.later().is_none());
        reading_position::keep(room, if is_at_end { None } else { place::first_in_sight(frame) });
    });
}

fn with(frame: NodeRef<Div>, look: impl FnOnce(&Element)) {
    if let Some(frame) = frame.try_get_untracked().flatten() {
        look(&frame);
    }
}
