//! Where in the log its reader is, and how they stay there.
//!
//! A log that hangs from its end scrolls from zero to minus its height.

use leptos::html::Div;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};

use crate::erase::effect;
use crate::live::Live;

/// Who is this close to the end is at the end, in pixels.
const AT_END: i32 = 24;

/// Where the line is that shows what was missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// There is none.
    Absent,
    /// Further up.
    Above,
    /// In sight.
    InView,
    /// Further down.
    Below,
}

/// Whether the newest message is in sight.
pub(super) fn is_at_end(frame: &Element) -> bool {
    below(frame) <= AT_END
}

/// How far the log goes on above what is seen, in pixels.
pub(super) fn above(frame: &Element) -> i32 {
    frame.scroll_height() - frame.client_height() - below(frame)
}

/// Where the line is now.
pub(super) fn line(frame: &Element) -> Line {
    let Some(line) = line_of(frame) else { return Line::Absent };
    // Measured from where the frame begins while the end is in sight.
    let top = line.offset_top() - frame.scroll_top();
    if top + line.offset_height() <= 0 {
        Line::Above
    } else if top >= frame.client_height() {
        Line::Below
    } else {
        Line::InView
    }
}

/// Shows the line at the top of the frame.
pub(super) fn go_to_line(frame: &Element) {
    if let Some(line) = line_of(frame) {
        frame.set_scroll_top(line.offset_top());
    }
}

/// Who reads further up keeps their place when something comes in below, or
/// goes on where they stopped when the page is turned. Calls `moved` when
/// something may have moved.
pub(super) fn keep(live: Live, frame: NodeRef<Div>, moved: impl Fn() + Copy + Send + Sync + 'static) {
    let seen = StoredValue::new(None::<Seen>);
    effect(move || {
        let (turns, first) = live.log.with(|log| (log.turns(), log.said().first().map(|message| message.offset)));
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
                } else if before.first == first {
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

fn below(frame: &Element) -> i32 {
    -frame.scroll_top()
}

fn line_of(frame: &Element) -> Option<HtmlElement> {
    frame.query_selector(".away").ok()??.dyn_into().ok()
}
