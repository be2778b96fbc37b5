//! The choice of colours, in a cookie so that the first HTML already has them.

use serde::{Deserialize, Serialize};

const COOKIE: &str = "theme";

/// The colours of all pages, as a person chose them; a cookie keeps it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Theme {
    /// The colours that the system prefers.
    #[default]
    System,
    /// The light theme, whatever the system prefers.
    Light,
    /// The dark theme, whatever the system prefers.
    Dark,
}

impl Theme {
    /// Every choice, in the order of the menu.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The choice as it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The `data-theme` of the page; `None` where the system decides.
    pub fn attribute(self) -> Option<&'static str> {
        (self != Self::System).then(|| self.as_str())
    }

    /// The cookie that stores the choice for a year.
    pub fn cookie(self) -> String {
        format!("{COOKIE}={}; Path=/; Max-Age=31536000; SameSite=Lax", self.as_str())
    }

    /// The choice in a `Cookie` header, or in `document.cookie`.
    pub fn from_cookies(cookies: &str) -> Self {
        cookies
            .split(';')
            .filter_map(|cookie| cookie.trim().split_once('='))
            .find(|(name, _)| *name == COOKIE)
            .and_then(|(_, value)| Self::ALL.into_iter().find(|theme| theme.as_str() == value))
            .unwrap_or_default()
    }
}

#[cfg(feature = "ssr")]
impl Theme {
    /// The choice of the request's sender.
    pub(crate) fn current() -> Self {
        let Some(parts) = leptos::prelude::use_context::<http::request::Parts>() else { return Self::default() };
        // A foreign cookie that cannot be decoded must not hide the others.
        let lines = parts.headers.get_all(http::header::COOKIE).iter();
        let lines: Vec<_> = lines.map(|line| String::from_utf8_lossy(line.as_bytes())).collect();
        Self::from_cookies(&lines.join(";"))
    }

    /// The colours that a browser paints around the page, by day and by night.
    pub(crate) fn paper(self) -> [(&'static str, &'static str); 2] {
        const DAY: &str = "#f6f6ed";
        const NIGHT: &str = "#112921";
        let (day, night) = match self {
            Self::System => (DAY, NIGHT),
            Self::Light => (DAY, DAY),
            Self::Dark => (NIGHT, NIGHT),
        };
        [("(prefers-color-scheme: light)", day), ("(prefers-color-scheme: dark)", night)]
    }
}

#[cfg(not(feature = "ssr"))]
impl Theme {
    /// The choice of this page's reader.
    pub(crate) fn current() -> Self {
        use leptos::wasm_bindgen::JsCast;
        let document = leptos::prelude::document().dyn_into::<leptos::web_sys::HtmlDocument>().ok();
        document.and_then(|document| document.cookie().ok()).map_or_else(Self::default, |it| Self::from_cookies(&it))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_survives_in_the_cookie() {
        for theme in Theme::ALL {
            let cookie = theme.cookie();
            let kept = cookie.split(';').next().unwrap();
            assert_eq!(Theme::from_cookies(&format!("session=abc; {kept}; x=y")), theme);
        }
    }

    #[test]
    fn without_a_known_choice_the_system_decides() {
        assert_eq!(Theme::from_cookies(""), Theme::System);
        assert_eq!(Theme::from_cookies("theme=purple; dark"), Theme::System);
    }
}
