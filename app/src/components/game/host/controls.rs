//! The host's buttons. One of them is always the next step, and the space bar presses it.

use client::game::HostStep;
use leptos::ev::KeyboardEvent;
use leptos::html::Button;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;
use protocol::game::{Game, Phase};
use protocol::quiz::Kind;

use super::context::Host;
use super::screen::HostScreen;
use super::{afterwards, lobby, texts};
use crate::boxed_view::{derived, dynamic_text, dynamic_view, effect, flag, memo, optional_view};
use crate::components::icon::{PLAY, icon};

const LEADERBOARD: &str = "Show the leaderboard";
/// How many seconds one press adds.
const MORE: u32 = 10;

/// The bar at the foot of the stage. The main button stays the same element
/// from phase to phase, so that it keeps the focus.
pub(super) fn controls(host: Host, screen: Memo<HostScreen>) -> AnyView {
    let main = NodeRef::<Button>::new();
    let label = memo(move || match host.places_missing() {
        0 => host.game(|game| main_step(game).map(|(label, _)| label)),
        missing => Some(texts::nth_place(missing - 1)),
    });
    let start = memo(move || screen.get() == HostScreen::Lobby);
    let empty = memo(move || start.get() && host.is_alone());
    // These phases end by themselves.
    let busy = memo(move || host.game(|game| matches!(game.phase, Phase::Ready | Phase::Closed)));
    let cannot = memo(move || empty.get() || busy.get());
    let press = move || {
        if untrack(|| host.places_missing()) > 0 {
            host.step(HostStep::Next);
            return;
        }
        let step = host.game_now(main_step).map(|(_, step)| step);
        if let Some(step) = step.filter(|_| !cannot.get_untracked()) {
            host.step(step);
        }
    };
    on_space(main);
    let class = derived(move || match screen.get() {
        HostScreen::Question(_) => "controls controls--slim",
        _ => "controls",
    });
    let reason = move || {
        empty.get().then(|| {
            view! { <span class="controls__reason" id="not-yet">"Starts once a player has joined."</span> }.into_any()
        })
    };
    let main_class = derived(move || match label.get() {
        Some(_) => "button button--stage controls__main needs-script",
        None => "controls__main--none",
    });
    view! {
        <div class=class>
            <div class="controls__words">{dynamic_view(move || note(host, screen.get()))}</div>
            <div class="controls__steps">
                {dynamic_view(move || others(host, screen.get()))}
                <span class="controls__next">
                    <button
                        class=main_class
                        type="button"
                        aria-keyshortcuts="Space"
                        aria-disabled=flag(move || cannot.get())
                        aria-describedby=derived(move || empty.get().then_some("not-yet"))
                        hidden=derived(move || label.get().is_none())
                        node_ref=main
                        on:click=move |_| press()
                    >
                        {optional_view(move || start.get().then(|| icon(PLAY).into_any()))}
                        {dynamic_text(move || label.get().unwrap_or_default())}
                    </button>
                    {optional_view(reason)}
                </span>
            </div>
        </div>
    }
    .into_any()
}

/// The next step and its label; `None` where there is none.
fn main_step(game: &Game) -> Option<(&'static str, HostStep)> {
    let last = game.at.is_some_and(|at| at + 1 >= game.questions);
    let onwards = if last { "Show the podium" } else { "Next question" };
    Some(match game.phase {
        Phase::Lobby => ("Start the quiz", HostStep::Start),
        // Beside the ring it says already that it is time to get ready.
        Phase::Ready => ("Show the answer", HostStep::Next),
        Phase::Open if is_slide(game) => (if last { "Show the podium" } else { "Next" }, HostStep::Next),
        Phase::Open => ("Show the answer", HostStep::Next),
        Phase::Closed => ("Counting", HostStep::Next),
        // The places after the last question would tell what the podium is to show.
        Phase::Reveal if last => (onwards, HostStep::Skip),
        Phase::Reveal if game.scored => (LEADERBOARD, HostStep::Next),
        Phase::Reveal | Phase::Places => (onwards, HostStep::Next),
        Phase::Podium | Phase::Ended => return None,
    })
}

fn is_slide(game: &Game) -> bool {
    game.asked.as_ref().is_some_and(|asked| asked.kind == Kind::Slide)
}

/// The text beside the buttons.
fn note(host: Host, screen: HostScreen) -> AnyView {
    match screen {
        HostScreen::Lobby => lobby::count(host),
        HostScreen::Podium if host.places_missing() == 0 => afterwards::note(host),
        _ => ().into_any(),
    }
}

/// The other steps of a phase.
fn others(host: Host, screen: HostScreen) -> AnyView {
    match screen {
        HostScreen::Lobby => {
            let locked = memo(move || host.game(|game| game.locked));
            let label = move || if locked.get() { "Unlock the game" } else { "Lock the game" };
            button(label, move || host.step(HostStep::Lock(!locked.get_untracked())))
        }
        HostScreen::Question(_) => clock_buttons(host),
        HostScreen::Reveal(_) => {
            let has_places = host.game_now(main_step).is_some_and(|(label, _)| label == LEADERBOARD);
            if has_places { button(|| "Next question", move || host.step(HostStep::Skip)) } else { ().into_any() }
        }
        HostScreen::Podium if host.has_ways_on() => afterwards::buttons(host),
        HostScreen::Places(_) | HostScreen::Podium => ().into_any(),
    }
}

/// The buttons for the time of a question. They stay while they can be pressed, so that they keep the focus.
fn clock_buttons(host: Host) -> AnyView {
    let can = memo(move || host.game(Can::of));
    let paused = memo(move || host.game(|game| game.paused.is_some()));
    let pause = move || host.step(if paused.get_untracked() { HostStep::Resume } else { HostStep::Pause });
    let label = move || if paused.get() { "Resume" } else { "Pause" };
    dynamic_view(move || {
        let can = can.get();
        let time = can.extend.then(|| {
            let more = move || host.step(HostStep::Extend(Some(MORE)));
            let endless = move || host.step(HostStep::Extend(None));
            view! { {button(|| "+10 s", more)} {button(|| "No time limit", endless)} }
        });
        view! {
            {can.pause.then(|| button(label, pause))}
            {time}
            {can.skip.then(|| button(|| "Skip", move || host.step(HostStep::Skip)))}
        }
        .into_any()
    })
}

/// What can be done about the time now.
#[derive(Clone, Copy, PartialEq)]
struct Can {
    pause: bool,
    extend: bool,
    skip: bool,
}

impl Can {
    fn of(game: &Game) -> Self {
        let asks = !is_slide(game);
        let runs = game.closes_at.is_some() || game.paused.is_some_and(|left| left > 0);
        Self {
            pause: asks && matches!(game.phase, Phase::Ready | Phase::Open),
            extend: asks && runs && game.phase == Phase::Open,
            skip: asks && game.phase != Phase::Closed,
        }
    }
}

fn button(label: impl Fn() -> &'static str + Send + Sync + 'static, press: impl Fn() + 'static) -> AnyView {
    view! {
        <button class="button button--stage button--quiet needs-script" type="button" on:click=move |_| press()>
            {dynamic_text(label)}
        </button>
    }
    .into_any()
}

/// The space bar presses the main button, unless it means something else
/// where the focus is.
fn on_space(main: NodeRef<Button>) {
    effect(move || {
        let handle = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
            let modified = event.ctrl_key() || event.alt_key() || event.meta_key() || event.shift_key();
            if event.key() != " " || event.repeat() || modified || is_taken(&event) {
                return;
            }
            // Otherwise the page would scroll.
            event.prevent_default();
            if let Some(main) = main.get_untracked() {
                main.click();
            }
        });
        on_cleanup(move || handle.remove());
    });
}

fn is_taken(event: &KeyboardEvent) -> bool {
    const OTHERS: &str = "a, button, input, textarea, select, summary, dialog, [contenteditable]";
    let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return false };
    target.closest(OTHERS).ok().flatten().is_some()
}
