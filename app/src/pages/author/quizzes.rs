//! The quizzes of an author, and those that come with the program.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;
use protocol::quiz::QuizSummary;
use protocol::{Pin, limits};

use super::running::{Choosing, Running, class_of, list_row};
use super::{AuthorHeader, Section, instead, texts, wrong};
use crate::api::games::{HostGame, PlayAgain};
use crate::api::quizzes::{self, BecomeAuthor, CopyQuiz, DeleteQuiz, NewQuiz, QuizList};
use crate::api::{refused, refused_at, typed};
use crate::components::avatar::{Looks, avatar};
use crate::components::icon::{COPY, PENCIL, PLAY, PLUS, TRASH, icon};
use crate::components::quiz::import::Import;
use crate::components::reader_clock::moment;
use crate::page_styles::PageStyles;
use crate::page_title::PageTitle;
use crate::upload::IMPORT;

/// The page at `/quizzes`; with `?delete={id}` it asks whether that one should go, and with
/// `?class={pin}` which one the class of that game plays next.
#[component]
pub(crate) fn Quizzes() -> impl IntoView {
    let query = use_query_map();
    let asked = |name: &str| query.with_untracked(|query| query.get_str(name).map(str::to_owned));
    let (deleting, class) = (asked("delete"), asked("class"));
    let list = Resource::new(|| (), |()| quizzes::quizzes());
    let refusal = refused::<NewQuiz>()
        .or_else(refused::<CopyQuiz>)
        .or_else(refused::<DeleteQuiz>)
        .or_else(refused::<HostGame>)
        .or_else(refused::<PlayAgain>)
        .or_else(refused::<BecomeAuthor>)
        .or_else(|| refused_at(IMPORT));
    view! {
        <PageStyles of="author" />
        <Suspense>
            {move || {
                let (deleting, class, refusal) = (deleting.clone(), class.clone(), refusal.clone());
                Suspend::new(async move {
                    match list.await {
                        Ok(list) => view! { <Lists list deleting class refusal /> }.into_any(),
                        Err(error) => instead(&error),
                    }
                })
            }}
        </Suspense>
    }
}

#[component]
fn Lists(list: QuizList, deleting: Option<String>, class: Option<String>, refusal: Option<String>) -> impl IntoView {
    let QuizList { may_write, own, samples, running, unfinished } = list;
    let class = class.and_then(|pin| class_of(&running, &pin).cloned());
    let pin = class.as_ref().map(|class| class.pin.clone());
    let asked = deleting.and_then(|id| own.iter().find(|quiz| quiz.id.as_str() == id).cloned());
    let is_empty = own.is_empty();
    let own = own.into_iter().map(|quiz| row(quiz, Owner::Viewer, pin.as_ref())).collect_view();
    let samples = samples.into_iter().map(|quiz| row(quiz, Owner::Program, pin.as_ref())).collect_view();
    view! {
        <PageTitle of="Your quizzes" />
        <div class="author">
            <AuthorHeader section=Section::Quizzes />
            <main class="author__main" id="main" tabindex="-1">
                <h1>"Your quizzes"</h1>
                {wrong(refusal)}
                {asked.map(|quiz| view! { <Deleting quiz /> })}
                {class.map(|game| view! { <Choosing game /> })}
                <Running running unfinished />
                {if may_write { view! { <New /> }.into_any() } else { view! { <Key /> }.into_any() }}
                {is_empty.then(nothing)}
                <ul class="quizzes">{own}</ul>
                <section class="author__part" aria-labelledby="samples">
                    <h2 id="samples">"Samples to try"</h2>
                    <p class="quiet">"Play one as it is, or copy it to change it."</p>
                    <ul class="quizzes">{samples}</ul>
                </section>
            </main>
        </div>
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    Viewer,
    Program,
}

/// The row of a quiz. With the PIN of a class, the quiz can be begun for that class.
fn row(quiz: QuizSummary, owner: Owner, class: Option<&Pin>) -> AnyView {
    let title = texts::title(quiz.title);
    let (id, page) = (quiz.id.to_string(), format!("/quizzes/{}", quiz.id));
    let saved = (quiz.saved_at > 0).then(|| view! { ", saved " {moment(quiz.saved_at)} });
    let todo = texts::missing(quiz.problems).map(|missing| view! { <span class="quizzes__todo">{missing}</span> });
    let start = (quiz.problems == 0).then(|| match class {
        Some(pin) => next_quiz(pin, &id, &title),
        None => one_field(HostGame::PATH, "quiz", &id, ("button", "Start"), PLAY, &title),
    });
    let copy = one_field(CopyQuiz::PATH, "id", &id, ("button button--quiet", "Copy"), COPY, &title);
    let mine = (owner == Owner::Viewer).then(|| {
        view! {
            <a class="button button--quiet" href=page.clone() rel="external">
                {icon(PENCIL)}
                "Edit"
                <span class="unseen">" " {title.clone()}</span>
            </a>
        }
    });
    let delete = (owner == Owner::Viewer).then(|| {
        view! {
            <a class="button button--remove" href=format!("/quizzes?delete={id}") rel="external">
                {icon(TRASH)}
                "Delete"
                <span class="unseen">" " {title.clone()}</span>
            </a>
        }
    });
    let about = view! { {texts::questions(quiz.questions)} {saved} {todo} };
    let doing =
        view! { <div class="quiz-row__doing">{start} {mine} {copy} <Export page=page.clone() /> {delete}</div> };
    list_row(page, title, about, Some(doing))
}

/// Links to the quiz as a file, in each format.
#[component]
fn Export(page: String) -> impl IntoView {
    let links = [("json", "Hubbub file, with everything"), ("xlsx", "Excel sheet"), ("csv", "CSV sheet")];
    let links = links.map(|(kind, name)| {
        view! {
            <li>
                <a href=format!("{page}/export.{kind}") download rel="external">
                    {name}
                </a>
            </li>
        }
    });
    view! {
        <details class="menu">
            <summary class="button button--quiet">"Export"</summary>
            <ul class="menu__list">{links.into_iter().collect_view()}</ul>
        </details>
    }
}

/// A form that is one button.
fn one_field(
    action: &'static str,
    name: &'static str,
    value: &str,
    (class, word): (&'static str, &'static str),
    drawing: &'static str,
    about: &str,
) -> AnyView {
    view! {
        <form method="post" action=action>
            <input type="hidden" name=name value=value.to_owned() />
            <button class=class>
                {icon(drawing)}
                {word}
                <span class="unseen">" " {about.to_owned()}</span>
            </button>
        </form>
    }
    .into_any()
}

/// The button that begins a quiz for the class of a game that is over.
fn next_quiz(pin: &Pin, quiz: &str, title: &str) -> AnyView {
    view! {
        <form method="post" action=PlayAgain::PATH>
            <input type="hidden" name="pin" value=pin.to_string() />
            <input type="hidden" name="quiz" value=quiz.to_owned() />
            <button class="button">
                {icon(PLAY)}
                "Play next"
                <span class="unseen">" " {title.to_owned()}</span>
            </button>
        </form>
    }
    .into_any()
}

#[component]
fn Deleting(quiz: QuizSummary) -> impl IntoView {
    let title = texts::title(quiz.title);
    view! {
        <section class="asking" aria-labelledby="deleting">
            <h2 id="deleting">"Delete " <bdi>{title.clone()}</bdi> "?"</h2>
            <p>"This cannot be undone. The results of its games stay."</p>
            <div class="asking__doing">
                <a class="button button--quiet" href="/quizzes" rel="external" autofocus>
                    "Cancel"
                </a>
                {one_field(DeleteQuiz::PATH, "id", quiz.id.as_str(), ("button button--remove", "Delete quiz"), TRASH, &title)}
            </div>
        </section>
    }
}

/// The forms for a new quiz: by its title, and by importing a file.
#[component]
fn New() -> impl IntoView {
    let title = typed::<NewQuiz>("title");
    view! {
        <div class="starting">
            <form class="starting__new" method="post" action=NewQuiz::PATH>
                <label class="field__label" for="new-title">
                    "New quiz"
                </label>
                <div class="starting__row">
                    <input
                        class="field__input"
                        id="new-title"
                        name="title"
                        value=title
                        placeholder="Title"
                        autocomplete="off"
                        maxlength=limits::TITLE_CHARS
                        dir="auto"
                        required
                    />
                    <button class="button">{icon(PLUS)} "Create"</button>
                </div>
            </form>
            <Import />
        </div>
    }
}

/// The form for the authors' key, where one is needed.
#[component]
fn Key() -> impl IntoView {
    view! {
        <form class="starting__new" method="post" action=BecomeAuthor::PATH>
            <label class="field__label" for="key">
                "The authors’ key"
            </label>
            <div class="starting__row">
                <input
                    class="field__input"
                    id="key"
                    name="key"
                    type="password"
                    autocomplete="current-password"
                    aria-describedby="key-help"
                    required
                />
                <button class="button">"Enter"</button>
            </div>
            <span class="field__help" id="key-help">
                "You get it from whoever runs this server. It lets you write and start quizzes."
            </span>
        </form>
    }
}

fn nothing() -> AnyView {
    view! {
        <div class="empty">
            <div class="empty__line">{avatar(Looks::plain("plum", 46, (19, 3)))}</div>
            <p>
                <b>"No quizzes yet."</b>
                <br />
                <span class="quiet">"Create one, or copy one below."</span>
            </p>
        </div>
    }
    .into_any()
}
