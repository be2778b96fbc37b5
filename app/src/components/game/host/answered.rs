//! How many have answered, as a number and as arches filling up.

use std::time::Duration;

use leptos::prelude::*;
use protocol::UserId;

use super::Host;
use crate::components::avatar::{Looks, avatar};
use crate::erase::{derived, effect, list, memo, words};

/// So many arches stand beside each other; of more, each is a share.
const MOST: usize = 28;
/// Who hears the number hears it this often at most.
const TOLD_EVERY: Duration = Duration::from_secs(2);

/// The count, and the line.
pub(super) fn answered(host: Host) -> AnyView {
    let players = memo(move || host.players_count().max(host.answered()));
    let shown = memo(move || players.get().min(MOST));
    let full = memo(move || match players.get() {
        0 => 0,
        players => (host.answered() * shown.get()).div_ceil(players),
    });
    let keys = move || (0..shown.get()).map(|at| at.to_string()).collect();
    let arch = move |key: String| {
        let at = key.parse().unwrap_or(0);
        let looks = host.players_now(|players| players.get(at).map(|player| Looks::of(&player.id)));
        let looks = looks.or_else(|| UserId::parse(&key).ok().map(|id| Looks::of(&id)));
        let class =
            derived(move || if at < full.get() { "answered__one" } else { "answered__one answered__one--waiting" });
        view! { <span class=class>{looks.map(avatar)}</span> }.into_any()
    };
    view! {
        <div class="answered">
            <p class="answered__count">
                <b class="num">{words(move || host.answered())}</b>
                {words(move || format!(" of {} answered", players.get()))}
            </p>
            <div class="answered__line" aria-hidden="true">
                {list(keys, arch)}
            </div>
            {told(host, players)}
        </div>
    }
    .into_any()
}

/// The same for who listens, in their time.
fn told(host: Host, players: Memo<usize>) -> AnyView {
    let said = RwSignal::new(String::new());
    let numbers = memo(move || (host.answered(), players.get()));
    effect(move || {
        let tell = move || {
            let Some((answered, players)) = numbers.try_get_untracked() else { return };
            let now = format!("Answers from {answered} of {players} players so far.");
            if answered > 0 && said.try_get_untracked().is_some_and(|before| before != now) {
                said.try_set(now);
            }
        };
        let handle = set_interval_with_handle(tell, TOLD_EVERY).ok();
        on_cleanup(move || {
            if let Some(handle) = handle {
                handle.clear();
            }
        });
    });
    view! {
        <p class="unseen" role="status">
            {words(move || said.get())}
        </p>
    }
    .into_any()
}
