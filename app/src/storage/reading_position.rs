//! The reading position in a room, in the browser tab's storage.

use leptos::prelude::window;
use leptos::web_sys::Storage;
use protocol::RoomId;

/// A message, and its distance from the top of the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReadingPosition {
    /// The message's offset in the log of its room.
    pub(crate) offset: u64,
    /// Pixels from the top of the frame to the top of the message; negative where it begins above.
    pub(crate) top: i32,
}

/// Stores the position; `None` for the end of the log.
pub(crate) fn store(room: &RoomId, place: Option<ReadingPosition>) {
    let Some(storage) = storage() else { return };
    // With a full storage the position is lost.
    let _ = match place {
        Some(ReadingPosition { offset, top }) => storage.set_item(&key(room), &format!("{offset} {top}")),
        None => storage.remove_item(&key(room)),
    };
}

/// The position at which this tab left the room; `None` for the end, or if it is not known.
pub(crate) fn load(room: &RoomId) -> Option<ReadingPosition> {
    let kept = storage()?.get_item(&key(room)).ok()??;
    let (offset, top) = kept.split_once(' ')?;
    Some(ReadingPosition { offset: offset.parse().ok()?, top: top.parse().ok()? })
}

fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

fn key(room: &RoomId) -> String {
    format!("hubbub.place.{room}")
}
