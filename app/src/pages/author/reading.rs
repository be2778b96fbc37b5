//! Questions to be read: with their answers, and which of these are right.

use leptos::prelude::*;
use protocol::quiz::{Decimal, Question, Quiz};

use crate::components::formula::{on_page, render_for_page};
use crate::components::game::answer;
use crate::state::editor::texts as say;

/// Draws the formulas of a quiz for the page that shows it.
pub(super) fn render_formulas(quiz: &Quiz) {
    render_for_page(quiz.questions.iter().flat_map(|question| {
        let options = question.options.iter().map(|option| &option.text).chain(&question.accepted_answers);
        [&question.text, &question.explanation].into_iter().chain(options).map(String::as_str)
    }));
}

/// The name of question `at`, from 0, in the addresses of its page.
pub(super) fn anchor(at: usize) -> String {
    format!("q{}", at + 1)
}

/// The level of the questions' headings on their page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// Under the page's own heading.
    Page,
    /// Under that of a part of it.
    Part,
}

/// Question `at`, from 0, with its answers and which of them are right. Links lead to it by its number.
pub(super) fn question_reading(at: usize, question: Question, level: Level) -> AnyView {
    let has_right = question.kind.has_right();
    let picture = question.picture.map(|id| {
        view! { <img class="reading__picture" src=format!("/pictures/{id}") alt=question.picture_alt loading="lazy" /> }
    });
    let options = question.options.into_iter().enumerate().map(|(at, option)| {
        let right = (has_right && option.right).then(|| view! { <b class="reading__right">"Right"</b> });
        view! {
            <li class="reading__option">
                {answer::key(at)} <bdi>{on_page(&option.text)}</bdi> {right}
            </li>
        }
    });
    let accepted_answers = (!question.accepted_answers.is_empty()).then(|| {
        view! { <p>"Right: " <bdi>{on_page(&question.accepted_answers.join(", "))}</bdi></p> }
    });
    let within = question.tolerance.filter(|tolerance| *tolerance > Decimal::default());
    let within = within.map(|tolerance| format!(", within {tolerance} of it")).unwrap_or_default();
    let number = question.number.map(|number| view! { <p>"Right: " {number.to_string()} {within}</p> });
    let seconds = match question.seconds {
        0 => ", no time limit".to_owned(),
        seconds => format!(", {seconds} seconds"),
    };
    let text = on_page(&question.text);
    let heading = match level {
        Level::Page => view! { <h2 dir="auto">{text}</h2> }.into_any(),
        Level::Part => view! { <h3 dir="auto">{text}</h3> }.into_any(),
    };
    view! {
        <li class="reading__question" id=anchor(at)>
            {heading}
            <p class="quiet small">{format!("Question {}: ", at + 1)} {say::kind(question.kind).0} {seconds}</p>
            {picture}
            <ul class="reading__options">{options.collect_view()}</ul>
            {accepted_answers}
            {number}
            {(!question.explanation.is_empty()).then(|| view! { <p dir="auto">{on_page(&question.explanation)}</p> })}
        </li>
    }
    .into_any()
}
