//! What was said, to be scrolled.

use leptos::html::Div;
use leptos::prelude::*;

use super::empty::EmptyLog;
use super::place::{self, Line};
use super::{dividers, own, said};
use crate::components::icon::{ARROW_DOWN, ARROW_UP, icon};
use crate::erase::{effect, flag, memo, sometimes, words};
use crate::live::{Earlier, Live};
use crate::state::Log;
use crate::state::rows::{Row, rows};
use crate::state::words::{earlier_messages, missed, new_messages};

/// Earlier messages are fetched this long before they are seen, in pixels.
const NEAR_TOP: i32 = 600;

/// The log. It hangs from its end (`column-reverse`), so it begins there
/// before any script runs, stays there while messages come, and stands still
/// when earlier ones are put above.
#[component]
pub(crate) fn LogView(live: Live) -> impl IntoView {
    let log = live.log;
    let frame = NodeRef::<Div>::new();
    let (line_is_above, set_line_is_above) = signal(false);
    let scrolled = move || {
        let Some(frame) = frame.get_untracked() else { return };
        log.maybe_update(|log| log.scrolled(place::is_at_end(&frame)));
        let line = place::line(&frame);
        set_line_is_above.maybe_update(|above| std::mem::replace(above, line == Line::Above) != *above);
        if line == Line::InView {
            log.maybe_update(Log::see_missed);
        }
        // What failed is tried again when the reader asks for it.
        if place::above(&frame) < NEAR_TOP && live.earlier.get_untracked() == Earlier::Resting {
            live.read_earlier();
        }
    };
    place::keep(live, frame, scrolled);
    // Who says something wants to see it said.
    let mut is_new = true;
    effect(move || {
        live.sent.get();
        let is_first = std::mem::take(&mut is_new);
        if let (Some(frame), false) = (frame.get_untracked(), is_first) {
            frame.set_scroll_top(0);
            log.maybe_update(Log::see_missed);
        }
    });
    let is_empty = memo(move || log.with(Log::is_empty));
    let has_unseen = memo(move || log.with(|log| log.unseen() > 0));
    let missed_above = memo(move || line_is_above.get() && log.with(Log::missed_unseen) > 0);
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
            {sometimes(move || missed_above.get().then(|| missed_above_button(live, frame)))}
            {sometimes(move || has_unseen.get().then(|| unseen_button(live, frame)))}
        </div>
    }
}

/// What was missed and begins further up, and the way there.
fn missed_above_button(live: Live, frame: NodeRef<Div>) -> AnyView {
    let to_line = move |_| {
        if let Some(frame) = frame.get_untracked() {
            place::go_to_line(&frame);
            let _ = frame.focus();
        }
    };
    view! {
        <button class="button log-frame__new log-frame__new--above" type="button" on:click=to_line>
            {icon(ARROW_UP)}
            {words(move || missed(live.log.with(Log::missed_unseen)))}
        </button>
    }
    .into_any()
}

/// What came in below, and the way there.
fn unseen_button(live: Live, frame: NodeRef<Div>) -> AnyView {
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
    let has_earlier = memo(move || live.log.with(|log| log.earlier().is_some()));
    let missed = memo(move || live.log.with(|log| log.missed().map_or(0, |missed| missed.earlier)));
    sometimes(move || {
        let words = match live.earlier.get() {
            _ if !has_earlier.get() => return None,
            Earlier::Resting => earlier_messages(missed.get()),
            Earlier::Coming => "Fetching earlier messages".into(),
            Earlier::Failed => "They could not be fetched. Try again".into(),
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
