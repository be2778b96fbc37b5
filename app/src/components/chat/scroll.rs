//! The reader's position in the log, and how it is kept.
//!
//! A log that hangs from its end scrolls from zero to minus its height. What is added above moves nothing;
//! for the rest there is the browser's own scroll anchoring, which knows the size of everything
//! before it is painted.

use leptos::html::Div;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, css};

use crate::boxed_view::effect;
use crate::room_store::RoomStore;
use crate::state::message_link::{MARK, mark};
use crate::storage::reading_position::ReadingPosition;

/// How close to the end counts as the end, in pixels.
const AT_END: i32 = 24;

/// How long before they are visible earlier messages are loaded, in pixels,
const NEAR_TOP: i32 = 600;
/// and in windows while the reader scrolls up.
const AHEAD: i32 = 4;

/// The position of the line that marks missed messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DividerPosition {
    /// Nothing was missed, so there is no line.
    Absent,
    /// The line is above the visible part.
    Above,
    /// The line is in the visible part.
    InView,
    /// The line is below the visible part.
    Below,
}

/// Whether the newest message is visible.
pub(super) fn is_at_end(frame: &Element) -> bool {
    below(frame) <= AT_END
}

/// Tells the browser whether to keep the position or the end. The end of what is shown does not count while
/// later messages are still to come.
pub(super) fn anchor(frame: &Element, has_later: bool) {
    let _ = frame.toggle_attribute_with_force("data-at-end", is_at_end(frame) && !has_later);
    if has_later && frame.scroll_top() == 0 {
        // At scroll position 0 browsers keep no position.
        frame.set_scroll_top(-1);
    }
}

/// Whether so little is above that more should be loaded.
pub(super) fn should_load_earlier(frame: &Element) -> bool {
    let above = frame.scroll_height() - frame.client_height() - below(frame);
    above < NEAR_TOP || !is_at_end(frame) && above < AHEAD * frame.client_height()
}

/// Whether so little is below that later messages should be loaded, if there are any.
pub(super) fn should_load_later(frame: &Element) -> bool {
    below(frame) < NEAR_TOP
}

/// The position of the line now.
pub(super) fn divider_position(frame: &Element) -> DividerPosition {
    let Some(line) = line_of(frame) else { return DividerPosition::Absent };
    let (line, frame) = (line.get_bounding_client_rect(), frame.get_bounding_client_rect());
    if line.bottom() <= frame.top() {
        DividerPosition::Above
    } else if line.top() >= frame.bottom() {
        DividerPosition::Below
    } else {
        DividerPosition::InView
    }
}

/// Scrolls to the line above the first unread message, if there is one.
pub(super) fn scroll_to_divider(frame: &Element) {
    if let Some(line) = line_of(frame) {
        line.scroll_into_view();
    }
}

/// Scrolls to a message, by its id in the page.
pub(super) fn scroll_to(frame: &Element, id: &str) {
    if let Some(message) = called(frame, id) {
        message.scroll_into_view();
    }
}

/// Scrolls to a stored position; true if the message is in the page.
pub(super) fn align(frame: &Element, place: &ReadingPosition) -> bool {
    let Some(message) = called(frame, &mark(place.offset)) else { return false };
    frame.set_scroll_top(frame.scroll_top() + top_in(frame, &message) - place.top);
    true
}

/// The first message that begins in the visible part, with its position.
pub(super) fn first_visible(frame: &Element) -> Option<ReadingPosition> {
    let messages = frame.query_selector_all(".message[id]").ok()?;
    let at = |index| messages.get(index).and_then(|node| node.dyn_into::<Element>().ok());
    // Binary search: measuring each of ten thousand would take too long.
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
    Some(ReadingPosition { offset, top: top_in(frame, &message) })
}

/// Scrolls to the newest message.
pub(super) fn scroll_to_end(frame: &Element) {
    frame.set_scroll_top(0);
}

/// Keeps the position of a reader further up when something comes in below, and continues where they stopped
/// when the messages are replaced. Calls `moved` when something may have moved.
pub(super) fn keep_position(store: RoomStore, frame: NodeRef<Div>, moved: impl Fn() + Copy + Send + Sync + 'static) {
    let seen = StoredValue::new(None::<Seen>);
    effect(move || {
        let (turns, first) = store.log.with(|log| (log.turns(), log.messages().first().map(|message| message.offset)));
        // Before the next frame is painted, and after the rows are rendered.
        request_animation_frame(move || {
            let Some(frame) = frame.try_get_untracked().flatten() else { return };
            let height = frame.scroll_height();
            if let Some(before) = seen.try_get_value().flatten()
                && !is_at_end(&frame)
            {
                if before.turns != turns {
                    // The messages were replaced: the reader continues where they stopped.
                    scroll_to_divider(&frame);
                } else if before.first == first && !is_anchored() {
                    frame.set_scroll_top(frame.scroll_top() - (height - before.height));
                }
            }
            seen.try_set_value(Some(Seen { turns, first, height }));
            moved();
        });
    });
}

/// The state of the log when it was last looked at.
#[derive(Clone, Copy)]
struct Seen {
    turns: usize,
    first: Option<u64>,
    height: i32,
}

/// Whether the browser keeps the scroll position. Safari does not yet.
fn is_anchored() -> bool {
    css::supports_with_value("overflow-anchor", "auto").unwrap_or(false)
}

fn below(frame: &Element) -> i32 {
    -frame.scroll_top()
}

fn called(frame: &Element, id: &str) -> Option<Element> {
    frame.query_selector(&format!("#{id}")).ok()?
}

/// How far below the top of the frame an element begins.
fn top_in(frame: &Element, of: &Element) -> i32 {
    (of.get_bounding_client_rect().top() - frame.get_bounding_client_rect().top()).round() as i32
}

fn line_of(frame: &Element) -> Option<Element> {
    frame.query_selector(".away").ok()?
}
