//! Formulas, drawn by the server. No page has a reader of LaTeX.

#[cfg(feature = "ssr")]
use std::sync::Arc;

use leptos::prelude::*;
use protocol::formula::Formulas;

use super::ApiError;
use super::json::Json;

/// Draws formulas; put into the context of every request as `Arc<dyn FormulaService>`.
#[cfg(feature = "ssr")]
pub trait FormulaService: Send + Sync {
    /// The formulas of these texts, as far as one page may have of them.
    fn draw(&self, texts: &[&str]) -> Formulas;
}

/// Draws the formulas in a text, for whoever looks at a quiz before it is played.
///
/// # Errors
/// Never its own: a formula that is wrong is not among them.
#[server(name = DrawFormulas, prefix = "/api", output = Json, endpoint = "formulas")]
pub async fn draw_formulas(text: String) -> Result<Formulas, ApiError> {
    Ok(drawn([text.as_str()]))
}

/// The formulas of these texts.
#[cfg(feature = "ssr")]
pub(crate) fn drawn<'t>(texts: impl IntoIterator<Item = &'t str>) -> Formulas {
    let texts: Vec<_> = texts.into_iter().filter(|text| text.contains('$')).collect();
    match use_context::<Arc<dyn FormulaService>>() {
        Some(service) if !texts.is_empty() => service.draw(&texts),
        _ => Formulas::default(),
    }
}
