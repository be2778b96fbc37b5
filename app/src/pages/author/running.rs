//! Running games, and games that nobody ended.

use leptos::prelude::*;
use protocol::game::{Phase, RunningGame};
use protocol::quiz::ResultsSummary;

use super::texts;
use crate::components::icon::{ARROW_LEFT, PLAY, icon};
use crate::components::reader_clock::moment;

/// The running games, and the results of games that nobody ended; empty where there are none.
#[component]
pub(super) fn Running(running: Vec<RunningGame>, unfinished: Vec<ResultsSummary>) -> impl IntoView {
    let running = (!running.is_empty()).then(|| {
        view! {
            <section class="author__part" aria-labelledby="running">
                <h2 id="running">"Running games"</h2>
                <ul class="quizzes">{running.into_iter().map(game).collect_view()}</ul>
            </section>
        }
    });
    let unfinished = (!unfinished.is_empty()).then(|| {
        view! {
            <section class="author__part" aria-labelledby="unfinished">
                <h2 id="unfinished">"Not finished"</h2>
                <p class="quiet">"These games were not ended. Their results are kept as far as they came."</p>
                <ul class="quizzes">{unfinished.into_iter().map(left).collect_view()}</ul>
            </section>
        }
    });
    view! { {running} {unfinished} }
}

/// The row of a running game. This browser has the host's token.
fn game(game: RunningGame) -> AnyView {
    let page = format!("/host/{}", game.pin);
    let title = texts::title(game.title.clone());
    let state = format!("PIN {}, {}, {}", game.pin.spaced(), texts::progress(&game), texts::players(game.players));
    let results = game.results.map(|id| {
        view! {
            <a class="button button--quiet" href=format!("/results/{id}") rel="external">
                "Results so far"
                <span class="unseen">" of " {title.clone()}</span>
            </a>
        }
    });
    let back = view! {
        <a class="button" href=page.clone() rel="external">
            {icon(PLAY)}
            "Back to the game"
            <span class="unseen">" " {title.clone()}</span>
        </a>
    };
    let doing = view! { <div class="quiz-row__doing">{back} {results}</div> };
    list_row(page, title, view! { {state} }, Some(doing))
}

/// Results of a game that nobody ended.
fn left(results: ResultsSummary) -> AnyView {
    let progress = results.unfinished.map(texts::not_finished);
    let about = view! { {progress} ", " {texts::players(results.players)} ", " {moment(results.ended_at)} };
    list_row(format!("/results/{}", results.id), texts::title(results.title), about, None::<()>)
}

/// A row of a list of quizzes or games: the name that leads to the page, a line about it, and
/// what can be done with it.
pub(super) fn list_row(page: String, name: String, about: impl IntoView, doing: Option<impl IntoView>) -> AnyView {
    view! {
        <li class="quiz-row">
            <div class="quiz-row__text">
                <a class="quiz-row__name" href=page rel="external" dir="auto">
                    {name}
                </a>
                <span class="quiet small">{about}</span>
            </div>
            {doing}
        </li>
    }
    .into_any()
}

/// The game of these for whose class another quiz is to be chosen: it is the viewer's own,
/// and its podium is shown.
pub(super) fn class_of<'a>(running: &'a [RunningGame], pin: &str) -> Option<&'a RunningGame> {
    running.iter().find(|game| game.pin.as_str() == pin && game.phase == Phase::Podium && game.is_own)
}

/// Asks which quiz a class is to play next.
#[component]
pub(super) fn Choosing(game: RunningGame) -> impl IntoView {
    view! {
        <section class="asking" aria-labelledby="choosing">
            <h2 id="choosing">"Choose the next quiz for your class"</h2>
            <p>{format!("The phones in the game with PIN {} follow by themselves.", game.pin.spaced())}</p>
            <div class="asking__doing">
                <a class="button button--quiet" href=format!("/host/{}", game.pin) rel="external">
                    {icon(ARROW_LEFT)}
                    "Back to the podium"
                </a>
            </div>
        </section>
    }
}
