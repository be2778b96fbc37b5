//! Where in the log its reader is, and how they stay there.
//!
//! A log that hangs from its end scrolls from zero to minus its height. What
//! is put above moves nothing; for the rest there is the browser's own scroll
//! anchoring, which knows the size of everything before it is painted.

use leptos::html::Div;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, css};

use crate::boxed_view::effect;
use crate::room_store::RoomStore;
use crate::state::message_link::{MARK, mark};
use crate::storage::reading_position::Place;

/// Who is this close to the end is at the end, in pixels.
const AT_END: i32 = 24;

/// Earlier messages are fetched this long before they are seen, in pixels,
const NEAR_TOP: i32 = 600;
/// and so many windows before by those who are on their way up.
const AHEAD: i32 = 4;

/// Where the line is that shows what was missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Nothing was missed, so there is no line.
    Absent,
    /// The line is above the visible part.
    Above,
    /// The line is in the visible part.
    InView,
    /// The line is below the visible part.
    Below,
}

/// Whether the newest message is in sight.
pub(super) fn is_at_end(frame: &Element) -> bool {
    below(frame) <= AT_END
}

/// Tells the browser whether what is read is to keep its place, or the end. The end of what
/// is shown is none where later messages are still to come.
pub(super) fn hold(frame: &Element, has_later: bool) {
    let _ = frame.toggle_attribute_with_force("data-at-end", is_at_end(frame) && !has_later);
    if has_later && frame.scroll_top() == 0 {
        // Where nothing is scrolled browsers keep no place.
        frame.set_scroll_top(-1);
    }
}

/// Whether there is so little above that more should be fetched.
pub(super) fn wants_more(frame: &Element) -> bool {
    let above = frame.scroll_height() - frame.client_height() - below(frame);
    above < NEAR_TOP || !is_at_end(frame) && above < AHEAD * frame.client_height()
}

/// Whether there is so little below that later messages should be fetched, where there are some.
pub(super) fn wants_later(frame: &Element) -> bool {
    below(frame) < NEAR_TOP
}

/// Where the line is now.
pub(super) fn line(frame: &Element) -> Line {
    let Some(line) = line_of(frame) else { return Line::Absent };
    let (line, frame) = (line.get_bounding_client_rect(), frame.get_bounding_client_rect());
    if line.bottom() <= frame.top() {
        Line::Above
    } else if line.top() >= frame.bottom() {
        Line::Below
    } else {
        Line::InView
    }
}

/// Shows the line at the top of the frame.
pub(super) fn go_to_line(frame: &Element) {
    if let Some(line) = line_of(frame) {
        line.scroll_into_view();
    }
}

/// Shows a message, by its id in the page.
pub(super) fn go_to(frame: &Element, id: &str) {
    if let Some(message) = called(frame, id) {
        message.scroll_into_view();
    }
}

/// Shows a message where it was; says whether it is here.
pub(super) fn align(frame: &Element, place: &Place) -> bool {
    let Some(message) = called(frame, &mark(place.offset)) else { return false };
    frame.set_scroll_top(frame.scroll_top() + top_in(frame, &message) - place.top);
    true
}

/// The first message that begins in sight, and where.
pub(super) fn first_in_sight(frame: &Element) -> Option<Place> {
    let messages = frame.query_selector_all(".said[id]").ok()?;
    let at = |index| messages.get(index).and_then(|node| node.dyn_into::<Element>().ok());
    // They stand one below the other; measuring each of ten thousand would take too long.
    let (mut from, mut to) = (0, messages.length());
    while from < to {
        let middle = from.midpoint(to);
        if top_in(frame, &at(middle)?) < 0 {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    let message = at(from).or_else(|| at(from.checked_sub(1)?))?;
    let offset = message.id().strip_prefix(MARK)?.parse().ok()?;
    Some(Place { offset, top: top_in(frame, &message) })
}

/// Shows the newest message.
pub(super) fn go_to_end(frame: &Element) {
    frame.set_scroll_top(0);
}

/// Who reads further up keeps their place when something comes in below, or
/// goes on where they stopped when the page is turned. Calls `moved` when
/// something may have moved.
pub(super) fn keep(store: RoomStore, frame: NodeRef<Div>, moved: impl Fn() + Copy + Send + Sync + 'static) {
    let seen = StoredValue::new(None::<Seen>);
    effect(move || {
        let (turns, first) = store.log.with(|log| (log.turns(), log.said().first().map(|message| message.offset)));
        // Before the next frame is painted, and after the rows are there.
        request_animation_frame(move || {
            let Some(frame) = frame.try_get_untracked().flatten() else { return };
            let height = frame.scroll_height();
            if let Some(before) = seen.try_get_value().flatten()
                && !is_at_end(&frame)
            {
                if before.turns != turns {
                    // What they were reading is no longer there: they go on where they stopped.
                    go_to_line(&frame);
                } else if before.first == first && !is_anchored() {
                    frame.set_scroll_top(frame.scroll_top() - (height - before.height));
                }
            }
            seen.try_set_value(Some(Seen { turns, first, height }));
            moved();
        });
    });
}

/// What the log was like when it was looked at last.
#[derive(Clone, Copy)]
struct Seen {
    turns: usize,
    first: Option<u64>,
    height: i32,
}

/// Whether the browser keeps what is read in its place. Safari does not yet.
fn is_anchored() -> bool {
    css::supports_with_value("overflow-anchor", "auto").unwrap_or(false)
}

fn below(frame: &Element) -> i32 {
    -frame.scroll_top()
}

fn called(frame: &Element, id: &str) -> Option<Element> {
    frame.query_selector(&format!("#{id}")).ok()?
}

/// How far below the top of the frame something begins.
fn top_in(frame: &Element, of: &Element) -> i32 {
    (of.get_bounding_client_rect().top() - frame.get_bounding_client_rect().top()).round() as i32
}

fn line_of(frame: &Element) -> Option<Element> {
    frame.query_selector(".away").ok()?
}
