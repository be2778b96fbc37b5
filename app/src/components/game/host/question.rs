//! The question on the wall: its text, its options, the remaining time, and how many have answered.

use leptos::prelude::*;
use protocol::game::{Phase, QuestionView};
use protocol::quiz::Kind;

use super::answered::answered;
use super::context::Host;
use crate::boxed_view::{dynamic_view, memo, optional_view};
use crate::components::game::answer::{inside, kind as kind_of};
use crate::components::game::ring::Ring;
use crate::state::game::texts::GET_READY;

/// A question from the moment it can be read to the end of its time.
pub(super) fn question(host: Host) -> AnyView {
    let Some(asked) = host.game_now(|game| game.asked.clone()) else { return ().into_any() };
    let QuestionView { kind, text, body, picture, picture_alt, .. } = asked;
    let picture = picture.map(|id| {
        view! { <img class="question__picture" src=format!("/pictures/{id}") alt=picture_alt /> }
    });
    if kind == Kind::Slide {
        return view! {
            <section class="slide">
                {heading(host, &text)} {picture} <p class="slide__words" dir="auto">
                    {host.text(&body)}
                </p>
            </section>
        }
        .into_any();
    }
    let class = if picture.is_some() { "middle middle--pictured" } else { "middle" };
    view! {
        <section class="question">{heading(host, &text)} <Ring store=host.store class="ring" /></section>
        <div class=class>{picture} {middle(host, kind)}</div>
        <div class="stage__foot">{answered(host)} {pin(host)}</div>
    }
    .into_any()
}

/// A question's text, smaller the longer it is.
pub(super) fn heading(host: Host, text: &str) -> AnyView {
    let class = match text.chars().count() {
        0..=60 => "question__text",
        61..=110 => "question__text question__text--long",
        _ => "question__text question__text--longest",
    };
    view! {
        <h1 class=class tabindex="-1" dir="auto">
            {host.text(text)}
        </h1>
    }
    .into_any()
}

/// The options, once they can be chosen.
fn middle(host: Host, kind: Kind) -> AnyView {
    let options =
        memo(move || host.game(|game| game.asked.as_ref().map(|asked| asked.options.clone()).unwrap_or_default()));
    let phase = memo(move || host.game(|game| game.phase));
    let paused = memo(move || host.game(|game| game.paused.is_some()));
    let body = move || match (phase.get(), paused.get()) {
        (_, true) => hint("Paused."),
        (Phase::Ready, _) => hint(GET_READY),
        (Phase::Closed, _) => hint("Time is up."),
        _ if kind.has_options() => tiles(host, &options.get()),
        _ => hint(how(kind)),
    };
    let note = move || {
        (kind.has_options() && kind != Kind::Choice && kind != Kind::TrueFalse && phase.get() == Phase::Open)
            .then(|| view! { <p class="middle__how">{how(kind)}</p> }.into_any())
    };
    view! { {optional_view(note)} {dynamic_view(body)} }.into_any()
}

fn tiles(host: Host, options: &[String]) -> AnyView {
    // All of one size, by the longest.
    let long = match options.iter().map(|option| option.chars().count()).max() {
        Some(51..) => " answer--longest",
        Some(25..) => " answer--long",
        _ => "",
    };
    let tile = |(at, option): (usize, &String)| {
        view! {
            <li class=kind_of("answer", at) + long>
                {host.game_now(|game| inside(at, option, &game.formulas))}
            </li>
        }
        .into_any()
    };
    let tiles = options.iter().enumerate().map(tile).collect_view();
    view! {
        <ul class="answers" aria-label="Answers">
            {tiles}
        </ul>
    }
    .into_any()
}

fn hint(text: &'static str) -> AnyView {
    view! { <p class="middle__hint">{text}</p> }.into_any()
}

/// What the wall tells players to do with a question of this kind.
fn how(kind: Kind) -> &'static str {
    match kind {
        Kind::Typed => "Type your answer.",
        Kind::Number => "Type a number.",
        Kind::Several => "Choose all that are right.",
        Kind::Order => "Put them in order.",
        Kind::Poll => "There is no right or wrong.",
        Kind::Choice | Kind::TrueFalse | Kind::Slide => "",
    }
}

/// The PIN for people who come late.
fn pin(host: Host) -> AnyView {
    let locked = memo(move || host.game(|game| game.locked));
    let pin = host.pin().spaced();
    optional_view(move || {
        let pin = pin.clone();
        (!locked.get()).then(|| view! { <p class="stage__pin">"PIN " <b>{pin}</b></p> }.into_any())
    })
}
