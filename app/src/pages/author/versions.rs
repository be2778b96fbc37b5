//! The stored versions of a quiz, each with a button that restores it.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_params_map;
use protocol::QuizId;
use protocol::quiz::QuizVersion;

use super::{AuthorHeader, Section, instead, texts, wrong};
use crate::api::quizzes::{self, RestoreQuiz};
use crate::api::refused;
use crate::components::icon::{CHECK, PENCIL, icon};
use crate::components::reader_clock::moment;
use crate::page_styles::PageStyles;
use crate::page_title::PageTitle;
use crate::pages::not_found::NotFound;

/// The page at `/quizzes/{id}/versions`: the stored versions, and the way back to each.
#[component]
pub(crate) fn Versions() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| QuizId::parse(params.get_str("id")?).ok()));
    let versions = Resource::new(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => Some((id.clone(), quizzes::quiz_versions(id).await)),
                None => None,
            }
        },
    );
    let refusal = refused::<RestoreQuiz>();
    view! {
        <PageStyles of="author" />
        <Suspense>
            {move || {
                let refusal = refusal.clone();
                Suspend::new(async move {
                    match versions.await {
                        Some((id, Ok(versions))) => view! { <List id versions refusal /> }.into_any(),
                        Some((_, Err(error))) => instead(&error),
                        None => view! { <NotFound /> }.into_any(),
                    }
                })
            }}
        </Suspense>
    }
}

#[component]
fn List(id: QuizId, versions: Vec<QuizVersion>, refusal: Option<String>) -> impl IntoView {
    let editor = format!("/quizzes/{id}");
    let title = texts::title(versions.first().map(|latest| latest.title.clone()).unwrap_or_default());
    let note = match versions.len() {
        0 | 1 => "None yet. Every save is kept for a while.",
        _ => "Every save is kept for a while.",
    };
    let rows = versions.into_iter().enumerate().map(|(at, version)| row(&id, version, at == 0)).collect_view();
    view! {
        <PageTitle of=format!("Earlier versions of {title}") />
        <div class="author">
            <AuthorHeader section=Section::Elsewhere />
            <main class="author__main" id="main" tabindex="-1">
                <div>
                    <h1>"Earlier versions"</h1>
                    <p class="versions__of" dir="auto">
                        {title}
                    </p>
                </div>
                {wrong(refusal)}
                <p class="quiet">{note} " Going back makes a version too, so nothing is lost."</p>
                <ol class="quizzes">{rows}</ol>
                <div class="asking__doing">
                    <a class="button button--quiet" href=editor rel="external">
                        {icon(PENCIL)}
                        "Back to the editor"
                    </a>
                </div>
            </main>
        </div>
    }
}

/// The row of a stored version, with the button that restores it unless it is the latest.
fn row(id: &QuizId, version: QuizVersion, is_latest: bool) -> AnyView {
    let QuizVersion { version, title, questions, saved_at } = version;
    let doing = if is_latest {
        view! { <span class="versions__now">{icon(CHECK)} "Current"</span> }.into_any()
    } else {
        view! {
            <form method="post" action=RestoreQuiz::PATH>
                <input type="hidden" name="id" value=id.to_string() />
                <input type="hidden" name="version" value=version />
                <button class="button button--quiet" aria-describedby=format!("version-{version}")>
                    "Go back to this version"
                </button>
            </form>
        }
        .into_any()
    };
    view! {
        <li class="quiz-row">
            <div class="quiz-row__text" id=format!("version-{version}")>
                <b class="versions__when">{moment(saved_at)}</b>
                <span class="quiet small">
                    {texts::questions(questions)} ", " <bdi>{texts::title(title)}</bdi>
                </span>
            </div>
            <div class="quiz-row__doing">{doing}</div>
        </li>
    }
    .into_any()
}
