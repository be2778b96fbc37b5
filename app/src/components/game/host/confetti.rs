//! A short celebration: the four shapes fall once, and lie still with reduced motion.

use leptos::prelude::*;

use crate::components::game::answer::{kind, shape};

const PIECES: u32 = 36;

/// Draws the confetti behind the podium, which screen readers do not see.
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
    let random = number.wrapping_mul(0x9e37_79b9);
    let (x, y) = (number * 1280 / PIECES + random % 25, (random >> 8) % 330);
    let (turn, size) = ((random >> 16) % 80, 26 + (random >> 24) % 22);
    let option = (random >> 20) as usize % 4;
    view! {
        <g transform=format!("translate({x} {y}) rotate({turn}) scale(.{size})")>
            <path class=kind("confetti__piece", option) d=shape(option)></path>
        </g>
    }
    .into_any()
}
