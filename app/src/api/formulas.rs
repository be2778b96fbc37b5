//! Formulas, rendered by the server. No page has a LaTeX parser.

#[cfg(feature = "ssr")]
use std::sync::Arc;

use leptos::prelude::*;
use protocol::formula::Formulas;

use super::ApiError;
use super::json::Json;

/// Renders formulas; in the context of every request as `Arc<dyn FormulaService>`.
#[cfg(feature = "ssr")]
pub trait FormulaService: Send + Sync {
    /// The rendered formulas of these texts, within the budget of a page.
    fn render(&self, texts: &[&str]) -> Formulas;
}

/// Renders the formulas in a text, for the preview of a quiz.
///
/// # Errors Never its own: an invalid formula is left out.
#[server(name = DrawFormulas, prefix = "/api", output = Json, endpoint = "formulas")]
pub async fn render_formulas(text: String) -> Result<Formulas, ApiError> {
    Ok(drawn([text.as_str()]))
}

/// The rendered formulas of these texts.
#[cfg(feature = "ssr")]
pub(crate) fn drawn<'t>(texts: impl IntoIterator<Item = &'t str>) -> Formulas {
    let texts: Vec<_> = texts.into_iter().filter(|text| text.contains('$')).collect();
    match use_context::<Arc<dyn FormulaService>>() {
        Some(service) if !texts.is_empty() => service.render(&texts),
        _ => Formulas::default(),
    }
}
