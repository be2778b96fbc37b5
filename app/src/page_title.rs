//! The title and the description of a page: for its tab, and for link previews.
//!
//! `leptos_meta` writes a title into the page as it is, so what people wrote could end the `<title>` and go
//! on as markup. This is the only place that hands it one. Pages are rendered by the server alone: no script
//! sets a title, so the escapes are decoded once, by the browser. `leptos_meta` escapes attributes by itself.

use http::request::Parts;
use leptos::prelude::*;
use leptos_meta::{Meta, Title};

use crate::api::SiteAddress;

/// What Hubbub is, in a sentence.
pub(crate) const ABOUT: &str = "Live rooms and quizzes. No account needed.";

/// Names the page; the name of the site follows where the page has one of its own.
#[component]
pub(crate) fn PageTitle(
    /// What the page is about; people may have written it.
    #[prop(into)]
    of: String,
    /// What is to be found there, in a sentence.
    #[prop(default = ABOUT)]
    about: &'static str,
) -> impl IntoView {
    view! {
        <Title text=markup(&of) />
        <Card title=of about />
    }
}

/// Names the front page, and describes it where its link is sent.
#[component]
pub(crate) fn FrontTitle() -> impl IntoView {
    view! {
        <Title text="Hubbub: live rooms" />
        <Card title="Hubbub" about=ABOUT />
    }
}

/// The preview that others see of a link to a page.
#[component]
fn Card(#[prop(into)] title: String, about: &'static str) -> impl IntoView {
    // Link previews need complete addresses.
    let whole = use_context::<SiteAddress>().zip(use_context::<Parts>()).map(|(SiteAddress(site), parts)| {
        view! {
            <Meta property="og:url" content=format!("{site}{}", parts.uri.path()) />
            <Meta property="og:image" content=format!("{site}/icon-512.png") />
        }
    });
    view! {
        {whole}
        <Meta name="description" content=about />
        <Meta property="og:site_name" content="Hubbub" />
        <Meta property="og:type" content="website" />
        <Meta property="og:title" content=title />
        <Meta property="og:description" content=about />
        <Meta name="twitter:card" content="summary" />
    }
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
