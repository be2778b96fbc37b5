//! Lines across the log: where a day begins, and where the reader was away.

use leptos::prelude::*;

use crate::components::avatar::{Looks, avatar};
use crate::state::texts::new_messages;
use crate::state::time::day_name;
use crate::time_zone::local;

/// The line where a day begins.
pub(super) fn day(day: i64, current: i64) -> AnyView {
    let name = day_name(day, current);
    let label = name.clone();
    view! {
        <div class="day" role="separator" aria-label=label>
            <span>{name}</span>
        </div>
    }
    .into_any()
}

/// The line where the missed messages begin.
pub(super) fn away(count: usize, since_ms: u64) -> AnyView {
    view! {
        <div
            class="away"
            role="separator"
            aria-label=format!("While you were away: {}", new_messages(count))
        >
            {avatar(Looks::plain("honey", 40, (0, 0)).asleep())}
            <span class="away__text">"While you were away"</span>
            <span class="away__since" title=local(since_ms).moment()>
                {format!("{count} new")}
                <span class="away__hour">" since " {local(since_ms).clock()}</span>
            </span>
        </div>
    }
    .into_any()
}
