//! A quiz brought along in a file.

use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::components::field::Wrong;
use crate::components::icon::{UPLOAD, icon};
use crate::erase::{flag, words};
use crate::upload;

/// A form like any other without scripts. With them, what is wrong with a file
/// is said beneath it.
#[island(lazy)]
pub(crate) fn Import() -> impl IntoView {
    let input = NodeRef::<Input>::new();
    let (wrong, set_wrong) = signal(None::<String>);
    let (is_sending, set_sending) = signal(false);
    let send = move |event: SubmitEvent| {
        let file = input.get_untracked().and_then(|input| input.files()?.get(0));
        let Some(file) = file else { return };
        event.prevent_default();
        set_sending.set(true);
        set_wrong.set(None);
        spawn_local(async move {
            match upload::quiz(file).await {
                Ok(id) => drop(window().location().set_href(&format!("/quizzes/{id}"))),
                Err(why) => {
                    set_wrong.try_set(Some(why));
                    set_sending.try_set(false);
                }
            }
        });
    };
    view! {
        <form
            class="starting__import"
            method="post"
            action=upload::IMPORT
            enctype="multipart/form-data"
            on:submit=send
        >
            <label class="field__label" for="import-file">
                "Bring one along"
            </label>
            <div class="starting__row">
                <input
                    class="field__input field__input--file"
                    id="import-file"
                    name="file"
                    type="file"
                    accept=".json,.csv,.xlsx"
                    aria-describedby="import-wrong import-help"
                    aria-invalid=flag(move || wrong.get().is_some())
                    required
                    node_ref=input
                />
                <button class="button button--quiet" aria-busy=flag(move || is_sending.get())>
                    {icon(UPLOAD)}
                    {words(move || if is_sending.get() { "Importing" } else { "Import" })}
                </button>
            </div>
            <Wrong id="import-wrong" why=wrong.into() />
            <span class="field__help" id="import-help">
                "A Hubbub file, or the CSV or Excel sheet of a Kahoot."
            </span>
        </form>
    }
}
