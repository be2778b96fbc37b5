//! The status of the connection, in a word.

use std::time::Duration;

use leptos::prelude::*;

use crate::boxed_view::{derived, dynamic_text, effect};
use crate::state::ConnectionStatus;

/// The status as a pill. Its word is announced when it changes; the seconds that count down beside
/// it are only visible.
#[component]
pub(crate) fn Pill(connection_status: Signal<ConnectionStatus>) -> impl IntoView {
    let seconds = countdown(connection_status);
    view! {
        <span class=derived(move || format!("pill {}", kind(connection_status.get()))) role="status">
            <span class="pill__bars" aria-hidden="true">
                <i></i>
                <i></i>
                <i></i>
            </span>
            <span>
                {dynamic_text(move || connection_status.get().word())} <span class="num" aria-hidden="true">
                    {dynamic_text(move || seconds.get().map(|seconds| format!(" in {seconds} s")).unwrap_or_default())}
                </span>
            </span>
        </span>
    }
}

fn kind(connection_status: ConnectionStatus) -> &'static str {
    match connection_status {
        ConnectionStatus::Connecting | ConnectionStatus::Resting => "pill--new",
        ConnectionStatus::Live => "pill--live",
        ConnectionStatus::Paused
        | ConnectionStatus::Moving
        | ConnectionStatus::Reconnecting { .. }
        | ConnectionStatus::Blocked { .. }
        | ConnectionStatus::Barred { .. } => "pill--waiting",
        ConnectionStatus::Offline | ConnectionStatus::Stopped => "pill--off",
    }
}

/// The seconds until the next try, while there are any.
fn countdown(connection_status: Signal<ConnectionStatus>) -> ReadSignal<Option<u64>> {
    let (seconds, set_seconds) = signal(None);
    effect(move || {
        let Some(retry_in_ms) = connection_status.get().waits() else {
            set_seconds.set(None);
            return;
        };
        // Less than a second is over before it is read.
        set_seconds.set((retry_in_ms >= 1000).then(|| retry_in_ms.div_ceil(1000)));
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
