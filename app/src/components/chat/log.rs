//! What was said, to be scrolled.

use leptos::html::Div;
use leptos::prelude::*;
use leptos::web_sys::Element;

use super::empty::EmptyLog;
use super::{dividers, own, said};
use crate::components::icon::{ARROW_DOWN, icon};
use crate::erase::{effect, flag, sometimes, words};
use crate::live::{Earlier, Live};
use crate::state::Log;
use crate::state::rows::{Row, rows};
use crate::state::words::new_messages;

/// Who is this close to the end is at the end, in pixels.
const AT_BOTTOM: i32 = 24;
/// Earlier messages are fetched this long before they are seen, in pixels.
const NEAR_TOP: i32 = 600;

/// The log. It hangs from its end (`column-reverse`), so it begins there
/// before any script runs, stays there while messages come, and stands still
/// when earlier ones are put above.
#[component]
pub(crate) fn LogView(live: Live) -> impl IntoView {
    let log = live.log;
    let frame = NodeRef::<Div>::new();
    let scrolled = move || {
        if let Some(frame) = frame.get_untracked() {
            log.maybe_update(|log| log.scrolled(below(&frame) <= AT_BOTTOM));
            if above(&frame) < NEAR_TOP {
                live.read_earlier();
            }
        }
    };
    keep_place(live, frame, scrolled);
    // Who says something wants to see it said.
    effect(move || {
        live.sent.get();
        if let Some(frame) = frame.get() {
            frame.set_scroll_top(0);
        }
    });
    let is_empty = Memo::new(move |_| log.with(Log::is_empty));
    let has_unseen = Memo::new(move |_| log.with(|log| log.unseen() > 0));
    let all = move || {
        let zone = live.zone.get();
        log.with(|log| rows(log, |ms| zone.local(ms)))
    };
    view! {
        <div class="log-frame">
            <div
                class="log"
                role="log"
                aria-label="Messages"
                aria-busy=flag(move || live.earlier.get() == Earlier::Coming)
                tabindex="0"
                node_ref=frame
                on:scroll=move |_| scrolled()
            >
                <div class="log__inner">
                    <EarlierLine live />
                    <For each=all key=Row::key let(row)>
                        {row_view(live, row)}
                    </For>
                    {sometimes(move || is_empty.get().then(|| view! { <EmptyLog people=live.people /> }.into_any()))}
                </div>
            </div>
            {sometimes(move || has_unseen.get().then(|| news(live, frame)))}
        </div>
    }
}

/// What came in below, and the way there.
fn news(live: Live, frame: NodeRef<Div>) -> AnyView {
    let to_bottom = move |_| {
        if let Some(frame) = frame.get_untracked() {
            frame.set_scroll_top(0);
            let _ = frame.focus();
        }
    };
    view! {
        <button class="button log-frame__new" type="button" on:click=to_bottom>
            {icon(ARROW_DOWN)}
            {words(move || new_messages(live.log.with(Log::unseen)))}
        </button>
    }
    .into_any()
}

fn row_view(live: Live, row: Row) -> AnyView {
    match row {
        Row::Day { day, current } => dividers::day(day, current),
        Row::Away { count, since_ms } => dividers::away(count, since_ms, live.zone),
        Row::Said { message, own: false, head } => said::said(&message, head, live.zone),
        Row::Said { message, own: true, head } => own::delivered(&message.message, message.sent_at, head, live.zone),
        Row::Unsent { unsent, head } => own::tracked(live, unsent.id, &unsent.text, head),
    }
}

/// What is above the first message that is shown.
#[component]
fn EarlierLine(live: Live) -> impl IntoView {
    let has_earlier = Memo::new(move |_| live.log.with(|log| log.earlier().is_some()));
    sometimes(move || {
        let words = match live.earlier.get() {
            _ if !has_earlier.get() => return None,
            Earlier::Resting => "Earlier messages",
            Earlier::Coming => "Fetching earlier messages",
            Earlier::Failed => "They could not be fetched. Try again",
        };
        Some(
            view! {
                <button class="log__earlier needs-script" type="button" on:click=move |_| live.read_earlier()>
                    {words}
                </button>
            }
            .into_any(),
        )
    })
}

/// Who reads further up keeps their place when something comes in below.
fn keep_place(live: Live, frame: NodeRef<Div>, scrolled: impl Fn() + Copy + Send + Sync + 'static) {
    let seen = StoredValue::new(None::<(Option<u64>, i32)>);
    effect(move || {
        let first = live.log.with(|log| log.said().first().map(|message| message.offset));
        // Before the next frame is painted, and after the rows are there.
        request_animation_frame(move || {
            let Some(frame) = frame.try_get_untracked().flatten() else { return };
            let height = frame.scroll_height();
            if let Some((first_before, height_before)) = seen.try_get_value().flatten()
                && first_before == first
                && below(&frame) > AT_BOTTOM
            {
                frame.set_scroll_top(frame.scroll_top() - (height - height_before));
            }
            seen.try_set_value(Some((first, height)));
            scrolled();
        });
    });
}

/// How far the end is below what is seen. A log that hangs from its end
/// scrolls from zero to minus its height.
fn below(frame: &Element) -> i32 {
    -frame.scroll_top()
}

fn above(frame: &Element) -> i32 {
    frame.scroll_height() - frame.client_height() - below(frame)
}
