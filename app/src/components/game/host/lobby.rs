//! The screen before the game: how to enter, and who has come.

use leptos::prelude::*;
use protocol::UserId;
use protocol::game::Phase;
use protocol::game::frame::Player;

use super::context::Host;
use super::player_dialog::PlayerDialog;
use super::qr::qr;
use super::{entrance, texts as text};
use crate::boxed_view::{derived, dynamic_text, dynamic_view, effect, list, memo, optional_view};
use crate::components::avatar::{Looks, avatar};
use crate::row_focus::{RowFocus, Rows};

/// How many arches fit on a wall; of more, the latest are shown.
const MOST: usize = 60;
const NOBODY: &str = "No players yet";
/// Where they stand in the page.
const CLASS: Rows = Rows { list: ".lobby__class", instead: &[".host-menu__open"] };
/// How many fit in full size.
const ROOMY: usize = 24;

/// The lobby: the PIN, the code, the class.
pub(super) fn lobby(host: Host, person: PlayerDialog) -> AnyView {
    let (site, code) = host.join_instructions.with_value(|way| (way.site.clone(), way.code.clone()));
    let pin = host.pin();
    let digits: Vec<_> = pin.as_str().chars().map(String::from).collect();
    let spaced = pin.spaced();
    let (first, last) = spaced.split_once(' ').unwrap_or((&spaced, ""));
    let is_first = host.game_now(|game| game.round) == 1;
    let (door, how) = if is_first {
        let how = view! { <p class="lobby__how">"Go to " <b>{site}</b> " and type"</p> };
        ("lobby__door", how.into_any())
    } else {
        let how = view! {
            <h2 class="lobby__title">"Same class, new round"</h2>
            <p class="lobby__how">"Your phone follows by itself. New here? Go to " <b>{site}</b></p>
        };
        ("lobby__door lobby__door--again", how.into_any())
    };
    view! {
        <section class=door aria-label="How to join">
            <div class="lobby__way">
                {how}
                <p class="lobby__pin">
                    <span class="unseen">{format!("PIN {}", digits.join(" "))}</span>
                    <span aria-hidden="true">{first.to_owned()}</span>
                    <span aria-hidden="true">{last.to_owned()}</span>
                </p>
            </div>
            {qr(&code)}
        </section>
        <div class="lobby__entrance">{entrance::waiting(host, entrance::ON_WALL)}</div>
        {class(host, person)}
    }
    .into_any()
}

/// Everybody who has come, on lines.
fn class(host: Host, person: PlayerDialog) -> AnyView {
    let count = memo(move || host.players_count());
    let keys = move || -> Vec<String> {
        host.players(|players| {
            let hidden = players.len().saturating_sub(MOST);
            players.iter().skip(hidden).map(|player| player.id.to_string()).collect()
        })
    };
    let focus = RowFocus::follow(keys, CLASS);
    let row = move |id: String| match UserId::parse(&id) {
        Ok(id) => player(host, person, id),
        Err(_) => ().into_any(),
    };
    let more = move || {
        let hidden = count.get().saturating_sub(MOST);
        (hidden > 0).then(|| view! { <p class="lobby__more">{format!("and {hidden} more")}</p> }.into_any())
    };
    let nobody = move || {
        (count.get() == 0).then(|| {
            view! {
                <div class="lobby__empty empty">
                    <div class="empty__line"></div>
                    <b>{NOBODY}</b>
                    <p class="quiet">"The PIN is on the wall. Give them a minute."</p>
                </div>
            }
            .into_any()
        })
    };
    let class = derived(move || match count.get() {
        0 => "lobby__class lobby__class--none",
        1..=ROOMY => "lobby__class",
        _ => "lobby__class lobby__class--full",
    });
    view! {
        <ul
            class=class
            aria-label="Players"
            on:focusin=move |event| focus.enter(&event)
            on:focusout=move |event| focus.leave(&event)
        >
            {list(keys, row)}
        </ul>
        {optional_view(more)}
        {optional_view(nobody)}
    }
    .into_any()
}

fn player(host: Host, person: PlayerDialog, id: UserId) -> AnyView {
    let looks = Looks::of(&id);
    let of = id.clone();
    let player = memo(move || {
        host.players(|players| players.iter().find(|player| player.id == of).map(|it| (it.name.to_string(), it.here)))
    });
    let name = move || player.get().map(|(name, _)| name).unwrap_or_default();
    let here = memo(move || player.get().is_none_or(|(_, here)| here));
    let arch = move || avatar(if here.get() { looks } else { looks.asleep() });
    let is_first = memo(move || host.game(|game| game.round) == 1);
    let note = move || if is_first.get() { ", away" } else { ", seat kept" };
    let away = move || (!here.get()).then(|| view! { <span class="unseen">{dynamic_text(note)}</span> }.into_any());
    let class = derived(move || if here.get() || is_first.get() { "player" } else { "player player--seat" });
    view! {
        <li class=class>
            <span class="player__stand">{dynamic_view(arch)}</span>
            <span class="player__name">
                <bdi title=derived(name)>{dynamic_text(name)}</bdi>
                {optional_view(away)}
            </span>
            {person.button("player__more", derived(name), move || host.player(&id))}
        </li>
    }
    .into_any()
}

/// Remembers who plays a round, so that the lobby of the next one shows who is new.
pub(super) fn remember(host: Host) {
    effect(move || {
        let (round, phase) = host.game(|game| (game.round, game.phase));
        let all = host.players_count();
        let ids = host.players(|players| players.iter().map(|player| player.id.clone()).collect::<Vec<_>>());
        // In a large game only the first players are listed.
        if phase != Phase::Lobby {
            host.before.set((ids.len() == all).then_some((round, ids)));
        }
    });
}

/// How many of those who are here did not play the round before; `None` if that is not known.
fn new(host: Host) -> Option<usize> {
    let round = host.game(|game| game.round);
    let all = host.players_count();
    host.before.with(|before| {
        let (played, ids) = before.as_ref()?;
        let count = |players: &[Player]| {
            let new = players.iter().filter(|player| player.here && !ids.contains(&player.id)).count();
            (players.len() == all).then_some(new)
        };
        if played.saturating_add(1) == round { host.players(count) } else { None }
    })
}

/// As in `22 players`, and as in `19 are back, 3 seats are kept`.
pub(super) fn count(host: Host) -> AnyView {
    // In a large game only the first players are listed with whether they are connected.
    let away = memo(move || host.players(|players| players.iter().filter(|player| !player.here).count()));
    let count = memo(move || host.players_count().saturating_sub(away.get()));
    let sentence = move || match (host.game(|game| game.round), count.get(), away.get()) {
        (1, 0, _) | (_, 0, 0) => NOBODY.into(),
        (1, count, _) => text::players(count),
        (_, here, kept) => text::back(here, new(host), kept),
    };
    view! {
        <p class="lobby__count" role="status">
            {dynamic_text(sentence)}
        </p>
    }
    .into_any()
}
