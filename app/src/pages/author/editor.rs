//! One quiz: its author edits it, others read it.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_params_map;
use protocol::QuizId;
use protocol::quiz::StoredQuiz;

use super::reading::{Level, question_reading, render_formulas};
use super::{AuthorHeader, Section, instead, texts};
use crate::api::games::HostGame;
use crate::api::quizzes::{self, CopyQuiz};
use crate::components::icon::{COPY, PLAY, icon};
use crate::components::quiz::editor::{self, QuizEditor};
use crate::initial_state;
use crate::page_styles::PageStyles;
use crate::page_title::PageTitle;
use crate::pages::brand::Brand;
use crate::pages::not_found::NotFound;

/// The page at `/quizzes/{id}`: the editor of one of the author's quizzes.
#[component]
pub(crate) fn Edit() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| QuizId::parse(params.get_str("id")?).ok()));
    let quiz = Resource::new(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => Some(quizzes::quiz(id).await),
                None => None,
            }
        },
    );
    view! {
        <PageStyles of="editor" />
        <Suspense>
            {move || Suspend::new(async move {
                match quiz.await {
                    Some(Ok(opened)) if opened.may_save => {
                        let versions = format!("/quizzes/{}/versions", opened.stored.id);
                        view! {
                            <PageTitle of=format!("Edit {}", opened.stored.quiz.title) />
                            <a class="skip" href="#main">
                                "Skip to the question"
                            </a>
                            <div class="editor">
                                <nav class="editor__brand" aria-label="Hubbub">
                                    <Brand />
                                    <span class="editor__ways">
                                        <a href="/quizzes" rel="external">
                                            "Your quizzes"
                                        </a>
                                        <a href=versions rel="external">
                                            "Earlier versions"
                                        </a>
                                    </span>
                                </nav>
                                {initial_state::embed(editor::INITIAL_STATE, opened)}
                                <QuizEditor />
                                <noscript>
                                    <p class="editor__noscript">
                                        "Writing a quiz needs JavaScript. It can be started, copied and "
                                        "exported without: all under “Your quizzes”."
                                    </p>
                                </noscript>
                            </div>
                        }
                            .into_any()
                    }
                    Some(Ok(opened)) => view! { <Reading stored=opened.stored /> }.into_any(),
                    Some(Err(error)) => instead(&error),
                    None => view! { <NotFound /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

/// A quiz that its viewer may play and copy, but not change.
#[component]
fn Reading(stored: StoredQuiz) -> impl IntoView {
    let (id, quiz) = (stored.id.to_string(), stored.quiz);
    let count = texts::questions(quiz.questions.len());
    render_formulas(&quiz);
    let questions =
        quiz.questions.into_iter().enumerate().map(|(at, question)| question_reading(at, question, Level::Page));
    view! {
        <PageTitle of=quiz.title.clone() />
        <div class="author">
            <AuthorHeader section=Section::Elsewhere />
            <main class="author__main" id="main" tabindex="-1">
                <h1 class="author__title" dir="auto">
                    {quiz.title}
                </h1>
                <p class="quiet">{count} ". It comes with the program; a copy of it is yours to change."</p>
                <div class="asking__doing">
                    <form method="post" action=HostGame::PATH>
                        <input type="hidden" name="quiz" value=id.clone() />
                        <button class="button">{icon(PLAY)} "Start a game"</button>
                    </form>
                    <form method="post" action=CopyQuiz::PATH>
                        <input type="hidden" name="id" value=id />
                        <button class="button button--quiet">{icon(COPY)} "Copy it"</button>
                    </form>
                </div>
                <ol class="reading">{questions.collect_view()}</ol>
            </main>
        </div>
    }
}
