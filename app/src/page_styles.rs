//! The styles that only some pages have.
//!
//! The sheet of `style/main.scss` comes with every page, so what it holds for
//! some of them weighs on the first load of all. What only some have is in
//! `style/sheets`. A page links one of them: browsers fetch six files at a time,
//! and the wasm waits for whatever comes before it.

use std::fs;
use std::hash::{DefaultHasher, Hasher};

use leptos::prelude::*;
use leptos_meta::Stylesheet;

/// Links the sheet `style/sheets/{of}.scss`, after the styles that every page has. To
/// stand outside of every `Suspense`.
#[component]
pub(crate) fn PageStyles(of: &'static str) -> impl IntoView {
    let path = format!("/styles/{of}.css");
    let sheet = use_context::<LeptosOptions>().and_then(|site| fs::read(format!("{}{path}", site.site_root)).ok());
    view! { <Stylesheet href=format!("{path}?v={}", version(&sheet.unwrap_or_default())) /> }
}

/// The version in a sheet's address, made of its content: browsers keep a sheet for a while, and must not
/// take it for another.
fn version(sheet: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(sheet);
    format!("{:x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_content_has_another_address() {
        assert_eq!(version(b".home {}"), version(b".home {}"));
        assert_ne!(version(b".home {}"), version(b".home { }"));
    }
}
