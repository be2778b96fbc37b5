//! The results of an author's games.

use leptos::prelude::*;
use protocol::quiz::ResultsSummary;

use super::{AuthorHeader, Section, instead, texts, wrong};
use crate::api::quizzes::{self, DeleteResult};
use crate::api::refused;
use crate::components::avatar::{Looks, avatar};
use crate::components::reader_clock::moment;
use crate::page_styles::PageStyles;
use crate::page_title::PageTitle;

/// The page at `/results`: the games that the author has hosted.
#[component]
pub(crate) fn Results() -> impl IntoView {
    let list = Resource::new(|| (), |()| quizzes::results());
    let refusal = refused::<DeleteResult>();
    view! {
        <PageStyles of="author" />
        <Suspense>
            {move || {
                let refusal = refusal.clone();
                Suspend::new(async move {
                    match list.await {
                        Ok(list) => view! { <List list refusal /> }.into_any(),
                        Err(error) => instead(&error),
                    }
                })
            }}
        </Suspense>
    }
}

#[component]
fn List(list: Vec<ResultsSummary>, refusal: Option<String>) -> impl IntoView {
    let is_empty = list.is_empty();
    let rows = list.into_iter().map(row).collect_view();
    view! {
        <PageTitle of="Results" />
        <div class="author">
            <AuthorHeader section=Section::Results />
            <main class="author__main" id="main" tabindex="-1">
                <h1>"Results"</h1>
                {wrong(refusal)}
                {is_empty.then(nothing)}
                <ul class="quizzes">{rows}</ul>
            </main>
        </div>
    }
}

fn row(results: ResultsSummary) -> AnyView {
    let known = results.correct_percent.map(|_| {
        view! {
            <span class="results-row__known">
                <b class="num">{texts::percent(results.correct_percent)}</b>
                " right"
            </span>
        }
    });
    view! {
        <li class="quiz-row">
            <div class="quiz-row__text">
                <a class="quiz-row__name" href=format!("/results/{}", results.id) rel="external" dir="auto">
                    {results.title}
                </a>
                <span class="quiet small">
                    {results.unfinished.map(|progress| format!("{}, ", texts::not_finished(progress)))}
                    {texts::players(results.players)} ", "
                    {moment(results.ended_at)}
                </span>
            </div>
            {known}
        </li>
    }
    .into_any()
}

fn nothing() -> AnyView {
    view! {
        <div class="empty">
            <div class="empty__line">{avatar(Looks::plain("sea", 46, (-19, 3)))}</div>
            <p>
                <b>"No results yet."</b>
                <br />
                <span class="quiet">"Play one of your quizzes, and its results will appear here."</span>
            </p>
            <p>
                <a class="button" href="/quizzes" rel="external">
                    "To your quizzes"
                </a>
            </p>
        </div>
    }
    .into_any()
}
