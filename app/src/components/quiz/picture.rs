//! The picture of a question.

use leptos::ev::Event;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{File, HtmlInputElement};
use protocol::quiz::Question;
use protocol::{PictureId, limits};

use super::field_error::{is_wrong, wrong};
use super::one_line_field;
use crate::boxed_view::{dynamic_text, flag};
use crate::components::field::Wrong;
use crate::components::icon::{IMAGE, TRASH, icon};
use crate::editor_store::EditorStore;
use crate::state::editor::texts::EditorField;
use crate::state::editor::{Change, Editor};
use crate::upload;

/// The picture with its description, or a field to choose one.
#[component]
pub(super) fn Picture(store: EditorStore, question: Question) -> impl IntoView {
    let (trouble, set_trouble) = signal(None::<String>);
    let (is_sending, set_sending) = signal(false);
    let chosen = move |event: Event| {
        let Some(file) = chosen_file(&event) else { return };
        let here = store.editor.with_untracked(Editor::drawing);
        set_sending.set(true);
        set_trouble.set(None);
        spawn_local(async move {
            let sent = upload::picture(file).await;
            set_sending.try_set(false);
            match sent {
                // If the author has gone on to another question, it must not go there.
                Ok(picture) if store.editor.try_with_untracked(Editor::drawing) == Some(here) => {
                    store.change(Change::Picture(Some(picture)));
                }
                Ok(_) => {}
                Err(why) => {
                    set_trouble.try_set(Some(why));
                }
            }
        });
    };
    let name = if question.picture.is_some() { "Another picture" } else { "Choose a picture" };
    let shown = question.picture.clone().map(|picture| shown(store, &picture, question.picture_alt));
    view! {
        <fieldset class="field field--bare picture">
            <legend class="field__label">
                "Picture " <span class="choices__hint">"PNG, JPEG, WebP or GIF, up to 1 MB"</span>
            </legend>
            {shown}
            <div class="picture__doing">
                <label class="button button--quiet picture__choose" aria-busy=flag(move || is_sending.get())>
                    {icon(IMAGE)}
                    {dynamic_text(move || if is_sending.get() { "Sending" } else { name })}
                    <input
                        class="picture__file"
                        id="question-picture"
                        type="file"
                        accept="image/png,image/jpeg,image/webp,image/gif"
                        aria-describedby="picture-wrong"
                        on:change=chosen
                    />
                </label>
                {question.picture.is_some().then(|| view! {
                    <button
                        class="button button--remove"
                        type="button"
                        on:click=move |_| store.change(Change::Picture(None))
                    >
                        {icon(TRASH)}
                        "Remove the picture"
                    </button>
                })}
            </div>
            <Wrong id="picture-wrong" why=trouble.into() />
        </fieldset>
    }
}

fn shown(store: EditorStore, picture: &PictureId, picture_alt: String) -> AnyView {
    view! {
        <img class="picture__shown" src=format!("/pictures/{picture}") alt=picture_alt.clone() />
        <label class="field__label" for="picture-alt">
            "Description " <span class="choices__hint">"Read aloud to those who cannot see it"</span>
        </label>
        <textarea
            class="field__input field__input--line"
            id="picture-alt"
            rows="1"
            maxlength=one_line_field::room(limits::QUESTION_CHARS)
            dir="auto"
            autocomplete="off"
            aria-invalid=flag(move || is_wrong(store, EditorField::Picture))
            aria-describedby="wrong-picture"
            prop:value=picture_alt
            on:keydown=|event| {
                one_line_field::ends(&event);
            }
            on:input=move |event| store.change(Change::PictureAlt(one_line_field::typed(&event)))
        ></textarea>
        {wrong(store, EditorField::Picture, "wrong-picture")}
    }
    .into_any()
}

fn chosen_file(event: &Event) -> Option<File> {
    let input: HtmlInputElement = event.target()?.dyn_into().ok()?;
    let file = input.files()?.get(0);
    // The same file can be chosen again after it was refused.
    if file.is_none() {
        input.set_value("");
    }
    file
}
