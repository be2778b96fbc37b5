//! The pages of authors: their quizzes, the editor, and the results of their games. Rendered by the server,
//! and usable without scripts but for the editor.

mod bars;
mod editor;
mod import;
mod polls;
mod pupils;
mod quizzes;
mod reading;
mod result;
mod results;
mod running;
mod table;
mod texts;
mod versions;

use leptos::prelude::*;

use super::brand::Brand;
use crate::api::ApiError;
use crate::components::icon::{CIRCLE_ALERT, icon};
use crate::components::reader_clock::ReaderClock;
use crate::components::theme_switch::ThemeSwitch;
use crate::pages::not_found::{NotFound, Unavailable};

pub(crate) use editor::Edit;
pub(crate) use import::ImportReview;
pub(crate) use quizzes::Quizzes;
pub(crate) use result::Result as ResultPage;
pub(crate) use results::Results;
pub(crate) use versions::Versions;

/// Which page of these it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Quizzes,
    Results,
    Elsewhere,
}

/// The top of these pages: the logo, the navigation, the choice of colours.
#[component]
fn AuthorHeader(section: Section) -> impl IntoView {
    let way = |to: &'static str, name: &'static str, is_here: bool| {
        view! {
            <li>
                <a href=to rel="external" aria-current=is_here.then_some("page")>
                    {name}
                </a>
            </li>
        }
    };
    view! {
        <a class="skip" href="#main">
            "Skip to the content"
        </a>
        <header class="author__top">
            <Brand />
            <nav aria-label="For authors">
                <ul class="author__ways">
                    {way("/quizzes", "Your quizzes", section == Section::Quizzes)}
                    {way("/results", "Results", section == Section::Results)}
                </ul>
            </nav>
            <ThemeSwitch />
            <ReaderClock />
        </header>
    }
}

/// What is shown instead of a page that failed.
fn instead(error: &ApiError) -> AnyView {
    match error {
        ApiError::Missing => view! { <NotFound /> }.into_any(),
        error => view! { <Unavailable advice=error.to_string() /> }.into_any(),
    }
}

/// The error of a refused form; `None` if there was none.
fn wrong(sentence: Option<String>) -> Option<AnyView> {
    let sentence = sentence?;
    Some(
        view! {
            <p class="author__wrong field__wrong" role="alert">
                {icon(CIRCLE_ALERT)}
                <span>{sentence}</span>
            </p>
        }
        .into_any(),
    )
}
