//! The four answers: a shape, a letter and a colour each, in a fixed order.

use leptos::prelude::*;

/// Arch, bow, clover, drop.
const SHAPES: [&str; 4] = [
    "M8 57V33a24 24 0 0 1 48 0v24H42V34a10 10 0 0 0-20 0v23z",
    "M6 13 28 28h8l22-15v38L36 36h-8L6 51z",
    "M20 5a15 15 0 0 1 12 6 15 15 0 1 1 21 21 15 15 0 1 1-21 21 15 15 0 1 1-21-21A15 15 0 0 1 20 5z",
    "M32 4c8 11 20 23 20 36a20 20 0 0 1-40 0C12 27 24 15 32 4z",
];
const LETTERS: [&str; 4] = ["A", "B", "C", "D"];

/// The letter of an answer, from 0.
pub(crate) fn letter(at: usize) -> &'static str {
    LETTERS[at % LETTERS.len()]
}

/// The last part of the class of whatever wears an answer's colour: `a` to `d`.
pub(crate) fn suffix(at: usize) -> &'static str {
    ["a", "b", "c", "d"][at % LETTERS.len()]
}

/// The shape of an answer. Decoration: the letter stands beside it.
pub(crate) fn shape(at: usize) -> AnyView {
    let class = format!("shape shape--{}", suffix(at));
    view! {
        <svg class=class viewBox="0 0 64 64" aria-hidden="true">
            <path d=SHAPES[at % SHAPES.len()]></path>
        </svg>
    }
    .into_any()
}
