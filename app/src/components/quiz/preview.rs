//! The preview: the quiz as a player would see it, tried out by its author.

use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::formula::{Formulas, Piece, pieces};
use protocol::quiz::{Kind, Question, Quiz};

use crate::api::formulas::render_formulas;
use crate::boxed_view::{derived, dynamic_text, dynamic_view, flag, memo, optional_view};
use crate::components::dialog::Dialog;
use crate::components::formula;
use crate::components::game::answer::{self, letter};
use crate::components::icon::{ARROW_LEFT, CHECK, X, icon};
use crate::editor_store::EditorStore;
use crate::state::editor::{Editor, texts as say};

/// One question after the other, from the selected one. Nothing is sent.
#[component]
pub(super) fn Preview(store: EditorStore, dialog: Dialog) -> impl IntoView {
    let editor = store.editor;
    let at = RwSignal::new(editor.with_untracked(Editor::selected));
    let is_shown = RwSignal::new(false);
    let chosen = RwSignal::new(Vec::<usize>::new());
    let count = move || editor.with(|editor| editor.quiz().questions.len());
    let go = move |to: usize| {
        is_shown.set(false);
        chosen.set(Vec::new());
        at.set(to);
    };
    let trying = Trying { chosen, is_shown };
    let question = memo(move || editor.with(|editor| editor.quiz().questions.get(at.get()).cloned()));
    let formulas = rendered(editor.with_untracked(|editor| formulas_of(editor.quiz())));
    let is_last = memo(move || at.get() + 1 >= count());
    view! {
        <div class="preview__inner">
            <div class="preview__bar">
                <h2 class="preview__where" id="preview-title">
                    {dynamic_text(move || format!("{} of {}, as a player sees it", at.get() + 1, count()))}
                </h2>
                <button class="button button--bare" type="button" aria-label="Close" on:click=move |_| dialog.close()>
                    {icon(X)}
                </button>
            </div>
            {dynamic_view(move || {
                let shown = |question| formulas.with(|formulas| shown(question, trying, formulas));
                question.get().map(shown).into_any()
            })}
            <div class="preview__doing">
                <button
                    class="button button--quiet"
                    type="button"
                    aria-disabled=flag(move || at.get() == 0)
                    on:click=move |_| go(at.get_untracked().saturating_sub(1))
                >
                    {icon(ARROW_LEFT)}
                    "Back"
                </button>
                <button class="button button--quiet" type="button" on:click=move |_| is_shown.set(true)>
                    "Show the answer"
                </button>
                <button
                    class="button"
                    type="button"
                    on:click=move |_| {
                        if is_last.get_untracked() { dialog.close() } else { go(at.get_untracked() + 1) }
                    }
                >
                    {dynamic_text(move || if is_last.get() { "Done" } else { "Next" })}
                </button>
            </div>
        </div>
    }
}

#[derive(Clone, Copy)]
struct Trying {
    chosen: RwSignal<Vec<usize>>,
    is_shown: RwSignal<bool>,
}

/// How many bytes of formulas are requested at most: what a call may contain in any encoding.
const REQUEST_BYTES: usize = 16 * 1024;

/// All formulas of a quiz, one to a line.
fn formulas_of(quiz: &Quiz) -> String {
    let mut request = String::new();
    for question in &quiz.questions {
        let options = question.options.iter().map(|option| &option.text);
        for text in [&question.text, &question.explanation].into_iter().chain(options).chain(&question.accepted_answers)
        {
            for piece in pieces(text) {
                if let Piece::Formula(source) = piece
                    && request.len() + source.written.len() < REQUEST_BYTES
                {
                    request.extend([source.written, "\n"]);
                }
            }
        }
    }
    request
}

/// The rendered formulas; until the server has answered, and if it does not, they are shown
/// as they are written.
fn rendered(asked: String) -> RwSignal<Formulas> {
    let formulas = RwSignal::new(Formulas::default());
    if !asked.is_empty() {
        spawn_local(async move {
            if let Ok(drawn) = render_formulas(asked).await {
                // The preview may be closed already.
                formulas.try_set(drawn);
            }
        });
    }
    formulas
}

fn shown(question: Question, trying: Trying, formulas: &Formulas) -> AnyView {
    let picture = question.picture.as_ref().map(|picture| {
        view! { <img class="preview__picture" src=format!("/pictures/{picture}") alt=question.picture_alt.clone() /> }
    });
    let answers = match question.kind {
        Kind::Slide => {
            view! { <p class="preview__words">{formula::alone(&question.explanation, formulas)}</p> }.into_any()
        }
        Kind::Typed => field("text", "Your answer"),
        Kind::Number => field("decimal", "Your number"),
        _ => tiles(&question, trying, formulas),
    };
    let told = verdict(&question);
    let why = question.explanation.clone();
    let drawn = formulas.clone();
    let is_slide = question.kind == Kind::Slide;
    let answer = move || {
        view! {
            <p class="preview__right">{icon(CHECK)} <b>{formula::text(&told, &drawn)}</b></p>
            {(!why.is_empty()).then(|| view! { <p>{formula::text(&why, &drawn)}</p> })}
        }
        .into_any()
    };
    view! {
        <p class="preview__question" dir="auto">
            {formula::alone(&say::heading(&question), formulas)}
        </p>
        {picture}
        {answers}
        <div class="preview__answer" role="status">
            {optional_view(move || (trying.is_shown.get() && !is_slide).then(&answer))}
        </div>
    }
    .into_any()
}

fn field(mode: &'static str, name: &'static str) -> AnyView {
    view! { <input class="field__input preview__field" inputmode=mode aria-label=name autocomplete="off" /> }.into_any()
}

/// The answers in their shapes. An order is shown in reverse: the right one would give it away.
fn tiles(question: &Question, trying: Trying, formulas: &Formulas) -> AnyView {
    let Trying { chosen, is_shown } = trying;
    let is_many = matches!(question.kind, Kind::Several | Kind::Order);
    let mut options: Vec<_> = question.options.clone();
    if question.kind == Kind::Order {
        options.reverse();
    }
    let has_right = question.kind.has_right() && question.kind != Kind::Order;
    let tiles = options.into_iter().enumerate().map(|(at, option)| {
        let is_chosen = memo(move || chosen.with(|chosen| chosen.contains(&at)));
        let choose = move |_| {
            chosen.update(|chosen| match chosen.iter().position(|one| *one == at) {
                Some(place) => drop(chosen.remove(place)),
                None if is_many => chosen.push(at),
                None => *chosen = vec![at],
            });
        };
        let place = move || {
            let place = chosen.with(|chosen| chosen.iter().position(|one| *one == at))?;
            Some(view! { <span class="answer__check"><b>{(place + 1).to_string()}</b></span> }.into_any())
        };
        let check =
            move || is_chosen.get().then(|| view! { <span class="answer__check">{icon(CHECK)}</span> }.into_any());
        let is_order = question.kind == Kind::Order;
        view! {
            <button
                class=answer::kind("answer", at)
                type="button"
                aria-pressed=derived(move || if is_chosen.get() { "true" } else { "false" })
                class:answer--left=derived(move || has_right && is_shown.get() && !option.right)
                on:click=choose
            >
                {answer::inside(at, &option.text, formulas)}
                {if is_order { optional_view(place) } else { optional_view(check) }}
            </button>
        }
    });
    view! {
        <div class="preview__tiles" role="group" aria-label="Answers">
            {tiles.collect_view()}
        </div>
    }
    .into_any()
}

/// The right answer as a sentence.
fn verdict(question: &Question) -> String {
    let options = || question.options.iter().enumerate();
    let listed = |parts: Vec<String>| parts.join(", ");
    let right = match question.kind {
        Kind::Slide => return String::new(),
        Kind::Poll => return "Nothing is right or wrong here.".into(),
        Kind::Typed => question.accepted_answers.iter().filter(|text| !text.trim().is_empty()).cloned().collect(),
        Kind::Number => match (question.number, question.tolerance) {
            (Some(number), Some(tolerance)) => vec![format!("{number}, give or take {tolerance}")],
            (Some(number), None) => vec![number.to_string()],
            (None, _) => Vec::new(),
        },
        Kind::Order => options().map(|(_, option)| option.text.clone()).collect(),
        _ => options().filter(|(_, one)| one.right).map(|(at, one)| format!("{} {}", letter(at), one.text)).collect(),
    };
    if right.is_empty() { "No right answer yet.".into() } else { format!("Right: {}", listed(right)) }
}
