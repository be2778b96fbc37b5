//! Texts of a quiz with their formulas, as the server drew them.

use leptos::prelude::*;
use protocol::formula::{Formulas, Piece, pieces};

use crate::game_live::GameLive;

/// A formula of more letters may be wider than the page, and is scrolled there.
const LONG: usize = 24;

/// A text with its formulas. One that was not drawn is shown as it is written.
pub(crate) fn text(text: &str, formulas: &Formulas) -> AnyView {
    if !text.contains('$') {
        return text.to_owned().into_any();
    }
    let shown = pieces(text).map(|piece| match piece {
        Piece::Words(words) => words.to_owned().into_any(),
        Piece::Formula(source) => match formulas.markup(source) {
            Some(markup) => {
                let is_long = source.latex.chars().nth(LONG).is_some();
                drawn(markup.to_owned(), if is_long { "formula formula--long" } else { "formula" })
            }
            None => source.written.to_owned().into_any(),
        },
    });
    shown.collect::<Vec<_>>().into_any()
}

/// A text of the game that a page shows.
pub(crate) fn in_game(live: GameLive, shown: &str) -> AnyView {
    live.board.with_untracked(|board| text(shown, &board.game.formulas))
}

/// The markup is put in as it is: the server made it of words of its own, with all that
/// somebody wrote escaped. As a tree of elements it would be the same, and every page
/// would carry what builds them.
fn drawn(markup: String, class: &'static str) -> AnyView {
    view! { <span class=class inner_html=markup></span> }.into_any()
}

/// Draws the formulas of all texts that a page is going to show.
#[cfg(feature = "ssr")]
pub(crate) fn draw_for_page<'t>(texts: impl IntoIterator<Item = &'t str>) {
    provide_context(std::sync::Arc::new(crate::api::formulas::drawn(texts)));
}

/// A text on a page whose formulas were drawn by [`draw_for_page`].
#[cfg(feature = "ssr")]
pub(crate) fn on_page(shown: &str) -> AnyView {
    match use_context::<std::sync::Arc<Formulas>>() {
        Some(formulas) => text(shown, &formulas),
        None => text(shown, &Formulas::default()),
    }
}
