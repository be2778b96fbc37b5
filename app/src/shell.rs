//! The document around the pages: the same whatever is shown, and rendered by the server alone.

use leptos::html::meta;
use leptos::hydration::AutoReload;
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags};

use crate::hydration::script::HydrationScript;
use crate::pages::App;
use crate::theme::Theme;

const FONTS: [&str; 2] = ["/fonts/bricolage-display.woff2", "/fonts/atkinson-next-latin.woff2"];

/// The whole document; the browser hydrates the islands in its `body`.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    policy::send(&options);
    provide_context(options.clone());
    let theme = Theme::current();
    let preloads = FONTS.map(|font| {
        view! { <link rel="preload" href=font r#as="font" r#type="font/woff2" crossorigin="anonymous" /> }
    });
    let paper = theme.paper().map(|(media, colour)| meta().name("theme-color").content(colour).attr("media", media));
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme.attribute()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                // Phones must not turn numbers into links.
                <meta name="format-detection" content="telephone=no, date=no, address=no, email=no" />
                {paper}
                // Before the style sheets: a script behind them waits for them.
                <HydrationScript options=options.clone() />
                <link rel="icon" href="/favicon.ico" sizes="32x32" />
                <link rel="icon" href="/mark.svg" r#type="image/svg+xml" />
                <link rel="apple-touch-icon" href="/touch-icon.png" />
                <link rel="manifest" href="/manifest.webmanifest" />
                {preloads}
                <HashedStylesheet options=options.clone() id="style" />
                <AutoReload options />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

mod policy {
    //! Headers of pages, and what the server learns from requests for them.

    use http::{HeaderName, HeaderValue, header};
    use leptos::nonce::use_nonce;
    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;

    use super::LeptosOptions;

    /// What a page may load and run: its own files, and the scripts that carry
    /// this answer's nonce. An answer gets it with the nonce for every `{}`.
    const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; \
        script-src 'nonce-{}' 'strict-dynamic' 'wasm-unsafe-eval'; \
        style-src 'self' 'nonce-{}'; connect-src 'self'; img-src 'self' data:; \
        object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    pub(super) fn send(options: &LeptosOptions) {
        let (Some(response), Some(nonce)) = (use_context::<ResponseOptions>(), use_nonce()) else { return };
        let mut policy = CONTENT_SECURITY_POLICY.replace("{}", &nonce);
        if cfg!(debug_assertions) {
            // The reload of `cargo leptos watch` uses a port of its own.
            let port = options.reload_port;
            policy = policy.replace(
                "connect-src 'self'",
                &format!("connect-src 'self' ws://127.0.0.1:{port} ws://localhost:{port}"),
            );
        }
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
        }
        // A page contains its viewer's name and nonce, so no cache may share it.
        response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        response.insert_header(HeaderName::from_static("vary"), HeaderValue::from_static("Cookie"));
    }
}
