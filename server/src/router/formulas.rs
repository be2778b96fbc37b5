//! Renders the formulas of pages.

use app::api::formulas::FormulaService;
use protocol::formula::Formulas;

use crate::formulas;

/// Renders formulas within the budget of one page.
pub(super) struct FormulaRenderer;

impl FormulaService for FormulaRenderer {
    fn render(&self, texts: &[&str]) -> Formulas {
        formulas::render(texts.iter().copied(), formulas::PAGE_BYTES)
    }
}
