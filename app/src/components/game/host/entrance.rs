//! The entrance: the host's choice, who waits, and how many networks are blocked.

use client::game::HostStep;
use leptos::prelude::*;
use protocol::UserId;
use protocol::game::{Admission, Phase};

use super::context::Host;
use super::setting_row;
use crate::boxed_view::{dynamic_text, list, memo, optional_view};
use crate::components::avatar::{Looks, avatar};
use crate::row_focus::{RowFocus, Rows};
use crate::state::game::texts::counted;

/// The switch that makes newcomers wait for the host, with a note.
pub(super) fn choice(host: Host) -> AnyView {
    let approve = memo(move || host.game(|game| game.admission == Admission::Approve));
    let locked = memo(move || host.game(|game| game.locked));
    let note = move || match (locked.get(), approve.get()) {
        (false, true) => "New players wait until you let them in.",
        (false, false) => "New players join right away.",
        (true, true) => "Once unlocked, new players wait until you let them in.",
        (true, false) => "Once unlocked, new players join right away.",
    };
    let label = move || if approve.get() { "Let everyone join" } else { "Approve each new player" };
    let other = move || if approve.get_untracked() { Admission::Open } else { Admission::Approve };
    setting_row::row(label, note, move || host.step(HostStep::Admission(other())))
}

/// The list of those who wait, on the wall,
pub(super) const ON_WALL: Rows = Rows { list: ".lobby__entrance .entrance__list", instead: &[".host-menu__open"] };
/// and the one in the menu.
pub(super) const IN_MENU: Rows = Rows { list: ".host-menu .entrance__list", instead: &["#host-menu"] };

/// How many wait; 0 when nobody new can play any more.
fn count(host: Host) -> Memo<usize> {
    memo(move || match host.game(|game| game.phase) {
        Phase::Podium | Phase::Ended => 0,
        _ => host.store.entrance.with(|entrance| entrance.waiting.len()),
    })
}

/// The list of those who wait to be admitted, while there are any.
pub(super) fn waiting(host: Host, rows: Rows) -> AnyView {
    let count = count(host);
    let keys = move || -> Vec<String> {
        host.store.entrance.with(|entrance| entrance.waiting.iter().map(|one| one.id.to_string()).collect())
    };
    let focus = RowFocus::follow(keys, rows);
    let row = move |id: String| match UserId::parse(&id) {
        Ok(id) => newcomer(host, id),
        Err(_) => ().into_any(),
    };
    let sentence =
        move || format!("{} to join", counted(count.get() as u64, "player is waiting", "players are waiting"));
    let all = move |_| host.step(HostStep::Admit(Vec::new()));
    let is_there = memo(move || count.get() > 0);
    let shown = move || {
        is_there.get().then(|| {
            view! {
                <section
                    class="entrance"
                    aria-label="Waiting to join"
                    on:focusin=move |event| focus.enter(&event)
                    on:focusout=move |event| focus.leave(&event)
                >
                    <div class="entrance__head">
                        <b role="status">{dynamic_text(sentence)}</b>
                        <button class="button" type="button" on:click=all>
                            "Let everyone in"
                        </button>
                    </div>
                    <ul class="entrance__list">{list(keys, row)}</ul>
                </section>
            }
            .into_any()
        })
    };
    optional_view(shown)
}

fn newcomer(host: Host, id: UserId) -> AnyView {
    let find = |one: &protocol::game::frame::Waiting| (one.id == id).then(|| one.name.to_string());
    let name =
        host.store.entrance.with_untracked(|entrance| entrance.waiting.iter().find_map(find)).unwrap_or_default();
    let (admitted, declined) = (id.clone(), id.clone());
    view! {
        <li class="person entrance__person">
            {avatar(Looks::of(&id))} <span class="person__name">
                <bdi title=name.clone()>{name.clone()}</bdi>
            </span>
            <span class="entrance__ways">
                <button
                    class="button button--remove"
                    type="button"
                    aria-label=format!("Let in {name}")
                    on:click=move |_| host.step(HostStep::Admit(vec![admitted.clone()]))
                >
                    "Let in"
                </button>
                <button
                    class="button button--remove"
                    type="button"
                    aria-label=format!("Turn away {name}")
                    on:click=move |_| host.step(HostStep::Decline(vec![declined.clone()]))
                >
                    "Turn away"
                </button>
            </span>
        </li>
    }
    .into_any()
}

/// How many wait, beside the name of the menu; empty if nobody does.
pub(super) fn badge(host: Host) -> AnyView {
    let count = count(host);
    let shown = move || {
        (count.get() > 0).then(|| {
            view! {
                <b class="host-menu__badge num">{dynamic_text(move || count.get())}</b>
                <span class="unseen">" waiting"</span>
            }
            .into_any()
        })
    };
    optional_view(shown)
}

/// How many networks are blocked, with a button that ends that.
pub(super) fn blocked(host: Host) -> AnyView {
    let count = memo(move || host.store.entrance.with(|entrance| entrance.blocked));
    let note = move || match count.get() {
        1 => "Newcomers from one network are blocked for a while.",
        _ => "Newcomers from some networks are blocked for a while.",
    };
    let shown = move || {
        (count.get() > 0).then(|| setting_row::row(|| "End the block", note, move || host.step(HostStep::Pardon)))
    };
    optional_view(shown)
}
