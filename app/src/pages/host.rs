//! A game as its host sees it, on the wall; and the way to it from another device.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::{use_params_map, use_query_map};
use protocol::{ErrorCode, Pin};

use super::brand::Brand;
use super::not_found::{NoGame, NotFound, Unavailable};
use crate::api::games::{self, HostPage, OpenResults, PlayAgain, TakeOver};
use crate::api::{ApiError, refused, typed};
use crate::components::field::Wrong;
use crate::components::game::host::qr::QrCode;
use crate::components::game::host::{self, HostStage, JoinInstructions};
use crate::components::theme_switch::ThemeSwitch;
use crate::initial_state;
use crate::page_styles::PageStyles;
use crate::page_title::PageTitle;

/// The page at `/host/{pin}`: the stage of a game, for its hosts.
#[component]
pub(crate) fn Host() -> impl IntoView {
    let params = use_params_map();
    let pin = Memo::new(move |_| params.with(|params| Pin::parse(params.get_str("pin")?).ok()));
    let page = Resource::new(
        move || pin.get(),
        |pin| async move {
            match pin {
                Some(pin) => Some(games::host_page(pin).await),
                None => None,
            }
        },
    );
    view! {
        <PageStyles of="host" />
        <Suspense>
            {move || Suspend::new(async move {
                match page.await {
                    Some(Ok(page)) => stage(page),
                    Some(Err(error)) => instead(error, pin.get_untracked()),
                    None => view! { <NotFound /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

/// The page at `/host`, for somebody with a code; `/host?pin=482915` fills in the PIN.
#[component]
pub(crate) fn TakeOverGame() -> impl IntoView {
    let query = use_query_map();
    let pin = query.with_untracked(|query| query.get_str("pin").and_then(|pin| Pin::parse(pin).ok()));
    view! {
        <PageStyles of="take-over" />
        {take_over(None, pin)}
    }
}

fn stage(page: HostPage) -> AnyView {
    let way = join_instructions(&page);
    let refusal = refused::<OpenResults>().or_else(refused::<PlayAgain>);
    view! {
        <PageTitle of=page.game.title.clone() />
        <div class="stage">
            <header class="stage__brand">
                <Brand />
            </header>
            {initial_state::embed(host::INITIAL_STATE, (page, way, refusal))}
            <HostStage />
        </div>
    }
    .into_any()
}

/// The instructions for players (an address to type, a code to scan), from the address of the game.
fn join_instructions(page: &HostPage) -> JoinInstructions {
    let address = page.join_address.as_str();
    let site = address.split_once("://").map_or(address, |(_, rest)| rest);
    let site = site.strip_suffix(page.pin.as_str()).unwrap_or(site).trim_end_matches('/');
    let host = site.split_once('/').map_or(site, |(host, _)| host);
    JoinInstructions {
        site: site.to_owned(),
        host_site: format!("{host}/host"),
        code: QrCode::of(address).unwrap_or_default(),
    }
}

/// Somebody who is no host of the game can become one; where there is no game, the page says so.
fn instead(error: ApiError, pin: Option<Pin>) -> AnyView {
    match &error {
        ApiError::Refused(refusal) if refusal.code == ErrorCode::NoGame => view! { <NoGame /> }.into_any(),
        ApiError::Refused(refusal) if !error.is_too_many() => take_over(Some(refusal.message.clone()), pin),
        _ => view! { <Unavailable advice=error.to_string() /> }.into_any(),
    }
}

/// For somebody whose request has no session: a game that they began belongs to a session that is lost.
const NO_COOKIES: &str = "Did you start this game here? Then this browser blocks cookies for this site. Allow them and \
                          start the game again.";

fn keeps_no_cookies() -> bool {
    use_context::<http::request::Parts>().is_some_and(|parts| !parts.headers.contains_key(http::header::COOKIE))
}

/// A plain form: it needs no scripts, and is seldom used.
fn take_over(why: Option<String>, pin: Option<Pin>) -> AnyView {
    let wrong = refused::<TakeOver>();
    // A wrong letter of the code is no reason to type the PIN again.
    let typed_code = typed::<TakeOver>("code");
    let typed_pin = typed::<TakeOver>("pin").or_else(|| pin.map(|pin| pin.spaced()));
    let is_wrong = wrong.is_some().then_some("true");
    let title = if why.is_some() { "This device is not hosting this game" } else { "Host a game on this device" };
    view! {
        <PageTitle of=title />
        <div class="take-over">
            <header class="sorry__top">
                <Brand />
                <ThemeSwitch />
            </header>
            <main class="take-over__main" id="main" tabindex="-1">
                <h1>{title}</h1>
                {(why.is_some() && keeps_no_cookies()).then(|| view! { <p role="alert">{NO_COOKIES}</p> })}
                <p>"A host of the game can show a code for you: in the menu, “Show a code for another host”."</p>
                <form class="take-over__form" method="post" action=TakeOver::PATH>
                    <label class="field__label" for="pin">
                        "PIN"
                    </label>
                    <input
                        class="take-over__input"
                        id="pin"
                        name="pin"
                        inputmode="numeric"
                        autocomplete="off"
                        required
                        value=typed_pin
                    />
                    <label class="field__label" for="code">
                        "Code"
                    </label>
                    <input
                        class="take-over__input"
                        id="code"
                        name="code"
                        value=typed_code
                        autocomplete="off"
                        autocapitalize="characters"
                        spellcheck="false"
                        required
                        aria-invalid=is_wrong
                        aria-describedby="take-over-wrong"
                    />
                    <Wrong id="take-over-wrong" why=Signal::stored(wrong) />
                    <button class="button">"Host here"</button>
                </form>
            </main>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use protocol::wire;

    use super::*;

    #[test]
    fn players_type_the_site_and_cameras_get_the_whole_address() {
        let page = r#"{"pin":"482915","joinAddress":"http://10.0.0.7:3000/play/482915","version":1,"now":1,
            "game":{"title":"Planets","phase":"lobby","questions":3},"players":[],"answered":0}"#;
        let way = join_instructions(&wire::decode(page).unwrap());
        assert_eq!((way.site.as_str(), way.host_site.as_str()), ("10.0.0.7:3000/play", "10.0.0.7:3000/host"));
        assert_ne!(way.code, QrCode::default());
    }
}
