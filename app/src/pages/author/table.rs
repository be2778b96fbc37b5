//! The numbers of a game: by question, and by player.

use leptos::prelude::*;
use protocol::game::Verdict;
use protocol::quiz::{PlayerResult, QuestionResult, Results};

use super::words;
use crate::state::editor::words as say;
use crate::state::game::words::number;

/// Each question with its numbers; the table of the chart above.
#[component]
pub(super) fn Questions(questions: Vec<QuestionResult>) -> impl IntoView {
    let rows = questions.into_iter().enumerate().map(|(at, question)| {
        let percent = words::percent(question.correct_percent());
        let knew =
            if question.kind.has_right() { format!("{} of {}", question.knew, question.players) } else { "–".into() };
        view! {
            <tr>
                <th scope="row">
                    <span class="figures__place num">{at + 1}</span>
                    <span>
                        <bdi>{question.text}</bdi>
                        <span class="figures__kind">{say::kind(question.kind).0}</span>
                    </span>
                </th>
                <td class="num">{percent}</td>
                <td class="num">{knew}</td>
                <td class="num">{question.answered}</td>
                <td class="figures__words">
                    <bdi>{question.right}</bdi>
                </td>
            </tr>
        }
    });
    view! {
        <div class="author__part">
            <h2 id="by-question">"By question"</h2>
            <div class="figures__frame" tabindex="0" role="region" aria-labelledby="by-question">
                <table class="figures">
                    <thead>
                        <tr>
                            <th scope="col">"Question"</th>
                            <th scope="col">"Share"</th>
                            <th scope="col">"Knew it"</th>
                            <th scope="col">"Answered"</th>
                            <th class="figures__words" scope="col">
                                "Right answer"
                            </th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </div>
    }
}

/// Each player with place, points and what they knew.
#[component]
pub(super) fn Players(results: Results) -> impl IntoView {
    let could = results.questions.iter().filter(|question| question.kind.has_right()).count();
    let is_empty = results.players.is_empty();
    let rows = results.players.into_iter().map(|player| row(player, could)).collect_view();
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

fn row(player: PlayerResult, could: usize) -> AnyView {
    let right = player.answers.iter().flatten().filter(|answer| answer.verdict == Verdict::Right).count();
    view! {
        <tr>
            <th scope="row">
                <span class="figures__place num">{player.place}</span>
                <bdi>{player.name.to_string()}</bdi>
            </th>
            <td class="num">{number(u64::from(player.score))}</td>
            <td class="num">{format!("{right} of {could}")}</td>
        </tr>
    }
    .into_any()
}
