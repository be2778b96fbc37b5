//! All questions of a file at the side, with the way to each and what is asked about it.

use leptos::prelude::*;

use super::super::reading::anchor;
use super::doubts::{ask_label, text_of};
use crate::api::quizzes::ImportedQuiz;
use crate::components::formula::on_page;

pub(super) fn outline(imported: &ImportedQuiz) -> Option<AnyView> {
    let questions = &imported.quiz.questions;
    let rows: Vec<_> = questions.iter().enumerate().map(|(at, one)| row(imported, at, &text_of(one))).collect();
    if rows.is_empty() {
        return None;
    }
    Some(
        view! {
            <nav class="outline review__outline" aria-label="Questions in the file">
                <ol class="outline__list">{rows}</ol>
            </nav>
        }
        .into_any(),
    )
}

fn row(imported: &ImportedQuiz, at: usize, text: &str) -> AnyView {
    let asked = imported.doubts.iter().find(|doubt| doubt.question == at);
    let todo = asked.map(|doubt| view! { <span class="outline__todo">{ask_label(&doubt.ask)}</span> });
    view! {
        <li>
            <a class="outline__item" href=format!("#{}", anchor(at))>
                <b>{at + 1}</b>
                <span>
                    <bdi>{on_page(text)}</bdi>
                    {todo}
                </span>
            </a>
        </li>
    }
    .into_any()
}
