//! Uploads a file from the browser to the server.

use leptos::prelude::window;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::{File, RequestInit, Response};
use protocol::{PictureId, limits, wire};
use serde::de::DeserializeOwned;
use wasm_bindgen_futures::JsFuture;

/// The addresses that an imported file is posted to, and that it is saved at.
#[cfg(feature = "ssr")]
pub(crate) const IMPORT: &str = "/api/import-quiz";
#[cfg(feature = "ssr")]
pub(crate) const STORE_IMPORT: &str = "/api/store-import";
const PICTURE: &str = "/api/picture";

/// Uploads a picture and returns its id.
///
/// # Errors A sentence for the author.
pub(crate) async fn picture(file: File) -> Result<PictureId, String> {
    if file.size() > limits::PICTURE_BYTES as f64 {
        return Err("This picture has more than 1 MB. Make it smaller first.".into());
    }
    send(PICTURE, &file).await
}

async fn send<T: DeserializeOwned>(to: &str, file: &File) -> Result<T, String> {
    let (is_taken, text) =
        post(to, file).await.map_err(|_| String::from("The file was not sent. Check the connection and try again."))?;
    let answer = if is_taken { wire::decode(&text) } else { None };
    answer.ok_or_else(|| refusal(text))
}

/// Whether it was accepted, and the answer.
async fn post(to: &str, file: &File) -> Result<(bool, String), JsValue> {
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(file);
    let answer = JsFuture::from(window().fetch_with_str_and_init(to, &init)).await?;
    let answer: Response = answer.unchecked_into();
    let text = JsFuture::from(answer.text()?).await?;
    Ok((answer.ok(), text.as_string().unwrap_or_default()))
}

/// The server's sentence, if the answer is one.
fn refusal(text: String) -> String {
    const LONGEST: usize = 300;
    let is_sentence = text.len() < LONGEST && text.contains(' ') && !text.starts_with(['{', '<', '"']);
    if is_sentence { text } else { "This file was not taken. Try another one.".into() }
}
