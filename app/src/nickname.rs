//! What somebody typed to be called in a game, and whether they wait to be let in,
//! kept in the browser tab: a page that is loaded again goes on where it was.

use leptos::prelude::window;
use leptos::web_sys::Storage;
use protocol::Pin;

/// Keeps what was typed.
pub(crate) fn keep(pin: &Pin, name: &str) {
    put(&key("nickname", pin), name);
}

/// What was typed, if anything.
pub(crate) fn typed(pin: &Pin) -> Option<String> {
    read(&key("nickname", pin))
}

/// Somebody waits for the game of this title: a PIN comes back for another one.
pub(crate) fn wait(pin: &Pin, title: &str) {
    put(&key("waits", pin), title);
}

/// Under which name somebody waits for the game of this title, if they do.
pub(crate) fn waits_as(pin: &Pin, title: &str) -> Option<String> {
    read(&key("waits", pin)).filter(|waited| waited == title).and_then(|_| typed(pin))
}

/// Nobody waits any more; what was typed is kept.
pub(crate) fn rest(pin: &Pin) {
    remove(&key("waits", pin));
}

/// They are in, or never will be.
pub(crate) fn forget(pin: &Pin) {
    rest(pin);
    remove(&key("nickname", pin));
}

fn put(key: &str, value: &str) {
    if let Some(storage) = storage() {
        // A full storage forgets the name, not the game.
        let _ = storage.set_item(key, value);
    }
}

fn read(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

fn remove(key: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(key);
    }
}

fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

fn key(what: &str, pin: &Pin) -> String {
    format!("hubbub.{what}.{pin}")
}
