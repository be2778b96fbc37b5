//! Texts of a quiz with their formulas, as the server rendered them.

use leptos::prelude::*;
use protocol::formula::{Formulas, Piece, pieces};

use crate::game_store::GameStore;

/// A formula with more characters may be wider than the page.
const LONG: usize = 24;

/// How a long formula is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Long {
    /// Smaller: within a button nothing else can have the focus.
    Shrinks,
    /// Scrollable, with the keyboard too.
    Scrolls,
}

/// A text with its formulas. One that was not rendered is shown as it is written.
pub(crate) fn text(text: &str, formulas: &Formulas) -> AnyView {
    with_formulas(text, formulas, Long::Shrinks)
}

/// A text that stands alone, such as a question, with its formulas.
pub(crate) fn alone(text: &str, formulas: &Formulas) -> AnyView {
    with_formulas(text, formulas, Long::Scrolls)
}

fn with_formulas(text: &str, formulas: &Formulas, long: Long) -> AnyView {
    if !text.contains('$') {
        return text.to_owned().into_any();
    }
    let shown = pieces(text).map(|piece| match piece {
        Piece::Text(text) => text.to_owned().into_any(),
        Piece::Formula(source) => match formulas.markup(source) {
            Some(markup) => {
                let is_long = source.latex.chars().nth(LONG).is_some();
                drawn(markup.to_owned(), is_long.then_some(long))
            }
            None => source.written.to_owned().into_any(),
        },
    });
    shown.collect::<Vec<_>>().into_any()
}

/// A text of the game that a page shows.
pub(crate) fn in_game(store: GameStore, shown: &str) -> AnyView {
    store.board.with_untracked(|board| text(shown, &board.game.formulas))
}

/// A text of the game that stands alone.
pub(crate) fn alone_in_game(store: GameStore, shown: &str) -> AnyView {
    store.board.with_untracked(|board| alone(shown, &board.game.formulas))
}

/// The markup is inserted as it is: the server made it, with all that somebody wrote escaped. As a tree of
/// elements it would be the same, and every page would carry the code that builds them.
fn drawn(markup: String, long: Option<Long>) -> AnyView {
    let class = match long {
        None => "formula",
        Some(Long::Shrinks) => "formula formula--small",
        Some(Long::Scrolls) => "formula formula--long",
    };
    let tabindex = (long == Some(Long::Scrolls)).then_some("0");
    view! { <span class=class tabindex=tabindex inner_html=markup></span> }.into_any()
}

#[cfg(feature = "ssr")]
pub(crate) use page::{on_page, render_for_page};

#[cfg(feature = "ssr")]
mod page {
    //! Formulas of pages that the server renders, where one formula may occur many times.

    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use leptos::prelude::*;
    use protocol::formula::{Formulas, Piece, pieces};

    use super::text;

    /// The most bytes of markup on one page, with every occurrence.
    const MOST_BYTES: usize = 512 * 1024;

    /// The formulas of a page, and how many bytes of them it has shown.
    struct Page {
        formulas: Formulas,
        none: Formulas,
        shown_bytes: AtomicUsize,
    }

    /// Renders the formulas of all texts that a page will show.
    pub(crate) fn render_for_page<'t>(texts: impl IntoIterator<Item = &'t str>) {
        let formulas = crate::api::formulas::drawn(texts);
        provide_context(Arc::new(Page { formulas, none: Formulas::default(), shown_bytes: AtomicUsize::new(0) }));
    }

    /// A text whose formulas were rendered by [`render_for_page`]. Beyond the budget of the page they are shown
    /// as they are written.
    pub(crate) fn on_page(shown: &str) -> AnyView {
        match use_context::<Arc<Page>>() {
            Some(page) => text(shown, page.formulas_for(shown)),
            None => text(shown, &Formulas::default()),
        }
    }

    impl Page {
        fn formulas_for(&self, shown: &str) -> &Formulas {
            if !shown.contains('$') {
                return &self.none;
            }
            let markup = pieces(shown).filter_map(|piece| match piece {
                Piece::Formula(source) => self.formulas.markup(source).map(str::len),
                Piece::Text(_) => None,
            });
            let bytes = markup.sum();
            let before = self.shown_bytes.fetch_add(bytes, Ordering::Relaxed);
            if before.saturating_add(bytes) <= MOST_BYTES { &self.formulas } else { &self.none }
        }
    }
}
