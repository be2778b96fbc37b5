//! The name of the house: three arches, tall-short-tall as in h-u-b.

use leptos::prelude::*;

/// The logo. Leads to the front page.
#[component]
pub(crate) fn Brand() -> impl IntoView {
    view! {
        <a class="brand" href="/">
            <svg class="brand__mark" viewBox="0 0 45 36" aria-hidden="true">
                <path class="brand__leaf" d="M0 36V7a7 7 0 0 1 14 0V36z"></path>
                <path class="brand__honey" d="M15.5 36V20a7 7 0 0 1 14 0V36z"></path>
                <path class="brand__tomato" d="M31 36V13a7 7 0 0 1 14 0V36z"></path>
                <path
                    class="avatar__white"
                    d="M1.6 8a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0M7.4 8a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0M17.1 21a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0M22.9 21a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0M32.6 14a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0M38.4 14a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0"
                ></path>
                <path
                    class="avatar__pupil"
                    d="M3.5 8.5a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0M9.3 8.5a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0M18.1 20a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0M23.9 20a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0M32.7 14.3a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0M38.5 14.3a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0"
                ></path>
            </svg>
            <span class="brand__word">"Hubbub"</span>
        </a>
    }
}
