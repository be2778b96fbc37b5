//! The four answers, distinguished by colour, shape, letter and text.

use leptos::prelude::*;
use protocol::formula::Formulas;

use crate::components::formula;

/// The letters of the options, in their order.
pub(crate) const LETTERS: [&str; 4] = ["A", "B", "C", "D"];

/// Longer texts have a smaller font,
const LONG: usize = 24;
/// and those with more characters than this a smaller one still.
const LONGER: usize = 48;

const KINDS: [&str; 4] = ["a", "b", "c", "d"];
/// An arch, a bow, a clover and a drop: each begins with its letter, or looks like it.
const SHAPES: [&str; 4] = [
    "M8 57V33a24 24 0 0 1 48 0v24H42V34a10 10 0 0 0-20 0v23z",
    "M6 13 28 28h8l22-15v38L36 36h-8L6 51z",
    "M20 5a15 15 0 0 1 12 6 15 15 0 1 1 21 21 15 15 0 1 1-21 21 15 15 0 1 1-21-21A15 15 0 0 1 20 5z",
    "M32 4c8 11 20 23 20 36a20 20 0 0 1-40 0C12 27 24 15 32 4z",
];
/// The width of their rounded corners.
const STROKES: [&str; 4] = ["4", "5", "0", "3"];

/// The letter of an option, counted from 0.
pub(crate) fn letter(option: usize) -> &'static str {
    LETTERS.get(option).copied().unwrap_or_default()
}

/// The class of an option's block, such as `answer answer--b` for `answer`.
pub(crate) fn kind(block: &str, option: usize) -> String {
    format!("{block} {block}--{}", KINDS.get(option).copied().unwrap_or("d"))
}

/// The content of an option's tile, which is a `.answer`. It is also the tile's accessible name, `A,
/// Mercury`: a separate one could differ from what is seen.
pub(crate) fn inside(option: usize, text: &str, formulas: &Formulas) -> AnyView {
    let class = match text.chars().count() {
        letters if letters <= LONG => "answer__text",
        letters if letters <= LONGER => "answer__text answer__text--long",
        _ => "answer__text answer__text--long answer__text--longest",
    };
    view! {
        {drawing("answer__ghost", option)}
        {drawing("answer__shape", option)}
        <span class="answer__letter" aria-hidden="true">
            {letter(option)}
        </span>
        <span class="unseen">{letter(option)} ", "</span>
        <span class=class dir="auto">
            {formula::text(text, formulas)}
        </span>
    }
    .into_any()
}

/// An option in a line of text: its shape and letter on its colour.
pub(crate) fn key(option: usize) -> AnyView {
    view! {
        <span class=kind("key", option)>
            {drawing("answer__shape", option)} {letter(option)}
        </span>
    }
    .into_any()
}

/// The shape of an option, in a box of 64.
pub(crate) fn shape(option: usize) -> &'static str {
    SHAPES[option % SHAPES.len()]
}

fn drawing(class: &'static str, option: usize) -> AnyView {
    let at = option % SHAPES.len();
    view! {
        <svg class=class viewBox="0 0 64 64" aria-hidden="true">
            <path stroke-width=STROKES[at] stroke-linejoin="round" d=SHAPES[at]></path>
        </svg>
    }
    .into_any()
}
