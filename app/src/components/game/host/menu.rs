//! What a host rarely needs: in a menu behind one button.

use std::time::Duration;

use client::game::HostStep;
use leptos::prelude::*;
use protocol::game::frame::Player;
use protocol::game::{Admission, Phase};
use protocol::{UserId, limits};

use super::context::Host;
use super::player_dialog::PlayerDialog;
use super::setting_row::row;
use super::{entrance, hosts};
use crate::api::games::class_chat_path;
use crate::boxed_view::{derived, dynamic_text, dynamic_view, effect, list, memo, optional_view};
use crate::components::avatar::{Looks, avatar};
use crate::components::dialog::Dialog;
use crate::components::icon::{MENU, X, icon};
use crate::components::theme_switch::theme_switch;
use crate::row_focus::{RowFocus, Rows};

/// Where the players are listed; when the last of them is gone, so is the list's name.
const PLAYERS: Rows = Rows { list: ".host-menu__players ul", instead: &[".host-menu__players summary", "#host-menu"] };

/// The button and the menu that it opens.
pub(super) fn menu(host: Host, person: PlayerDialog) -> AnyView {
    let dialog = Dialog::new();
    let content = optional_view(move || dialog.is_open().then(|| sheet(host, person, dialog)));
    view! {
        <button
            class="button button--quiet host-menu__open needs-script"
            type="button"
            aria-haspopup="dialog"
            on:click=move |_| dialog.open()
        >
            {icon(MENU)}
            "Menu"
            {entrance::badge(host)}
        </button>
        {dialog.view("sheet", "host-menu", content)}
    }
    .into_any()
}

fn sheet(host: Host, person: PlayerDialog, dialog: Dialog) -> AnyView {
    view! {
        <div class="sheet__inner host-menu">
            <h2 class="people__title" id="host-menu" tabindex="-1">
                "This game"
            </h2>
            <button
                class="button button--bare sheet__close"
                type="button"
                aria-label="Close"
                on:click=move |_| dialog.close()
            >
                {icon(X)}
            </button>
            {entrance::waiting(host, entrance::IN_MENU)} {door(host)} {entrance::choice(host)} {entrance::blocked(host)} {chat(host)}
            {hand_over(host)} {hosts::hosts(host)}
            <button class="button button--quiet" type="button" on:click=move |_| full_screen()>
                "Full screen"
            </button>
            {players(host, person)} {end(host, dialog)}
            <div class="host-menu__foot">
                {theme_switch()}
            </div>
        </div>
    }
    .into_any()
}

fn door(host: Host) -> AnyView {
    let locked = memo(move || host.game(|game| game.locked));
    let approve = memo(move || host.game(|game| game.admission == Admission::Approve));
    let note = move || match (locked.get(), approve.get()) {
        (true, _) => "Nobody new can join.",
        (false, true) => "Anyone with the PIN can ask to join.",
        (false, false) => "Anyone with the PIN can join.",
    };
    let label = move || if locked.get() { "Unlock the game" } else { "Lock the game" };
    row(label, note, move || host.step(HostStep::Lock(!locked.get_untracked())))
}

fn chat(host: Host) -> AnyView {
    let open = memo(move || host.game(|game| game.chat));
    let note = move || if open.get() { "Chat is on." } else { "Chat is off." };
    let label = move || if open.get() { "Close the class chat" } else { "Open the class chat" };
    let link = move || {
        let path = class_chat_path(&host.pin());
        open.get().then(|| {
            view! {
                <a class="host-menu__link" href=path target="_blank">
                    "Read the class chat in a new tab"
                </a>
            }
            .into_any()
        })
    };
    let toggle = row(label, note, move || host.step(HostStep::Chat(!open.get_untracked())));
    view! { {toggle} {optional_view(link)} }.into_any()
}

/// A code for one other host, while it is valid.
fn hand_over(host: Host) -> AnyView {
    effect(move || {
        let Some(code) = host.store.code.get() else { return };
        let forget = move || {
            host.store.code.try_set(None);
        };
        let timer = set_timeout_with_handle(forget, Duration::from_millis(code.good_for_ms)).ok();
        on_cleanup(move || {
            if let Some(timer) = timer {
                timer.clear();
            }
        });
    });
    let shown = move || {
        host.store.code.get().map(|code| {
            let site = host.join_instructions.with_value(|way| way.host_site.clone());
            let minutes = code.good_for_ms.div_ceil(60_000);
            view! {
                <p class="host-menu__code">
                    <b>{code.code}</b>
                </p>
                <p class="small">
                    {format!(
                        "On the other device, open {site} and type the PIN and this code. It works once, for {minutes} min.",
                    )}
                </p>
            }
            .into_any()
        })
    };
    let note = || "Use it to co-host, or to move to another device.";
    view! {
        {row(|| "Show a code for another host", note, move || host.step(HostStep::HandOver))}
        <div role="status">{optional_view(shown)}</div>
    }
    .into_any()
}

/// The players, each with buttons to rename and remove them, and one button to remove several.
fn players(host: Host, person: PlayerDialog) -> AnyView {
    const MOST: usize = limits::PLAYERS_NAMED;
    let chosen = RwSignal::new(Vec::<UserId>::new());
    let keys = move || -> Vec<String> {
        host.players(|players| players.iter().take(MOST).map(|player| player.id.to_string()).collect())
    };
    let focus = RowFocus::follow(keys, PLAYERS);
    let row = move |id: String| match UserId::parse(&id) {
        Ok(id) => player(host, person, chosen, id),
        Err(_) => ().into_any(),
    };
    let count = memo(move || host.players(<[_]>::len));
    let shown = move || {
        (count.get() > 0).then(|| {
            view! {
                <details
                    class="host-menu__players"
                    on:focusin=move |event| focus.enter(&event)
                    on:focusout=move |event| focus.leave(&event)
                >
                    <summary>{dynamic_text(move || super::texts::players(count.get()))}</summary>
                    {send_chosen_away(host, person, chosen)} <ul>{list(keys, row)}</ul>
                </details>
            }
            .into_any()
        })
    };
    optional_view(shown)
}

fn player(host: Host, person: PlayerDialog, chosen: RwSignal<Vec<UserId>>, id: UserId) -> AnyView {
    let of = id.clone();
    let name = memo(move || {
        let find = |players: &[Player]| players.iter().find(|one| one.id == of).map(|one| one.name.to_string());
        host.players(find).unwrap_or_default()
    });
    view! {
        <li class="person">
            {choose(chosen, id.clone(), name)} {avatar(Looks::of(&id))} <span class="person__name">
                <bdi title=derived(move || name.get())>{dynamic_text(move || name.get())}</bdi>
            </span>
            {person.button("button button--bare", name.into(), move || host.player(&id))}
        </li>
    }
    .into_any()
}

/// Selects a player, to be removed together with others.
fn choose(chosen: RwSignal<Vec<UserId>>, id: UserId, name: Memo<String>) -> AnyView {
    let change = move |event| {
        let is_chosen = event_target_checked(&event);
        chosen.update(|chosen| {
            chosen.retain(|one| *one != id);
            if is_chosen {
                chosen.push(id.clone());
            }
        });
    };
    view! {
        <label class="host-menu__pick">
            <input type="checkbox" on:change=change />
            <span class="unseen">{dynamic_text(move || format!("Choose {}", name.get()))}</span>
        </label>
    }
    .into_any()
}

/// A button that removes all selected players who still play.
fn send_chosen_away(host: Host, person: PlayerDialog, chosen: RwSignal<Vec<UserId>>) -> AnyView {
    let count = memo(move || {
        let chosen = chosen.get();
        host.players(|players| players.iter().filter(|player| chosen.contains(&player.id)).count())
    });
    let ask = move |_| {
        let chosen = chosen.get_untracked();
        person.kick_dialog.ask(host.players_now(|players| {
            players.iter().filter(|player| chosen.contains(&player.id)).cloned().collect::<Vec<_>>()
        }));
    };
    let is_any = memo(move || count.get() > 0);
    optional_view(move || {
        is_any.get().then(|| {
            view! {
                <button class="button button--remove" type="button" on:click=ask>
                    {dynamic_text(move || format!("Remove {}", super::texts::players(count.get())))}
                </button>
            }
            .into_any()
        })
    })
}

/// The button that ends the game, with a confirmation.
fn end(host: Host, dialog: Dialog) -> AnyView {
    let (asked, set_asked) = signal(false);
    let phase = memo(move || host.game(|game| game.phase));
    let end = move || {
        host.step(HostStep::End);
        dialog.close();
    };
    dynamic_view(move || {
        let (label, sure) = match phase.get() {
            Phase::Ended => return ().into_any(),
            Phase::Podium => {
                ("Close the game", "Close the game? Players can still see the podium, but nobody can join.")
            }
            _ => ("End the game", "End the game now? Points so far count."),
        };
        if !asked.get() {
            return row(move || label, || "", move || set_asked.set(true));
        }
        view! {
            <div class="host-menu__sure" role="group" aria-labelledby="sure">
                <p id="sure">{sure}</p>
                <button class="button button--quiet" type="button" on:click=move |_| set_asked.set(false)>
                    "Keep playing"
                </button>
                <button class="button button--danger" type="button" on:click=move |_| end()>
                    {label}
                </button>
            </div>
        }
        .into_any()
    })
}

fn full_screen() {
    let document = document();
    if document.fullscreen_element().is_some() {
        document.exit_fullscreen();
    } else if let Some(root) = document.document_element() {
        // A browser without full screen stays as it is.
        let _ = root.request_fullscreen();
    }
}
