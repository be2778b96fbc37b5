//! Progress in a quiz: an arch for every question.

use leptos::prelude::*;

/// Quizzes with more questions show only numbers.
const ARCHES: usize = 20;

/// Arches for `questions`, of which the one `at` (from 0) is being asked.
pub(crate) fn steps(questions: usize, at: usize) -> AnyView {
    if questions > ARCHES {
        return ().into_any();
    }
    let arch = |question: usize| {
        let class = match question.cmp(&at) {
            std::cmp::Ordering::Less => "done",
            std::cmp::Ordering::Equal => "now",
            std::cmp::Ordering::Greater => "",
        };
        view! { <i class=class></i> }.into_any()
    };
    view! {
        <span class="steps" role="img" aria-label=format!("Question {} of {questions}", at + 1)>
            {(0..questions).map(arch).collect::<Vec<_>>()}
        </span>
    }
    .into_any()
}
