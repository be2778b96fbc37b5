//! What is shown where there is nothing, and where something went wrong.

use leptos::prelude::*;
use protocol::ErrorCode;

use super::brand::Brand;
use super::status;
use crate::api::ApiError;
use crate::api::quizzes::QUIZZES;
use crate::components::avatar::{Looks, avatar};
use crate::components::theme_switch::ThemeSwitch;
use crate::page_title::PageTitle;

const FRONT: (&str, &str) = ("/", "Go to the front page");

/// No page has this address.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    status::not_found();
    view! {
        <Sorry
            title="There is no page here"
            advice="Check the address for typos."
            way=FRONT
        />
    }
}

/// No game has this PIN, for whoever wants to host it.
#[component]
pub(crate) fn NoGame() -> impl IntoView {
    status::not_found();
    view! {
        <Sorry
            title="There is no game here"
            advice="Check the PIN for typos, or start another game from your quizzes."
            way=(QUIZZES, "Go to your quizzes")
        />
    }
}

/// The page for somebody who cannot enter a room, by its error.
pub(crate) fn not_let_in(error: &ApiError) -> AnyView {
    match error {
        ApiError::Refused(refusal) if refusal.code == ErrorCode::NotInGame => view! { <NotInClass /> }.into_any(),
        error if error.is_too_many() => {
            status::too_many();
            view! { <Sorry title="This page cannot be shown right now" advice=error.to_string() way=FRONT /> }
                .into_any()
        }
        error => view! { <Unavailable advice=error.to_string() /> }.into_any(),
    }
}

/// The chat of a class, for somebody who is not in it, whether there is one or not.
#[component]
fn NotInClass() -> impl IntoView {
    status::not_found();
    view! {
        <Sorry
            title="This chat is for a class"
            advice="Only players of its game can read it. Join the game with its PIN first."
            way=("/play", "Join a game")
        />
    }
}

/// The server could not render the page just now.
#[component]
pub(crate) fn Unavailable(
    /// What happened and what to do.
    advice: String,
) -> impl IntoView {
    status::unavailable();
    view! { <Sorry title="This page cannot be shown right now" advice way=FRONT /> }
}

/// An error page: what is wrong, and a link to go on.
#[component]
fn Sorry(
    title: &'static str,
    #[prop(into)] advice: String,
    /// The address of the link, and its text.
    way: (&'static str, &'static str),
) -> impl IntoView {
    view! {
        <PageTitle of=title />
        <div class="sorry">
            <header class="sorry__top">
                <Brand />
                <ThemeSwitch />
            </header>
            <main class="sorry__main" id="main" tabindex="-1">
                <div class="empty__line">{avatar(Looks::plain("pine", 46, (0, 0)).asleep())}</div>
                <h1>{title}</h1>
                <p class="quiet">{advice}</p>
                <p>
                    <a class="button" href=way.0>
                        {way.1}
                    </a>
                </p>
            </main>
        </div>
    }
}
