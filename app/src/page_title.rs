//! The title of a page, as the tab shows it.
//!
//! `leptos_meta` writes a title into the page as it is, so what people wrote could
//! end the `<title>` and go on as markup. This is the only place that hands it one.
//! Pages are drawn by the server alone: no script sets a title, and what is escaped
//! here is read by a browser once.

use leptos::prelude::*;
use leptos_meta::Title;

/// Names the page; the name of the site follows where the page has one of its own.
#[component]
pub(crate) fn PageTitle(
    /// What the page is about; people may have written it.
    #[prop(into)]
    of: String,
) -> impl IntoView {
    view! { <Title text=markup(&of) /> }
}

/// Names the front page.
#[component]
pub(crate) fn FrontTitle() -> impl IntoView {
    view! { <Title text="Hubbub: live rooms" /> }
}

/// The title as the page has it.
fn markup(of: &str) -> String {
    format!("{}: Hubbub", html_escape::encode_text(of))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_stays_text() {
        assert_eq!(markup("</title><meta>"), "&lt;/title&gt;&lt;meta&gt;: Hubbub");
        assert_eq!(markup("Salt &amp; pepper"), "Salt &amp;amp; pepper: Hubbub");
        assert_eq!(markup("Физика 7б"), "Физика 7б: Hubbub");
    }
}
