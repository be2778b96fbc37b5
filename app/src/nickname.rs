//! The nickname that somebody typed, and whether they wait to be admitted, in the browser tab's storage: a
//! page that is loaded again continues.

use leptos::prelude::window;
use leptos::web_sys::Storage;
use protocol::Pin;

/// Stores the nickname that was typed.
pub(crate) fn store(pin: &Pin, name: &str) {
    put(&key("nickname", pin), name);
}

/// The stored nickname, if there is one.
pub(crate) fn load(pin: &Pin) -> Option<String> {
    get(&key("nickname", pin))
}

/// Notes that somebody waits for the game of this title; a PIN is used again for other games.
pub(crate) fn store_waiting(pin: &Pin, title: &str) {
    put(&key("waits", pin), title);
}

/// The name under which somebody waits for the game of this title, if they do.
pub(crate) fn load_waiting(pin: &Pin, title: &str) -> Option<String> {
    get(&key("waits", pin)).filter(|waited| waited == title).and_then(|_| load(pin))
}

/// Notes that nobody waits any more; the nickname stays.
pub(crate) fn clear_waiting(pin: &Pin) {
    remove(&key("waits", pin));
}

/// Removes both: the player has entered, or never will.
pub(crate) fn clear(pin: &Pin) {
    clear_waiting(pin);
    remove(&key("nickname", pin));
}

fn put(key: &str, value: &str) {
    if let Some(storage) = storage() {
        // With a full storage only the name is lost.
        let _ = storage.set_item(key, value);
    }
}

fn get(key: &str) -> Option<String> {
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
