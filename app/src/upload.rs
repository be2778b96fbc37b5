//! A file on its way from the browser to the server.

use leptos::prelude::window;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::{File, RequestInit, Response};
use protocol::{PictureId, limits, wire};
use wasm_bindgen_futures::JsFuture;

/// Sends a picture, and gets its name.
///
/// # Errors
/// A sentence for the author.
pub(crate) async fn picture(file: File) -> Result<PictureId, String> {
    if file.size() > limits::PICTURE_BYTES as f64 {
        return Err("This picture has more than 1 MB. Make it smaller first.".into());
    }
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&file);
    let failed = |_: JsValue| String::from("The picture was not sent. Check the connection and try again.");
    let answer = JsFuture::from(window().fetch_with_str_and_init("/api/picture", &init)).await.map_err(failed)?;
    let answer: Response = answer.unchecked_into();
    let text = JsFuture::from(answer.text().map_err(failed)?).await.map_err(failed)?;
    let text = text.as_string().unwrap_or_default();
    match wire::read(&text) {
        Some(picture) if answer.ok() => Ok(picture),
        _ => Err(refusal(&text)),
    }
}

fn refusal(text: &str) -> String {
    let is_sentence = text.len() < 200 && text.contains(' ') && !text.starts_with(['{', '<', '"']);
    if is_sentence { text.into() } else { "This file cannot be shown. Take a PNG, JPEG, WebP or GIF.".into() }
}
