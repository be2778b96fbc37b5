//! The host's side of a game: what a class sees on the wall, and the buttons that advance the game.
//!
//! Shows the game as the server describes it and has no rules: a step that comes too late is refused by the
//! server, and the new state is shown instead.

mod afterwards;
mod answered;
mod bars;
mod confetti;
mod context;
mod controls;
mod entrance;
mod hosts;
mod kick;
mod lobby;
mod menu;
mod places;
mod player_dialog;
mod podium;
pub(crate) mod qr;
mod question;
mod reveal;
mod screen;
mod setting_row;
mod texts;

use leptos::prelude::*;
use protocol::game::{Game, Phase};

pub(crate) use self::context::JoinInstructions;
use self::context::{Afterwards, Host};
use self::player_dialog::PlayerDialog;
use self::screen::HostScreen;
use crate::api::games::HostPage;
use crate::boxed_view::{deferred_view, derived, dynamic_text, dynamic_view, memo, optional_view};
use crate::components::game::steps::steps;
use crate::components::notice::{Notice, NoticeTexts};
use crate::components::pill::Pill;
use crate::game_store::GameStore;
use crate::initial_state;
use crate::island::part;

/// The initial state of a host's stage: the game, the way into it, and the error of a form that
/// was sent from here.
pub(crate) type InitialState = (HostPage, JoinInstructions, Option<String>);
/// The id of that state in the page.
pub(crate) const INITIAL_STATE: &str = "host-initial";

const NOTICES: NoticeTexts = NoticeTexts {
    pause: "The game cannot be reached right now. It continues by itself.",
    cut: "You are offline. The game continues, and this page rejoins by itself.",
    wall: "Live updates are blocked, probably by this network. To host, try another network.",
};

part! {
    host_part:
    /// The stage: everything that a host sees of a game.
    HostStage draws host_stage,
}

fn host_stage() -> Option<AnyView> {
    initial_state::load::<InitialState>(INITIAL_STATE).map(stage)
}

fn stage((page, join_instructions, refusal): InitialState) -> AnyView {
    let pin = StoredValue::new(page.pin.clone());
    let afterwards = StoredValue::new(Afterwards { quiz: page.quiz.clone(), refusal });
    let began_over = (page.game.phase == Phase::Podium).then_some(page.game.round);
    let (join_instructions, before) = (StoredValue::new(join_instructions), RwSignal::new(None));
    let host = Host { store: GameStore::host(page), pin, join_instructions, afterwards, began_over, before };
    lobby::remember(host);
    let out = memo(move || host.store.board.with(|board| board.out.as_ref().map(|out| out.message.clone())));
    let shown = move || match out.get() {
        Some(why) => gone(why),
        None => on_stage(host),
    };
    dynamic_view(shown)
}

fn on_stage(host: Host) -> AnyView {
    let person = PlayerDialog::new();
    let screen = memo(move || host.game(HostScreen::of));
    // The same screen in another round is rendered anew.
    let shown = memo(move || (host.game(|game| game.round), screen.get()));
    let split = memo(move || host.game(|game| game.phase == Phase::Reveal && reveal::has_why(game)));
    let class = derived(move || if split.get() { "stage__main stage__main--split" } else { "stage__main" });
    let connection_status = host.store.connection_status.into();
    view! {
        <main class=class id="main" tabindex="-1">
            <div class="stage__bar">
                {dynamic_view(move || bar(host, screen.get()))} <Pill connection_status /> {deferred_view(move || menu::menu(host, person))}
            </div>
            <div class="stage__screen">{deferred_view(move || dynamic_view(move || body(host, person, shown.get().1)))}</div>
            {optional_view(move || split.get().then(|| host.game(|game| reveal::why(host, game))).flatten())}
            <div class="stage__notices">
                <Notice connection_status trouble=host.store.last_error.into() texts=NOTICES />
            </div>
            {deferred_view(move || controls::controls(host, screen))} {announcements(host)} {deferred_view(move || person.dialogs(host))}
        </main>
    }
    .into_any()
}

fn body(host: Host, person: PlayerDialog, screen: HostScreen) -> AnyView {
    match screen {
        HostScreen::Lobby => lobby::lobby(host, person),
        HostScreen::Question(_) => question::question(host),
        HostScreen::Reveal(_) => host.game_now(|game| reveal::reveal(host, game)),
        HostScreen::Places(_) => by_leaders(host, |game, _| places::places(game)),
        HostScreen::Podium => by_leaders(host, podium::podium),
    }
}

/// Rendered anew when the leaders change, because one may be removed, and with each place that is shown.
fn by_leaders(host: Host, draw: fn(&Game, usize) -> AnyView) -> AnyView {
    let leaders = memo(move || host.game(|game| game.leaders.clone()));
    let missing = memo(move || host.places_missing());
    dynamic_view(move || leaders.with(|_| host.game_now(|game| draw(game, missing.get()))))
}

/// The title of the quiz, and how far it is.
fn bar(host: Host, screen: HostScreen) -> AnyView {
    host.game_now(|game| match screen {
        HostScreen::Lobby => title(game, texts::questions(game.questions)),
        HostScreen::Podium => title(game, texts::players(game.players)),
        _ => {
            let (at, of) = (game.at.unwrap_or_default(), game.questions);
            view! {
                <p class="stage__what stage__what--end">
                    <span class="quiet">"Question"</span>
                    <b>{format!("{} of {of}", at + 1)}</b>
                </p>
                {steps(of, at)}
            }
            .into_any()
        }
    })
}

fn title(game: &Game, note: String) -> AnyView {
    // On the podium the heading is on the stage.
    let title = game.title.clone();
    let title = match game.phase {
        Phase::Lobby => view! { <h1 class="stage__title" dir="auto">{title}</h1> }.into_any(),
        _ => view! { <b dir="auto">{title}</b> }.into_any(),
    };
    view! {
        <div class="stage__what stage__what--end">
            {title} <span class="quiet">{note}</span>
        </div>
    }
    .into_any()
}

/// Announcements of changes and of the time for screen readers.
fn announcements(host: Host) -> AnyView {
    let phase = memo(move || match host.places_missing() {
        0 => host.game(texts::announcement),
        missing => host.game(|game| texts::place_announcement(game, missing)),
    });
    view! {
        <div class="unseen">
            <p role="status">{dynamic_text(move || phase.get())}</p>
            <p role="status">{dynamic_text(move || host.store.mark.get())}</p>
        </div>
    }
    .into_any()
}

/// The message when the game is gone for this host.
fn gone(why: String) -> AnyView {
    view! {
        <main class="sorry__main stage__gone" id="main" tabindex="-1">
            <h1>"You cannot host this game"</h1>
            <p class="quiet">{why}</p>
            <p>
                <a class="button" href="/quizzes">
                    "Go to your quizzes"
                </a>
            </p>
        </main>
    }
    .into_any()
}
