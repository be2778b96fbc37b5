//! Where in a room somebody was when they left it, kept in the browser tab.

use leptos::prelude::window;
use leptos::web_sys::Storage;
use protocol::RoomId;

/// A message, and how far below the top of its frame it stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The message's offset in the log of its room.
    pub(crate) offset: u64,
    /// Pixels from the top of the frame to the top of the message; negative where it begins above.
    pub(crate) top: i32,
}

/// Keeps where somebody is; `None` where it is the end.
pub(crate) fn keep(room: &RoomId, place: Option<Place>) {
    let Some(storage) = storage() else { return };
    // A full storage forgets the place.
    let _ = match place {
        Some(Place { offset, top }) => storage.set_item(&key(room), &format!("{offset} {top}")),
        None => storage.remove_item(&key(room)),
    };
}

/// Where somebody was when they left the room in this tab; `None` where that was its end, or is not known.
pub(crate) fn left(room: &RoomId) -> Option<Place> {
    let kept = storage()?.get_item(&key(room)).ok()??;
    let (offset, top) = kept.split_once(' ')?;
    Some(Place { offset: offset.parse().ok()?, top: top.parse().ok()? })
}

fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

fn key(room: &RoomId) -> String {
    format!("hubbub.place.{room}")
}
