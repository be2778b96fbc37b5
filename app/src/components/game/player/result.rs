//! The outcome of a question: right or not, points, place and streak.

use leptos::prelude::*;
use protocol::formula::Formulas;
use protocol::game::{Answer, Game, Outcome, Reveal, Verdict};
use protocol::quiz::Kind;

use super::waiting::me;
use crate::boxed_view::{dynamic_view, memo};
use crate::components::avatar::{Looks, avatar};
use crate::components::formula;
use crate::components::game::answer::key;
use crate::components::icon::{CHECK, X, icon};
use crate::game_store::GameStore;
use crate::state::game::{Board, texts};

/// The right answer, and the outcome for this player.
pub(super) fn result(store: GameStore) -> AnyView {
    let (_, looks) = me(store);
    // Its parts come in two frames, in either order.
    let parts = memo(move || store.board.with(parts));
    dynamic_view(move || match parts.get() {
        (Some(outcome), Some(reveal), context) => outcome_view(&outcome, &reveal, &context, looks),
        (None, Some(reveal), context) => only_right(&reveal, &context, looks),
        _ => counting(looks),
    })
}

/// What is shown beside the outcome.
#[derive(Clone, PartialEq)]
struct ResultContext {
    scored: bool,
    kind: Kind,
    answer: Option<Answer>,
    formulas: Formulas,
}

impl ResultContext {
    /// A text of the game with its formulas.
    fn text(&self, text: &str) -> AnyView {
        formula::text(text, &self.formulas)
    }
}

fn parts(board: &Board) -> (Option<Outcome>, Option<Reveal>, ResultContext) {
    let Game { scored, asked, reveal, formulas, .. } = &board.game;
    let kind = asked.as_ref().map_or(Kind::Choice, |asked| asked.kind);
    let answer = board.answer.submitted().cloned();
    let context = ResultContext { scored: *scored, kind, answer, formulas: formulas.clone() };
    (board.shown_outcome(), reveal.clone(), context)
}

fn outcome_view(outcome: &Outcome, reveal: &Reveal, context: &ResultContext, looks: Looks) -> AnyView {
    let (class, badge) = match outcome.verdict {
        Verdict::Right | Verdict::Partly => ("result", Some(CHECK)),
        Verdict::Poll => ("result result--poll", None),
        Verdict::Wrong | Verdict::Missing => ("result result--wrong", Some(X)),
    };
    let looks = match outcome.verdict {
        Verdict::Right => looks.tall(58).happy(),
        Verdict::Partly | Verdict::Poll => looks.tall(54),
        Verdict::Wrong | Verdict::Missing => looks.tall(52).looking((-15, 15)),
    };
    let badge = badge.map(|badge| view! { <span class="result__badge">{icon(badge)}</span> });
    let brought = context.scored.then(|| texts::brought(outcome)).filter(|brought| !brought.is_empty());
    view! {
        <div class=class>
            <section class="result__plane">
                <h1 class="result__word" tabindex="-1">
                    {texts::verdict(outcome.verdict)} {badge}
                </h1>
                {brought.map(|brought| view! { <p class="result__points">{brought}</p> })}
                {note(outcome, reveal, context)}
                <div class="result__me">{avatar(looks)}</div>
            </section>
            {facts(outcome, reveal, context)}
        </div>
    }
    .into_any()
}

/// The right answer for a player who was not there for the question.
fn only_right(reveal: &Reveal, context: &ResultContext, looks: Looks) -> AnyView {
    view! {
        <div class="result result--poll">
            <section class="result__plane">
                <h1 class="result__word" tabindex="-1">
                    "Look up"
                </h1>
                <p class="result__note">{right(reveal, context)}</p>
                <div class="result__me">{avatar(looks.tall(54).looking((0, -19)))}</div>
            </section>
            <section class="result__facts" aria-label="How you stand">
                {why(reveal, context)}
            </section>
        </div>
    }
    .into_any()
}

fn counting(looks: Looks) -> AnyView {
    view! {
        <section class="plane">
            <h1 class="plane__title" tabindex="-1">
                "Counting"
            </h1>
            <div class="plane__me">{avatar(looks.tall(46).looking((0, -19)))}</div>
        </section>
    }
    .into_any()
}

fn note(outcome: &Outcome, reveal: &Reveal, context: &ResultContext) -> AnyView {
    let stop = texts::full_stop(last_right(reveal, context));
    match outcome.verdict {
        Verdict::Right => {
            let link = if stop.is_empty() { " In" } else { ", in" };
            let took = outcome.took_ms.map(|ms| format!("{link} {} seconds.", texts::seconds(ms)));
            view! { <p class="result__note">{right(reveal, context)} {took}</p> }.into_any()
        }
        Verdict::Poll => {
            let count = match context.answer {
                Some(Answer::Choice(option)) => reveal.bars.get(option).map(|bar| (option, bar)),
                _ => None,
            };
            let chose = count.map(|(option, bar)| {
                let others = texts::chose_too(bar.count.saturating_sub(1));
                let others = format!("{} {others}", texts::full_stop(&bar.text));
                view! { "You chose " {key(option)} " " <b dir="auto">{context.text(&bar.text)}</b> {others} }
            });
            view! { <p class="result__note">{chose}</p> }.into_any()
        }
        Verdict::Partly => {
            view! { <p class="result__note">{it_was(reveal, context.kind)} {right(reveal, context)} {stop}</p> }
                .into_any()
        }
        Verdict::Wrong | Verdict::Missing => {
            let others = reveal.players.saturating_sub(reveal.correct).saturating_sub(1);
            view! {
                <p class="result__note">
                    {it_was(reveal, context.kind)} {right(reveal, context)} {stop} <br /> {texts::missed(others)}
                </p>
            }
            .into_any()
        }
    }
}

fn it_was(reveal: &Reveal, kind: Kind) -> &'static str {
    let several = kind == Kind::Several && reveal.bars.iter().filter(|bar| bar.right).count() > 1;
    if several { "The answers were " } else { "It was " }
}

/// The last text of the right answer.
fn last_right<'a>(reveal: &'a Reveal, context: &ResultContext) -> &'a str {
    if !context.kind.has_options() || context.kind == Kind::Order {
        return &reveal.right;
    }
    reveal.bars.iter().rev().find(|bar| bar.right).map_or("", |bar| bar.text.as_str())
}

/// The right answer, with the shapes of options.
fn right(reveal: &Reveal, context: &ResultContext) -> AnyView {
    if !context.kind.has_options() || context.kind == Kind::Order {
        return view! { <b dir="auto">{context.text(&reveal.right)}</b> }.into_any();
    }
    let right = reveal.bars.iter().enumerate().filter(|(_, bar)| bar.right);
    let parts: Vec<_> = right
        .enumerate()
        .map(|(place, (option, bar))| {
            let and = (place > 0).then_some(" and ");
            view! { {and} {key(option)} " " <b dir="auto">{context.text(&bar.text)}</b> }.into_any()
        })
        .collect();
    parts.into_any()
}

fn facts(outcome: &Outcome, reveal: &Reveal, context: &ResultContext) -> AnyView {
    let scored = context.scored;
    let place = (scored && outcome.place > 0).then(|| {
        view! {
            <div class="fact">
                <span class="fact__big">{outcome.place} <sup>{texts::ordinal(outcome.place)}</sup></span>
                <p class="fact__text">
                    <b>{texts::place(outcome)}</b>
                    <bdi>{texts::ahead(outcome)}</bdi>
                </p>
            </div>
        }
    });
    view! {
        <section class="result__facts" aria-label="How you stand">
            {why(reveal, context)} {place} {streak(outcome, scored)}
            <p class="quiet small">"Look up at the big screen."</p>
        </section>
    }
    .into_any()
}

fn why(reveal: &Reveal, context: &ResultContext) -> AnyView {
    if reveal.explanation.is_empty() {
        return ().into_any();
    }
    view! {
        <p class="result__why" dir="auto">
            {context.text(&reveal.explanation)}
        </p>
    }
    .into_any()
}

fn streak(outcome: &Outcome, scored: bool) -> AnyView {
    /// Arches are decoration: more would not fit.
    const ARCHES: u32 = 6;
    let is_broken = outcome.streak == 0 && matches!(outcome.verdict, Verdict::Wrong | Verdict::Missing);
    let (title, more) = match outcome.streak {
        // Where streaks do not count, none is mentioned.
        _ if outcome.next_bonus == 0 => return ().into_any(),
        0 if is_broken => ("A new streak starts now".into(), None),
        0 | 1 => return ().into_any(),
        row => {
            let more = scored.then(|| format!("The next right answer adds {}", texts::points(outcome.next_bonus)));
            (format!("{row} right in a row"), more)
        }
    };
    let heights = ["streak__arch--1", "streak__arch--2", "streak__arch--3", "streak__arch--4"];
    let arches: Vec<_> = (0..outcome.streak.min(ARCHES))
        .map(|at| {
            let height = heights.get(at as usize).copied().unwrap_or("streak__arch--4");
            view! { <i class=height></i> }
        })
        .collect();
    view! {
        <div class="fact">
            <span class="streak" aria-hidden="true">
                {arches}
            </span>
            <p class="fact__text">
                <b>{title}</b>
                {more}
            </p>
        </div>
    }
    .into_any()
}
