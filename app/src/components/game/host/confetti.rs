//! A short celebration: the four shapes fall once, and lie still with reduced motion.

use leptos::prelude::*;

use crate::components::game::answer::{kind, shape};

const PIECES: u32 = 36;

/// Decoration behind the podium.
pub(super) fn confetti() -> AnyView {
    let pieces = (0..PIECES).map(piece).collect_view();
    view! {
        <svg class="confetti" viewBox="0 0 1280 360" preserveAspectRatio="xMidYMin slice" aria-hidden="true">
            {pieces}
        </svg>
    }
    .into_any()
}

fn piece(number: u32) -> AnyView {
    // Scattered, and the same on server and browser.
    let dice = number.wrapping_mul(0x9e37_79b9);
    let (x, y) = (number * 1280 / PIECES + dice % 25, (dice >> 8) % 330);
    let (turn, size) = ((dice >> 16) % 80, 26 + (dice >> 24) % 22);
    let option = (dice >> 20) as usize % 4;
    view! {
        <g transform=format!("translate({x} {y}) rotate({turn}) scale(.{size})")>
            <path class=kind("confetti__piece", option) d=shape(option)></path>
        </g>
    }
    .into_any()
}
