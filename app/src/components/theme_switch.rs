//! The choice of colours: as the system prefers, light, or dark.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlDocument;

use crate::api::ChooseTheme;
use crate::boxed_view::derived;
use crate::island::island;
use crate::theme::Theme;

/// An attribute of the page while its colours change.
const TURNING: &str = "data-turning";

island! {
    /// Three buttons. A form without wasm; with it, the colours change at once.
    ThemeSwitch draws alone
}

fn alone() -> Option<AnyView> {
    Some(theme_switch())
}

/// The same within another island.
pub(crate) fn theme_switch() -> AnyView {
    let chosen = RwSignal::new(Theme::current());
    let buttons = Theme::ALL.map(|theme| {
        let choose = move |event: leptos::ev::MouseEvent| {
            event.prevent_default();
            apply(theme);
            chosen.set(theme);
        };
        view! {
            <button
                class=format!("themes__choice themes__choice--{}", theme.as_str())
                name="theme"
                value=theme.as_str()
                aria-pressed=derived(move || Some(if chosen.get() == theme { "true" } else { "false" }))
                on:click=choose
            >
                {name(theme)}
            </button>
        }
    });
    view! {
        <form class="themes" method="post" action=ChooseTheme::PATH>
            <fieldset class="themes__choices">
                <legend class="unseen">"Colours"</legend>
                {buttons.into_iter().collect_view()}
            </fieldset>
        </form>
    }
    .into_any()
}

fn name(theme: Theme) -> &'static str {
    match theme {
        Theme::System => "Auto",
        Theme::Light => "Day",
        Theme::Dark => "Night",
    }
}

fn apply(theme: Theme) {
    let Ok(document) = document().dyn_into::<HtmlDocument>() else { return };
    // Without cookies the colours hold until the next page.
    let _ = document.set_cookie(&theme.cookie());
    if let Some(root) = document.document_element() {
        // Colours that follow at speeds of their own would flicker.
        let _ = root.set_attribute(TURNING, "");
        let _ = match theme.attribute() {
            Some(value) => root.set_attribute("data-theme", value),
            None => root.remove_attribute("data-theme"),
        };
        // Reading the width makes the browser apply the colours now.
        root.client_width();
        let _ = root.remove_attribute(TURNING);
    }
}
