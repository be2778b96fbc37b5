//! The messages of a room, as a scrollable log.

use leptos::html::Div;
use leptos::prelude::*;
use leptos::web_sys::Element;

use super::arrival::arrive;
use super::earlier::EarlierLine;
use super::empty::EmptyLog;
use super::later::LaterLine;
use super::scroll::{self, DividerPosition};
use super::{changed, dividers, message, own};
use crate::boxed_view::{dynamic_text, effect, flag, list, memo, optional_view};
use crate::components::icon::{ARROW_DOWN, ARROW_UP, icon};
use crate::room_store::{Reading, RoomStore};
use crate::state::Log;
use crate::state::rows::{Row, is_blank, rows};
use crate::state::texts::{missed, new_messages};
use crate::time_zone::local;

/// The log. It is laid out from its end (`column-reverse`), so it is there before any script runs, stays
/// there while messages come, and does not move when earlier ones are added above.
#[component]
pub(crate) fn LogView(store: RoomStore) -> impl IntoView {
    let log = store.log;
    let frame = NodeRef::<Div>::new();
    let (line_is_above, set_line_is_above) = signal(false);
    // What is visible before the first scroll loads nothing.
    let is_arriving = StoredValue::new(false);
    let scrolled = move || {
        let Some(frame) = frame.try_get_untracked().flatten().filter(|_| !is_arriving.get_value()) else { return };
        log.maybe_update(|log| log.scrolled(scroll::is_at_end(&frame)));
        let has_later = log.with_untracked(|log| log.later().is_some());
        scroll::anchor(&frame, has_later);
        // A line that was seen need not be pointed at.
        if log.with_untracked(Log::missed_unseen) > 0 {
            let line = scroll::divider_position(&frame);
            set_line_is_above.maybe_update(|above| std::mem::replace(above, line == DividerPosition::Above) != *above);
            if line == DividerPosition::InView {
                log.maybe_update(Log::see_missed);
            }
        }
        // A failed load is tried again when the reader asks for it.
        if scroll::should_load_earlier(&frame) && store.earlier.get_untracked() == Reading::Resting {
            store.load_earlier();
        }
        if has_later && scroll::should_load_later(&frame) && store.later.get_untracked() == Reading::Resting {
            store.load_later();
        }
    };
    // First, because a position can be kept only after it was reached.
    arrive(store, frame, is_arriving, scrolled);
    scroll::keep_position(store, frame, scrolled);
    // People who send a message want to see it.
    let mut is_new = true;
    effect(move || {
        store.sent.get();
        let is_first = std::mem::take(&mut is_new);
        if let (Some(frame), false) = (frame.get_untracked(), is_first) {
            scroll::scroll_to_end(&frame);
            log.maybe_update(Log::see_missed);
        }
    });
    let is_empty = memo(move || log.with(|log| is_blank(log, store.now_ms())));
    let is_behind = memo(move || log.with(|log| log.unseen() > 0 || log.later().is_some()));
    let missed_above = memo(move || line_is_above.get() && log.with(Log::missed_unseen) > 0);
    let chunks = move || log.with(|log| log.chunks().map(|number| number.to_string()).collect());
    let up = move || {
        let label = dynamic_text(move || missed(log.with(Log::missed_unseen)));
        way(
            frame,
            "button log-frame__new log-frame__new--above needs-script",
            view! { {icon(ARROW_UP)} {label} }.into_any(),
            |_, frame| scroll::scroll_to_divider(frame),
            store,
        )
    };
    let down = move || {
        let label = dynamic_text(move || match log.with(Log::unseen) {
            0 => "Newest messages".into(),
            unseen => new_messages(unseen),
        });
        let go = |store: RoomStore, frame: &Element| {
            scroll::scroll_to_end(frame);
            store.load_newest();
        };
        way(frame, "button log-frame__new needs-script", view! { {icon(ARROW_DOWN)} {label} }.into_any(), go, store)
    };
    view! {
        <div class="log-frame">
            <div
                class="log"
                role="log"
                aria-label="Messages"
                aria-busy=flag(move || store.earlier.get() == Reading::Coming)
                tabindex="0"
                node_ref=frame
                on:scroll=move |_| scrolled()
            >
                <div class="log__inner">
                    <EarlierLine store frame />
                    {list(chunks, move |number| chunk_view(store, &number))}
                    <LaterLine store frame />
                    {optional_view(move || is_empty.get().then(|| view! { <EmptyLog people=store.people /> }.into_any()))}
                </div>
            </div>
            {optional_view(move || missed_above.get().then(up))}
            {optional_view(move || is_behind.get().then(down))}
        </div>
    }
}

/// A button over the log that scrolls elsewhere.
fn way(
    frame: NodeRef<Div>,
    class: &'static str,
    label: AnyView,
    go: fn(RoomStore, &Element),
    store: RoomStore,
) -> AnyView {
    let leap = move |_| {
        if let Some(frame) = frame.get_untracked() {
            go(store, &frame);
            let _ = frame.focus();
        }
    };
    view! {
        <button class=class type="button" on:click=leap>
            {label}
        </button>
    }
    .into_any()
}

/// One chunk of messages. The browser skips layout of those that are far from the visible part (see
/// `.log__chunk`), and they are not rendered again while they stay the same.
fn chunk_view(store: RoomStore, number: &str) -> AnyView {
    let Ok(number) = number.parse() else { return ().into_any() };
    let revision = memo(move || store.log.with(|log| log.revision(number)));
    let all = move || {
        revision.get();
        store.log.with_untracked(|log| rows(log, number, local, store.now_ms()))
    };
    view! {
        <div class="log__chunk">
            <For each=all key=Row::key let(row)>
                {row_view(store, row)}
            </For>
        </div>
    }
    .into_any()
}

fn row_view(store: RoomStore, row: Row) -> AnyView {
    match row {
        Row::Day { day, current } => dividers::day(day, current),
        Row::Away { count, since_ms } => dividers::away(count, since_ms),
        Row::Message { message, own: false, head } => message::message_view(&message, head, store),
        Row::Message { message, own: true, head } => own::delivered(&message, head, store),
        Row::Gone { message } => changed::gone(&message, store),
        Row::Unsent { unsent, head } => own::tracked(store, unsent.id, &unsent.text, head),
    }
}
