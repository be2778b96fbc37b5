//! What was understood of a file, before anything of it is stored: its questions with their answers, and all
//! doubts at once, each with what settles it.
//!
//! One plain form, which carries everything along; it needs no scripts.

use std::sync::Arc;

use leptos::prelude::*;
use protocol::limits;

use super::reading::{Level, question_reading, render_formulas};
use super::{AuthorHeader, Section, texts};
use crate::api::quizzes::{ImportedQuiz, QUIZZES};
use crate::components::avatar::{Looks, avatar};
use crate::components::icon::{CHECK, CIRCLE_ALERT, icon};
use crate::page_styles::PageStyles;
use crate::page_title::PageTitle;
use crate::upload::STORE_IMPORT;

mod doubts;
mod outline;

use doubts::doubts;
use outline::outline;

/// Arches on the line, at most.
const CROWD: usize = 24;

/// The page that answers the form with the file.
#[component]
pub(crate) fn ImportReview() -> impl IntoView {
    let Some(imported) = use_context::<Arc<ImportedQuiz>>() else {
        // A request without the form has no file.
        leptos_axum::redirect(QUIZZES);
        return ().into_any();
    };
    render_formulas(&imported.quiz);
    view! {
        <PageStyles of="import" />
        <PageTitle of="Check the import" />
        <div class="author">
            <AuthorHeader section=Section::Elsewhere />
            <main class="author__main" id="main" tabindex="-1">
                {verdict(&imported)}
                {notes(imported.notes.iter().chain(&imported.missing).cloned().collect())}
                <div class="review__split">
                    {review(&imported)} {outline(&imported)} {understood(&imported)}
                </div>
            </main>
        </div>
    }
    .into_any()
}

/// The result of the import, as a sentence and as people on a line.
fn verdict(imported: &ImportedQuiz) -> AnyView {
    let (understood, doubtful) = (imported.understood(), imported.doubtful());
    let colours = ["leaf", "sky", "sea", "plum", "honey", "tomato", "clay", "pine"];
    let person = |at: usize| {
        let colour = colours.get(at % colours.len()).copied().unwrap_or("leaf");
        let height = 40 + 7 * u32::try_from(at % 3).unwrap_or(0);
        if imported.is_doubtful(at) {
            avatar(Looks::plain("tomato", 46, (0, 22)))
        } else {
            avatar(Looks::plain(colour, height, (0, 0)).happy())
        }
    };
    let file = (!imported.file.is_empty()).then(|| {
        view! {
            <p class="verdict__file" dir="auto">
                {imported.file.clone()}
            </p>
        }
    });
    let crowd = (0..imported.quiz.questions.len().min(CROWD)).map(person).collect_view();
    view! {
        <header class="verdict">
            <div class="verdict__words">
                {file}
                <h1>{sentence(understood, doubtful)}</h1>
            </div>
            <span class="verdict__crowd" aria-hidden="true">
                {crowd}
            </span>
        </header>
    }
    .into_any()
}

/// As in `12 questions understood, 2 need you`.
fn sentence(understood: usize, doubtful: usize) -> String {
    let needs = |count: usize| if count == 1 { "needs" } else { "need" };
    match (understood, doubtful) {
        (0, 0) => "There is no question in it yet".into(),
        (1, 0) => "The one question is understood".into(),
        (2, 0) => "Both questions understood".into(),
        (all, 0) => format!("All {all} questions understood"),
        (0, doubtful) => format!("{} {} you", texts::questions(doubtful), needs(doubtful)),
        (understood, doubtful) => {
            format!("{} understood, {doubtful} {} you", texts::questions(understood), needs(doubtful))
        }
    }
}

/// What was left out or changed.
fn notes(notes: Vec<String>) -> Option<AnyView> {
    if notes.is_empty() {
        return None;
    }
    let notes = notes.into_iter().map(|note| view! { <li dir="auto">{note}</li> });
    Some(
        view! {
            <section class="asking" aria-labelledby="notes">
                <h2 id="notes">"Look at this"</h2>
                <ul class="review__notes">{notes.collect_view()}</ul>
            </section>
        }
        .into_any(),
    )
}

fn review(imported: &ImportedQuiz) -> AnyView {
    let quiz = imported.quiz.clone();
    let total = quiz.questions.len();
    view! {
        <form class="review" method="post" action=STORE_IMPORT>
            <input type="hidden" name="quiz" value=protocol::wire::encode(&quiz) />
            <input type="hidden" name="doubts" value=imported.carried.clone() />
            <div class="field">
                <label class="field__label" for="import-title">
                    "Title"
                </label>
                <input
                    class="field__input"
                    id="import-title"
                    name="title"
                    value=quiz.title
                    autocomplete="off"
                    maxlength=limits::TITLE_CHARS
                    dir="auto"
                    required
                />
            </div>
            {doubts(imported)}
            {buttons(imported.understood(), total)}
        </form>
    }
    .into_any()
}

/// The questions without a doubt, with their answers.
fn understood(imported: &ImportedQuiz) -> Option<AnyView> {
    let questions = imported.quiz.questions.iter().cloned().enumerate();
    let good = questions.filter(|(at, _)| !imported.is_doubtful(*at));
    let good: Vec<_> = good.map(|(at, question)| question_reading(at, question, Level::Part)).collect();
    if good.is_empty() {
        return None;
    }
    Some(
        view! {
            <section class="author__part review__good" aria-labelledby="understood">
                <h2 id="understood">"Understood"</h2>
                <ol class="reading">{good}</ol>
            </section>
        }
        .into_any(),
    )
}

fn buttons(understood: usize, total: usize) -> AnyView {
    let is_whole = understood == total;
    let all = if is_whole { "Save the quiz".to_owned() } else { format!("Use all {total}") };
    // The open doubts need not be settled before.
    let now = (!is_whole && understood > 0).then(|| {
        view! {
            <button class="button button--quiet" name="use" value="understood" formnovalidate>
                {format!("Use the {understood} now")}
            </button>
        }
    });
    let hint = (!is_whole).then(|| {
        view! {
            <p class="review__open small">
                {icon(CIRCLE_ALERT)} <span>"Answer each question above, or leave it out, to use all of them."</span>
            </p>
            <p class="review__done small">{icon(CHECK)} <span>"Everything is answered."</span></p>
        }
    });
    view! {
        <div class="review__end">
            <div class="asking__doing">
                <button class="button review__all" name="use" value="all">
                    {all}
                </button>
                {now}
                <a class="button button--quiet" href=QUIZZES rel="external">
                    "Another file"
                </a>
            </div>
            {hint}
            <p class="quiet small">"Nothing is saved yet."</p>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_heading_counts() {
        for (understood, doubtful, expected) in [
            (12, 2, "12 questions understood, 2 need you"),
            (1, 1, "1 question understood, 1 needs you"),
            (2, 0, "Both questions understood"),
            (14, 0, "All 14 questions understood"),
            (1, 0, "The one question is understood"),
            (0, 1, "1 question needs you"),
            (0, 3, "3 questions need you"),
        ] {
            assert_eq!(sentence(understood, doubtful), expected);
        }
    }
}
