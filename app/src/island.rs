//! Parts of a page that are hydrated in a browser.
//!
//! The server renders an island like everything else on the page. The browser does not look for what the
//! server rendered: between the two, HTML parsers drop some letters, phones make numbers into links,
//! translators and extensions add elements, proxies remove comments. So it renders the island anew, from the
//! state in the page ([`crate::initial_state`], `hydration/tasks.rs`), and `hydration.js` replaces the
//! server's rendering, carrying over whatever a person did there meanwhile.

#[cfg(feature = "ssr")]
use leptos::prelude::*;

/// Makes an island of a function that renders it: a component for pages, and the function that the browser
/// calls to hydrate it. The function returns `None` where the page does not have the island's initial state.
macro_rules! island {
    ($(#[$doc:meta])* $name:ident draws $draw:path) => {
        $crate::island::island!(@page $(#[$doc])* $name; $draw; "");

        #[cfg(not(feature = "ssr"))]
        #[::leptos::wasm_bindgen::prelude::wasm_bindgen(wasm_bindgen = ::leptos::wasm_bindgen)]
        #[allow(non_snake_case)]
        pub fn $name(fresh: ::leptos::web_sys::HtmlElement, put: ::js_sys::Function) {
            $crate::hydration::tasks::hydrate(fresh, put, $draw);
        }
    };
    (@page $(#[$doc:meta])* $name:ident; $draw:path; $part:expr) => {
        $(#[$doc])*
        #[cfg(feature = "ssr")]
        #[::leptos::component]
        pub(crate) fn $name() -> impl ::leptos::prelude::IntoView {
            $crate::island::place(stringify!($name), $part, $draw)
        }
    };
}
pub(crate) use island;

/// Islands whose code is a file of its own, named by the first word and loaded by the pages that have one of
/// them. Islands of one page belong in one part: each further part is a round trip, and code that two parts
/// share is split into files of its own.
macro_rules! part {
    ($part:ident: $($(#[$doc:meta])* $name:ident draws $draw:path),+ $(,)?) => {
        $($crate::island::island!(@page $(#[$doc])* $name; $draw; stringify!($part));)+

        #[cfg(not(feature = "ssr"))]
        #[::leptos::prelude::lazy]
        fn $part(name: &'static str, fresh: ::leptos::web_sys::HtmlElement, put: ::js_sys::Function) {
            $(if name == stringify!($name) {
                return $crate::hydration::tasks::hydrate(fresh, put, $draw);
            })+
        }

        $(
            #[cfg(not(feature = "ssr"))]
            #[::leptos::wasm_bindgen::prelude::wasm_bindgen(
                wasm_bindgen = ::leptos::wasm_bindgen,
                wasm_bindgen_futures = ::leptos::__reexports::wasm_bindgen_futures
            )]
            #[allow(non_snake_case)]
            pub async fn $name(fresh: ::leptos::web_sys::HtmlElement, put: ::js_sys::Function) {
                $part(stringify!($name), fresh, put).await
            }
        )+
    };
}
pub(crate) use part;

/// An island in a page, as the server renders it, with the files that it needs.
#[cfg(feature = "ssr")]
pub(crate) fn place(name: &'static str, part: &'static str, draw: fn() -> Option<AnyView>) -> AnyView {
    let files = crate::hydration::files::files(part);
    view! {
        <leptos-island data-component=name data-files=files>
            {draw()}
        </leptos-island>
    }
    .into_any()
}
