//! The numbers of a game: by question, and by player.

use leptos::prelude::*;
use protocol::game::Verdict;
use protocol::quiz::{PlayerResult, Results};

use super::texts;
use crate::components::formula::{on_page, render_for_page};
use crate::state::editor::texts as say;
use crate::state::game::texts::number;

/// Wrong answers that a row names.
const WRONG: usize = 4;

/// Draws the formulas of what was asked and answered for the page that shows it.
pub(super) fn render_formulas(results: &Results) {
    let asked = results.questions.iter().flat_map(|question| {
        let bars = question.bars.iter().map(|bar| bar.text.as_str());
        [question.text.as_str(), &question.right].into_iter().chain(bars)
    });
    let answers = results.players.iter().flat_map(|player| player.answers.iter().flatten());
    render_for_page(asked.chain(answers.map(|answer| answer.text.as_str())));
}

/// Each question with its numbers; the table of the chart above.
#[component]
pub(super) fn Questions(results: Results) -> impl IntoView {
    let wrong: Vec<_> = (0..results.questions.len()).map(|at| wrong_answers(&results, at)).collect();
    let rows = results.questions.into_iter().zip(wrong).enumerate().map(|(at, (question, wrong))| {
        let percent = texts::percent(question.correct_percent());
        let correct = if question.kind.has_right() {
            format!("{} of {}", question.correct, question.players)
        } else {
            "–".into()
        };
        let right = (!question.right.is_empty()).then(|| view! { <bdi>{on_page(&question.right)}</bdi> });
        view! {
            <tr>
                <th scope="row">
                    <span class="figures__place num">{at + 1}</span>
                    <span>
                        <bdi class="figures__text">{on_page(&question.text)}</bdi>
                        <span class="figures__kind">{say::kind(question.kind).0}</span>
                    </span>
                </th>
                <td class="num" data-of="Share">
                    {percent}
                </td>
                <td class="num" data-of="Right">
                    {correct}
                </td>
                <td class="num" data-of="Answered">
                    {question.answered}
                </td>
                <td class="figures__words" data-of="Right answer">
                    {right}
                </td>
                <td class="figures__words" data-of="Wrong answers">
                    {wrong}
                </td>
            </tr>
        }
    });
    view! {
        <div class="author__part">
            <h2 id="by-question">"By question"</h2>
            <div class="figures__frame" tabindex="0" role="region" aria-labelledby="by-question">
                <table class="figures figures--wide">
                    <thead>
                        <tr>
                            <th scope="col">"Question"</th>
                            <th scope="col">"Share"</th>
                            <th scope="col">"Right"</th>
                            <th scope="col">"Answered"</th>
                            <th class="figures__words" scope="col">
                                "Right answer"
                            </th>
                            <th class="figures__words" scope="col">
                                "Wrong answers"
                            </th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </div>
    }
}

/// Each player with place, points and right answers.
#[component]
pub(super) fn Players(results: Results) -> impl IntoView {
    let could = results.questions.iter().filter(|question| question.kind.has_right()).count();
    let is_empty = results.players.is_empty();
    let page = format!("/results/{}", results.id);
    let row = |(at, player)| row(player, could, format!("{page}?player={}", at + 1));
    let rows = results.players.into_iter().enumerate().map(row).collect_view();
    let table = view! {
        <div class="figures__frame" tabindex="0" role="region" aria-labelledby="by-player">
            <table class="figures">
                <thead>
                    <tr>
                        <th scope="col">"Player"</th>
                        <th scope="col">"Points"</th>
                        <th scope="col">"Right"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    };
    view! {
        <div class="author__part">
            <h2 id="by-player">"By player"</h2>
            {if is_empty { view! { <p class="quiet">"Nobody played."</p> }.into_any() } else { table.into_any() }}
        </div>
    }
}

/// The most frequent wrong answers, with how many gave each.
fn wrong_answers(results: &Results, question: usize) -> AnyView {
    let all = results.wrong_answers(question);
    let more = all.len().saturating_sub(WRONG);
    let each = all.into_iter().take(WRONG).map(|(text, count)| {
        view! {
            <span class="figures__wrong">
                <bdi>{on_page(text)}</bdi>
                " "
                <b class="num">{count}</b>
            </span>
        }
    });
    view! {
        {each.collect_view()}
        {(more > 0).then(|| view! { <span class="figures__kind">{format!("and {more} more")}</span> })}
    }
    .into_any()
}

fn row(player: PlayerResult, could: usize, page: String) -> AnyView {
    let right = right_of(&player);
    view! {
        <tr>
            <th scope="row">
                <span class="figures__place num">{player.place}</span>
                <a href=page rel="external">
                    <bdi>{player.name.to_string()}</bdi>
                </a>
            </th>
            <td class="num">{number(u64::from(player.score))}</td>
            <td class="num">{format!("{right} of {could}")}</td>
        </tr>
    }
    .into_any()
}

/// How many questions a player had wholly right.
pub(super) fn right_of(player: &PlayerResult) -> usize {
    player.answers.iter().flatten().filter(|answer| answer.verdict == Verdict::Right).count()
}
