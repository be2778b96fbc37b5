//! How many have answered, as a number and as arches filling up.

use std::time::Duration;

use leptos::html::Div;
use leptos::prelude::*;
use protocol::UserId;

use super::context::Host;
use super::texts as sentences;
use crate::boxed_view::{derived, dynamic_text, effect, list, memo, optional_view};
use crate::components::avatar::{Looks, avatar};

/// The most arches side by side; with more players, each stands for several.
const MOST: usize = 60;
/// More than so many are closer together.
const ROOMY: usize = 24;
/// The width of the narrowest arch with its gap, in em.
const NARROWEST: f64 = 0.92;
/// How often screen readers announce the number, at most.
const ANNOUNCED_EVERY: Duration = Duration::from_secs(2);

/// The count, and the line of arches.
pub(super) fn answered(host: Host) -> AnyView {
    let line = NodeRef::<Div>::new();
    let room = room_on(line);
    let players = memo(move || host.players_count().max(host.answered()));
    let each = memo(move || each_of(players.get(), room.get()));
    let shown = memo(move || players.get().div_ceil(each.get()));
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
    let class = derived(move || match shown.get() {
        0..=ROOMY => "answered__line",
        _ => "answered__line answered__line--many",
    });
    let key = move || {
        let each = each.get();
        let sentence = format!("1 arch is {}", sentences::players(each));
        (each > 1).then(|| view! { <p class="answered__key">{sentence}</p> }.into_any())
    };
    view! {
        <div class="answered">
            <p class="answered__count">
                <b class="num">{dynamic_text(move || host.answered())}</b>
                {dynamic_text(move || format!(" of {} answered", players.get()))}
            </p>
            <div class=class aria-hidden="true" node_ref=line>
                {list(keys, arch)}
                <i class="answered__em"></i>
            </div>
            {optional_view(key)}
            {announced_count(host, players)}
        </div>
    }
    .into_any()
}

/// How many arches fit on the line at its present width.
fn room_on(line: NodeRef<Div>) -> ReadSignal<usize> {
    let (room, set_room) = signal(MOST);
    let measure = move || {
        let Some(line) = line.try_get_untracked().flatten() else { return };
        let em = line.query_selector(".answered__em").ok().flatten().map(|em| em.get_bounding_client_rect().width());
        let wide = line.get_bounding_client_rect().width();
        if let Some(em) = em.filter(|em| *em > 0.0 && wide > 0.0) {
            set_room.try_set((wide / em / NARROWEST) as usize);
        }
    };
    effect(move || {
        // Once it is in the page and has a width.
        request_animation_frame(measure);
        let resized = window_event_listener(leptos::ev::resize, move |_| measure());
        on_cleanup(move || resized.remove());
    });
    room
}

/// How many players each arch stands for, so that all fit: a number that is easy to count with.
fn each_of(players: usize, room: usize) -> usize {
    let most = room.clamp(1, MOST);
    let fits = |each: &usize| players.div_ceil(*each) <= most;
    [1, 2, 5, 10, 20, 50].into_iter().find(fits).unwrap_or_else(|| players.div_ceil(most))
}

/// The same for screen readers, at their pace.
fn announced_count(host: Host, players: Memo<usize>) -> AnyView {
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
        let handle = set_interval_with_handle(tell, ANNOUNCED_EVERY).ok();
        on_cleanup(move || {
            if let Some(handle) = handle {
                handle.clear();
            }
        });
    });
    view! {
        <p class="unseen" role="status">
            {dynamic_text(move || said.get())}
        </p>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_stands_on_one_line_whatever_its_number() {
        assert_eq!(each_of(36, 60), 1);
        assert_eq!(each_of(36, 20), 2);
        assert_eq!(each_of(300, 100), 5);
        assert_eq!(each_of(300, 30), 10);
        assert_eq!(each_of(4000, 60), 67);
        assert_eq!((each_of(0, 60), each_of(7, 0)), (1, 10));
    }
}
