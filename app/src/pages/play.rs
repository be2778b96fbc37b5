//! The way into a game, and the game as its player sees it.

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use protocol::game::Phase;
use protocol::{ErrorCode, Pin};

use super::brand::Brand;
use super::crowd::crowd;
use super::not_found::Unavailable;
use super::status;
use crate::api::games::{self, EnterGame, PlayPage};
use crate::api::{ApiError, refused, typed};
use crate::components::front::JoinGame;
use crate::components::game::join;
use crate::components::game::player::{self, PlayGame};
use crate::components::theme_switch::ThemeSwitch;
use crate::initial_state;
use crate::page_styles::PageStyles;
use crate::page_title::PageTitle;

/// The page at `/play`: which game?
#[component]
pub(crate) fn Join() -> impl IntoView {
    let wrong = refused::<EnterGame>();
    view! {
        <PageStyles of="join" />
        <PinForm wrong />
    }
}

/// The page at `/play/{pin}`: a game as one of its players sees it, or the way into it.
#[component]
pub(crate) fn Play() -> impl IntoView {
    let params = use_params_map();
    let wants_name = use_query_map().with_untracked(|query| query.get_str("name").is_some());
    let pin = Memo::new(move |_| params.with(|params| Pin::parse(params.get_str("pin")?).ok()));
    let page = Resource::new(
        move || pin.get(),
        |pin| async move {
            match pin {
                Some(pin) => games::play_page(pin).await,
                None => Err(ApiError::Invalid("A PIN has six digits. Look at the big screen again.".into())),
            }
        },
    );
    view! {
        <PageStyles of="play" />
        <Suspense>
            {move || Suspend::new(async move {
                match page.await {
                    Ok(page) => {
                        let page = if wants_name { nameless(page) } else { page };
                        view! {
                            <PageTitle of=page.title.clone() about="A live quiz. Choose a name and play along." />
                            {initial_state::embed(player::INITIAL_STATE, page)}
                            <PlayGame />
                        }
                        .into_any()
                    }
                    Err(error) => instead(&error),
                }
            })}
        </Suspense>
    }
}

/// The page of a player who wants another name: it asks as if they had no seat yet, which they keep. Only
/// before the first question, so that nobody who loads the page again is kept from answering.
fn nameless(page: PlayPage) -> PlayPage {
    let seat = page.seat.filter(|seat| seat.game.phase != Phase::Lobby);
    PlayPage { seat, ..page }
}

/// The page for a PIN that leads into no game; another one can be typed.
fn instead(error: &ApiError) -> AnyView {
    let wrong = match error {
        ApiError::Refused(refusal) if refusal.code == ErrorCode::NoGame => {
            status::not_found();
            "No game has this PIN. Look at the big screen again.".into()
        }
        ApiError::Invalid(sentence) => {
            status::not_found();
            sentence.clone()
        }
        error if error.is_too_many() => {
            status::too_many();
            error.to_string()
        }
        ApiError::Refused(refusal) => refusal.message.clone(),
        error => return view! { <Unavailable advice=error.to_string() /> }.into_any(),
    };
    view! { <PinForm wrong=Some(wrong) /> }.into_any()
}

/// The one big plane of the page, with the PIN on it.
#[component]
fn PinForm(
    /// Why the PIN did not lead into a game.
    wrong: Option<String>,
) -> impl IntoView {
    view! {
        <PageTitle of="Join a game" about="Playing a quiz? Type the PIN from the big screen." />
        <div class="join">
            <header class="join__top">
                <Brand />
                <ThemeSwitch />
            </header>
            <main class="join__main" id="main">
                <h1 class="join__title">"Playing a quiz?"</h1>
                {initial_state::embed(join::INITIAL_STATE, (wrong, typed::<EnterGame>("pin")))}
                <JoinGame />
                <div class="join__crowd" aria-hidden="true">
                    {crowd()}
                </div>
            </main>
        </div>
    }
}
