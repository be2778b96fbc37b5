//! Four avatars on the pages that lead into games.

use leptos::prelude::*;

use crate::components::avatar::{Looks, avatar};

const CROWD: [Looks; 4] = [
    Looks::plain("leaf", 60, (0, -19)),
    Looks::plain("plum", 45, (0, -19)),
    Looks::plain("tomato", 68, (-15, -15)),
    Looks::plain("sea", 50, (-15, -15)),
];

/// They look at what is above and beside them.
pub(super) fn crowd() -> AnyView {
    CROWD.map(avatar).into_iter().collect_view().into_any()
}
