//! What is shown where there is nothing, and where something went wrong.

use leptos::prelude::*;
use leptos_meta::Title;

use super::brand::Brand;
use crate::components::avatar::{Looks, avatar};
use crate::components::theme_switch::ThemeSwitch;

/// No page has this address.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    status::not_found();
    view! {
        <Sorry
            title="There is no page here"
            advice="The address may have a typing mistake. Every room is listed on the front page."
        />
    }
}

/// The server could not draw the page just now.
#[component]
pub(crate) fn Unavailable(
    /// What happened and what to do.
    advice: String,
) -> impl IntoView {
    status::unavailable();
    view! { <Sorry title="This page cannot be shown just now" advice /> }
}

#[component]
fn Sorry(title: &'static str, #[prop(into)] advice: String) -> impl IntoView {
    view! {
        <Title text=format!("{title}: Hubbub") />
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
                    <a class="button" href="/">
                        "To the front page"
                    </a>
                </p>
            </main>
        </div>
    }
}

mod status {
    //! The page's HTTP status: for programs what the words are for people.

    pub(super) fn not_found() {
        set(http::StatusCode::NOT_FOUND);
    }

    pub(super) fn unavailable() {
        set(http::StatusCode::SERVICE_UNAVAILABLE);
    }

    fn set(status: http::StatusCode) {
        if let Some(response) = leptos::prelude::use_context::<leptos_axum::ResponseOptions>() {
            response.set_status(status);
        }
    }
}
