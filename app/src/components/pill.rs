//! How the connection is, in a word.

use std::time::Duration;

use leptos::prelude::*;
use protocol::link::Status;

use crate::erase::{effect, words};

/// The connection as a pill. Its word is announced when it changes; the
/// seconds that count down beside it are only seen.
#[component]
pub(crate) fn Pill(status: Signal<Status>) -> impl IntoView {
    let seconds = countdown(status);
    view! {
        <span class=Signal::derive(move || format!("pill {}", kind(status.get()))) role="status">
            <span class="pill__bars" aria-hidden="true">
                <i></i>
                <i></i>
                <i></i>
            </span>
            <span>
                {words(move || word(status.get()))} <span class="num" aria-hidden="true">
                    {words(move || seconds.get().map(|seconds| format!(" in {seconds} s")).unwrap_or_default())}
                </span>
            </span>
        </span>
    }
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Connecting => "Connecting",
        Status::Live => "Live",
        Status::Reconnecting { .. } => "Reconnecting",
        Status::Offline => "Offline",
        Status::Stopped { .. } => "Stopped",
    }
}

fn kind(status: Status) -> &'static str {
    match status {
        Status::Connecting => "pill--new",
        Status::Live => "pill--live",
        Status::Reconnecting { .. } => "pill--waiting",
        Status::Offline | Status::Stopped { .. } => "pill--off",
    }
}

/// The seconds until the next try.
fn countdown(status: Signal<Status>) -> ReadSignal<Option<u64>> {
    let (seconds, set_seconds) = signal(None);
    effect(move || {
        let Status::Reconnecting { retry_in_ms } = status.get() else {
            set_seconds.set(None);
            return;
        };
        set_seconds.set(Some(retry_in_ms.div_ceil(1000)).filter(|left| *left > 0));
        let tick = move || {
            set_seconds
                .try_update(|seconds| *seconds = seconds.and_then(|left| left.checked_sub(1)).filter(|it| *it > 0));
        };
        let handle = set_interval_with_handle(tick, Duration::from_secs(1)).ok();
        on_cleanup(move || {
            if let Some(handle) = handle {
                handle.clear();
            }
        });
    });
    seconds
}
