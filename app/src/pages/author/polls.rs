//! The votes in the polls of a game: each option with its count and its share.

use leptos::prelude::*;
use protocol::game::Bar;
use protocol::quiz::{Kind, QuestionResult, Results};

use super::texts;
use crate::components::formula::on_page;
use crate::state::game::texts::counted;

/// All polls of a game; empty where there was none.
#[component]
pub(super) fn Polls(results: Results) -> impl IntoView {
    let polls = results.questions.iter().enumerate().filter(|(_, question)| question.kind == Kind::Poll);
    let polls: Vec<_> = polls.map(|(at, question)| poll(at, question, &results.chosen(at))).collect();
    if polls.is_empty() {
        return ().into_any();
    }
    view! {
        <div class="author__part">
            <h2>"Polls"</h2>
            <div class="polls">{polls}</div>
        </div>
    }
    .into_any()
}

fn poll(at: usize, question: &QuestionResult, bars: &[Bar]) -> AnyView {
    let (id, labelled_by) = (format!("poll-{}", at + 1), format!("poll-{}", at + 1));
    let answered = match question.answered {
        0 => "Nobody answered.".to_owned(),
        count => format!("{} of {} answered.", count, counted(question.players as u64, "player", "players")),
    };
    let rows = bars.iter().map(|bar| row(bar, question.chosen_percent(bar))).collect_view();
    let table = (!bars.is_empty()).then(|| {
        view! {
            <table class="figures poll__answers" aria-labelledby=id.clone()>
                <thead>
                    <tr>
                        <th scope="col">"Answer"</th>
                        <th scope="col">"Share"</th>
                        <th scope="col">"Chosen"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
    });
    view! {
        <section class="poll" aria-labelledby=labelled_by>
            <h3 class="poll__question" id=id dir="auto">
                <span class="poll__place num">{at + 1}</span>
                " "
                {on_page(&question.text)}
            </h3>
            <p class="quiet small">{answered}</p>
            {table}
        </section>
    }
    .into_any()
}

/// An option over a bar that is as long as its share.
fn row(bar: &Bar, percent: Option<u32>) -> AnyView {
    view! {
        <tr>
            <th scope="row">
                <bdi>{on_page(&bar.text)}</bdi>
                <svg class="poll__bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
                    <rect width=percent.unwrap_or(0) height="1"></rect>
                </svg>
            </th>
            <td class="num">{texts::percent(percent)}</td>
            <td class="num">{bar.count}</td>
        </tr>
    }
    .into_any()
}
