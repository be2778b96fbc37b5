//! Renders formulas in the texts of quizzes as MathML.
//!
//! People write LaTeX between dollars, strangers too. A crate parses it into events; the output is ours: a
//! tree of elements whose names and attributes are constants of this module, so nothing that somebody wrote
//! can become markup. A formula that is wrong or too large is not rendered, and pages show its source.
//! Knows nothing of quizzes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock};

use protocol::formula::{Formula, Formulas, Piece, Source, pieces};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

mod element;
mod letters;
mod reader;
mod row;
mod signs;
mod source;
mod table;
#[cfg(test)]
mod tests;

use element::Node;

/// The most markup in one frame of a game, in bytes.
pub const FRAME_BYTES: usize = 24 * 1024;
/// The most markup on one page, or in one preview, in bytes.
pub const PAGE_BYTES: usize = 256 * 1024;

/// The most markup of one formula, in bytes.
const MARKUP_BYTES: usize = 8 * 1024;
/// How many formulas of one page or game are looked up or rendered; further ones stay as written.
const LOOKED_AT: usize = 2_000;
/// The size of the cache of rendered formulas, in bytes; beyond it, those that were not used lately are dropped.
const REMEMBERED_BYTES: u64 = 4 * 1024 * 1024;
/// How many formulas that may be, as a first estimate.
const REMEMBERED: usize = 10_000;
/// The memory of a cache entry besides its texts, in bytes.
const ENTRY_BYTES: usize = 96;

/// The text is no formula that can be rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wrong;

/// Renders the formulas in these texts, up to `most_bytes` of markup. A formula that is in the cache
/// is not rendered again.
pub fn render<'t>(texts: impl IntoIterator<Item = &'t str>, most_bytes: usize) -> Formulas {
    let mut drawn = Formulas::default();
    let (mut left, mut looked_at) = (most_bytes, 0);
    for text in texts {
        for piece in pieces(text) {
            let Piece::Formula(source) = piece else { continue };
            if drawn.markup(source).is_some() {
                continue;
            }
            looked_at += 1;
            if looked_at > LOOKED_AT {
                return drawn;
            }
            if let Some(markup) = remembered(source)
                && let Some(after) = left.checked_sub(markup.len() + source.written.len())
            {
                left = after;
                drawn.push(Formula { written: source.written.to_owned(), markup: markup.to_string() });
            }
        }
    }
    drawn
}

/// A formula's markup from the cache, or rendered now; `None` for a wrong formula.
fn remembered(source: Source<'_>) -> Option<Arc<str>> {
    static DRAWN: LazyLock<Cache<String, Option<Arc<str>>, Weight>> =
        LazyLock::new(|| Cache::with_weighter(REMEMBERED, REMEMBERED_BYTES, Weight));
    if let Some(known) = DRAWN.get(source.written) {
        return known;
    }
    let markup: Option<Arc<str>> = render_one(source).ok().map(Arc::from);
    DRAWN.insert(source.written.to_owned(), markup.clone());
    markup
}

/// Renders the `<math>` of a formula, with its source for screen readers.
fn render_one(source: Source<'_>) -> Result<String, Wrong> {
    let latex = source::prepared(source.latex)?;
    // The crate may panic on input that it was never tried with: that is no formula.
    let read = catch_unwind(AssertUnwindSafe(|| reader::parse(&latex, source.is_block)));
    let row = read.map_err(|_| Wrong)??;
    let said = source.latex.trim();
    // Browsers pass `aria-label` to screen readers; few pass `alttext`, which MathML has for it.
    let mut math = Node::branch("math", row).attribute_text("alttext", said).attribute_text("aria-label", said);
    if source.is_block {
        math = math.with("display", "block");
    }
    math.markup(MARKUP_BYTES)
}

/// Computes the size of cache entries.
#[derive(Clone)]
struct Weight;

impl Weighter<String, Option<Arc<str>>> for Weight {
    fn weight(&self, written: &String, markup: &Option<Arc<str>>) -> u64 {
        (written.len() + markup.as_ref().map_or(0, |markup| markup.len()) + ENTRY_BYTES) as u64
    }
}
