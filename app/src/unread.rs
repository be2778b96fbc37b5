//! Shows in the tab's title and icon how many messages came while nobody looked.

use leptos::prelude::*;

use crate::boxed_view::effect;
use crate::state::Log;

const ICON: &str = "link[rel=icon][type='image/svg+xml']";

/// Counts messages of others while the tab is hidden, until it is shown.
pub(crate) fn follow(log: RwSignal<Log>) {
    let seen = StoredValue::new(0);
    let own_title = StoredValue::new(String::new());
    effect(move || {
        let newest = log.with(Log::newest);
        if document().hidden() {
            let count = log.with_untracked(|log| log.by_others_after(seen.get_value()));
            show(&own_title.get_value(), count);
        } else {
            seen.set_value(newest);
        }
    });
    effect(move || {
        own_title.set_value(document().title());
        let looked = window_event_listener_untyped("visibilitychange", move |_| {
            if let (false, Some(newest)) = (document().hidden(), log.try_with_untracked(Log::newest)) {
                seen.try_set_value(newest);
                show(&own_title.try_get_value().unwrap_or_default(), 0);
            }
        });
        on_cleanup(move || looked.remove());
    });
}

fn show(own_title: &str, count: usize) {
    let title = match count {
        0 => own_title.to_owned(),
        1..=99 => format!("({count}) {own_title}"),
        _ => format!("(99+) {own_title}"),
    };
    if document().title() == title || own_title.is_empty() {
        return;
    }
    document().set_title(&title);
    if let Ok(Some(icon)) = document().query_selector(ICON) {
        let _ = icon.set_attribute("href", if count == 0 { "/mark.svg" } else { "/mark-unread.svg" });
    }
}
