//! One game that is over, or as far as it came: what the class knew, and who knew it.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_params_map;
use leptos_router::hooks::use_query_map;
use protocol::ResultsId;
use protocol::quiz::{self, QuestionResult};

use super::bars::Bars;
use super::polls::Polls;
use super::pupils::{Pupils, Shown};
use super::table::{Players, Questions, render_formulas};
use super::{AuthorHeader, Section, instead, texts};
use crate::api::quizzes::{self, DeleteResult};
use crate::components::formula::on_page;
use crate::components::icon::{DOWNLOAD, TRASH, USERS, icon};
use crate::components::reader_clock::moment;
use crate::page_styles::PageStyles;
use crate::page_title::PageTitle;
use crate::pages::not_found::NotFound;
use crate::state::game::texts::full_stop;

/// The page at `/results/{id}`; with `?delete` it asks whether it should go, and
/// with `?player=3` or `?player=all` it shows what players answered.
#[component]
pub(crate) fn Result() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let is_deleting = query.with_untracked(|query| query.get_str("delete").is_some());
    let shown = query.with_untracked(|query| query.get_str("player").map(Shown::parse));
    let id = Memo::new(move |_| params.with(|params| ResultsId::parse(params.get_str("id")?).ok()));
    let results = Resource::new(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => Some(quizzes::result(id).await),
                None => None,
            }
        },
    );
    view! {
        <PageStyles of="author" />
        <Suspense>
            {move || Suspend::new(async move {
                match results.await {
                    Some(Ok(results)) => match shown {
                        Some(shown) => view! { <Pupils results shown /> }.into_any(),
                        None => view! { <Whole results is_deleting /> }.into_any(),
                    },
                    Some(Err(error)) => instead(&error),
                    None => view! { <NotFound /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Whole(results: quiz::Results, is_deleting: bool) -> impl IntoView {
    let page = format!("/results/{}", results.id);
    let download = |file: &'static str, name: &'static str| {
        view! {
            <a class="button button--quiet" href=format!("{page}/export.{file}") download rel="external">
                {icon(DOWNLOAD)}
                {name}
            </a>
        }
    };
    let pupils = (!results.players.is_empty()).then(|| {
        view! {
            <a class="button button--quiet" href=format!("{page}?player=all") rel="external">
                {icon(USERS)}
                "One sheet per player"
            </a>
        }
    });
    render_formulas(&results);
    let hardest = results.hardest().and_then(|at| Some((at, results.questions.get(at)?.clone())));
    let asked = is_deleting.then(|| view! { <Deleting id=results.id.clone() page=page.clone() /> });
    view! {
        <PageTitle of=format!("Results of {}", results.title) />
        <div class="author">
            <AuthorHeader section=Section::Results />
            <main class="author__main" id="main" tabindex="-1">
                <div>
                    <p class="quiet">
                        "Played " {moment(results.ended_at)} ", PIN " {results.pin.to_string()}
                    </p>
                    <h1 class="author__title" dir="auto">
                        {results.title.clone()}
                    </h1>
                    {unfinished(&results)}
                </div>
                {asked}
                <Totals results=results.clone() />
                {hardest.map(|(at, question)| view! { <Hardest at question /> })}
                <Bars questions=results.questions.clone() />
                <Polls results=results.clone() />
                <Questions results=results.clone() />
                <Players results=results.clone() />
                <div class="asking__doing author__screen">
                    {pupils} {download("xlsx", "Excel")} {download("csv?by=players", "CSV by players")}
                    {download("csv?by=questions", "CSV by questions")}
                    <a class="button button--remove" href=format!("{page}?delete=1") rel="external">
                        {icon(TRASH)}
                        "Delete"
                    </a>
                </div>
            </main>
        </div>
    }
}

/// The note that the game has not ended, and how far it came.
pub(super) fn unfinished(results: &quiz::Results) -> Option<AnyView> {
    let progress = texts::not_finished(results.unfinished()?);
    Some(view! { <p class="author__unfinished">{progress}</p> }.into_any())
}

#[component]
fn Totals(results: quiz::Results) -> impl IntoView {
    let total = |number: String, name: &'static str| {
        view! {
            <div class="totals__one">
                <dt>{name}</dt>
                <dd class="num">{number}</dd>
            </div>
        }
    };
    view! {
        <dl class="totals">
            {total(texts::percent(results.correct_percent()), "right overall")}
            {total(results.players.len().to_string(), if results.players.len() == 1 { "player" } else { "players" })}
            {total(results.questions.len().to_string(), if results.questions.len() == 1 { "question" } else { "questions" })}
        </dl>
    }
}

/// The question with fewest right answers.
#[component]
fn Hardest(at: usize, question: QuestionResult) -> impl IntoView {
    let known = format!("{} of {} were right.", question.correct, question.players);
    let right = (!question.right.is_empty())
        .then(|| view! { " The answer was " <bdi>{on_page(&question.right)}</bdi> {full_stop(&question.right)} });
    view! {
        <section class="hardest" aria-labelledby="hardest">
            <h2 class="hardest__name" id="hardest">
                "The hardest: question " {at + 1}
            </h2>
            <p class="hardest__question" dir="auto">
                {on_page(&question.text)}
            </p>
            <p>{known} {right}</p>
        </section>
    }
}

#[component]
fn Deleting(id: ResultsId, page: String) -> impl IntoView {
    view! {
        <section class="asking" aria-labelledby="deleting">
            <h2 id="deleting">"Delete these results?"</h2>
            <p>"This cannot be undone. The quiz itself stays."</p>
            <div class="asking__doing">
                <a class="button button--quiet" href=page rel="external" autofocus>
                    "Cancel"
                </a>
                <form method="post" action=DeleteResult::PATH>
                    <input type="hidden" name="id" value=id.to_string() />
                    <button class="button button--remove">{icon(TRASH)} "Delete results"</button>
                </form>
            </div>
        </section>
    }
}
