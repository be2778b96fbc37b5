//! What moves the game on. One button is always the next step, and the space
//! bar presses it.

use leptos::ev::KeyboardEvent;
use leptos::html::Button;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;
use protocol::game::link::HostStep;
use protocol::game::{Game, Phase};
use protocol::quiz::Kind;

use super::{Host, Screen, lobby, podium};
use crate::components::icon::{PLAY, icon};
use crate::erase::{changing, derived, effect, flag, memo, sometimes, words};

/// Seconds that one press adds.
const MORE: u32 = 10;

/// The bar at the foot of the stage. The main button stays the same element
/// from phase to phase, so that it keeps the focus.
pub(super) fn controls(host: Host, screen: Memo<Screen>) -> AnyView {
    let main = NodeRef::<Button>::new();
    let label = memo(move || host.game(main_label));
    let start = memo(move || screen.get() == Screen::Lobby);
    let empty = memo(move || start.get() && host.players(<[_]>::is_empty));
    // For a moment these go on by themselves.
    let busy = memo(move || host.game(|game| matches!(game.phase, Phase::Ready | Phase::Closed)));
    let cannot = memo(move || empty.get() || busy.get());
    let press = move || {
        if !cannot.get_untracked() {
            host.step(if start.get_untracked() { HostStep::Start } else { HostStep::Next });
        }
    };
    on_space(main);
    let class = derived(move || match screen.get() {
        Screen::Question(_) => "controls controls--slim",
        _ => "controls",
    });
    let reason = move || {
        empty.get().then(|| {
            view! { <span class="controls__reason" id="not-yet">"Starts when one player is here."</span> }.into_any()
        })
    };
    let main_class = derived(move || match label.get() {
        Some(_) => "button button--stage controls__main needs-script",
        None => "controls__main--none",
    });
    view! {
        <div class=class>
            <div class="controls__words">{changing(move || said(host, screen.get()))}</div>
            <div class="controls__steps">
                {changing(move || others(host, screen.get()))}
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
                        {sometimes(move || start.get().then(|| icon(PLAY).into_any()))}
                        {words(move || label.get().unwrap_or_default())}
                    </button>
                    {sometimes(reason)}
                </span>
            </div>
        </div>
    }
    .into_any()
}

/// What the next step does; nothing where there is none.
fn main_label(game: &Game) -> Option<&'static str> {
    let last = game.at.is_some_and(|at| at + 1 >= game.questions);
    let onwards = if last { "To the podium" } else { "Next question" };
    match game.phase {
        Phase::Lobby => Some("Start the quiz"),
        Phase::Ready => Some("Get ready"),
        Phase::Open if is_slide(game) => Some(if last { "To the podium" } else { "Next" }),
        Phase::Open => Some("Show the answer"),
        Phase::Closed => Some("Counting"),
        Phase::Reveal if game.scored && !last => Some("Show places"),
        Phase::Reveal | Phase::Places => Some(onwards),
        Phase::Podium | Phase::Ended => None,
    }
}

fn is_slide(game: &Game) -> bool {
    game.asked.as_ref().is_some_and(|asked| asked.kind == Kind::Slide)
}

/// What stands beside the buttons.
fn said(host: Host, screen: Screen) -> AnyView {
    match screen {
        Screen::Lobby => lobby::count(host),
        Screen::Podium => {
            let sentence = host.game_now(podium::best_known);
            view! { <p class="controls__sentence">{sentence}</p> }.into_any()
        }
        _ => ().into_any(),
    }
}

/// The other steps of a phase.
fn others(host: Host, screen: Screen) -> AnyView {
    match screen {
        Screen::Lobby => changing(move || {
            let locked = host.game(|game| game.locked);
            let label = if locked { "Open the door" } else { "Lock the door" };
            button(label, move || host.step(HostStep::Lock(!locked)))
        }),
        Screen::Question(_) => changing(move || host.game(|game| clock_buttons(host, game))),
        Screen::Reveal(_) => {
            let goes_on = host.game_now(|game| game.scored && main_label(game) == Some("Show places"));
            if goes_on { button("Next question", move || host.step(HostStep::Skip)) } else { ().into_any() }
        }
        Screen::Places(_) => ().into_any(),
        Screen::Podium => view! {
            <a class="button button--stage button--quiet" href="/results">
                "Results"
            </a>
            <a class="button button--stage" href="/quizzes">
                "Play again"
            </a>
        }
        .into_any(),
    }
}

fn clock_buttons(host: Host, game: &Game) -> AnyView {
    let slide = is_slide(game);
    let ticking = game.closes_at.is_some() || game.paused.is_some_and(|left| left > 0);
    let open = game.phase == Phase::Open && !slide;
    let pause = match game.paused {
        _ if slide || !matches!(game.phase, Phase::Ready | Phase::Open) => None,
        Some(_) => Some(button("Go on", move || host.step(HostStep::Resume))),
        None => Some(button("Pause", move || host.step(HostStep::Pause))),
    };
    let time = (open && ticking).then(|| {
        let more = move || host.step(HostStep::Extend(Some(MORE)));
        let endless = move || host.step(HostStep::Extend(None));
        view! { {button("10 s more", more)} {button("No time limit", endless)} }
    });
    let skip = (game.phase != Phase::Closed && !slide).then(|| button("Skip", move || host.step(HostStep::Skip)));
    view! { {pause} {time} {skip} }.into_any()
}

fn button(label: &'static str, press: impl Fn() + 'static) -> AnyView {
    view! {
        <button class="button button--stage button--quiet needs-script" type="button" on:click=move |_| press()>
            {label}
        </button>
    }
    .into_any()
}

/// The space bar presses the main button, unless it means something else where
/// the focus is.
fn on_space(main: NodeRef<Button>) {
    effect(move || {
        let handle = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
            let modified = event.ctrl_key() || event.alt_key() || event.meta_key() || event.shift_key();
            if event.key() != " " || event.repeat() || modified || is_taken(&event) {
                return;
            }
            // Else the page would scroll.
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
