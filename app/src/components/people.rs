//! Who is here.

use leptos::ev::MouseEvent;
use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;
use protocol::Member;

use super::avatar::{Looks, avatar};
use super::icon::{USERS, X, icon};
use super::share::CopyLink;
use super::theme_switch::ThemeSwitch;
use crate::state::{People, words};

/// The people beside the talk, where there is room for them.
#[component]
pub(crate) fn PeoplePanel(people: RwSignal<People>) -> impl IntoView {
    view! {
        <aside class="people" aria-labelledby="here">
            <Heading people id="here" />
            <PeopleList people />
            <PeopleFoot />
        </aside>
    }
}

/// The same behind a button, where there is none. The browser's own dialog
/// keeps the focus inside, closes by Escape and gives the focus back.
#[component]
pub(crate) fn PeopleButton(people: RwSignal<People>) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    let (is_open, set_open) = signal(false);
    let count = move || people.with(People::count);
    let open = move |_| {
        set_open.set(true);
        if let Some(dialog) = dialog.get_untracked() {
            let _ = dialog.show_modal();
        }
    };
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    // A click on the dialog itself, not on what is in it, is one beside it.
    let close_beside = move |event: MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if target.is_some_and(|target| target.tag_name() == "DIALOG") {
            close();
        }
    };
    view! {
        <button
            class="button button--quiet room__people-button needs-script"
            type="button"
            aria-haspopup="dialog"
            aria-label=move || words::people_here(count())
            on:click=open
        >
            {icon(USERS)}
            <span>{count}</span>
        </button>
        <dialog
            class="sheet"
            aria-labelledby="here-too"
            node_ref=dialog
            on:click=close_beside
            on:close=move |_| set_open.set(false)
        >
            <Show when=move || is_open.get()>
                <div class="sheet__inner">
                    <Heading people id="here-too" />
                    <button class="button button--bare sheet__close" type="button" aria-label="Close" on:click=move |_| close()>
                        {icon(X)}
                    </button>
                    <PeopleList people />
                    <PeopleFoot />
                </div>
            </Show>
        </dialog>
    }
}

#[component]
fn Heading(people: RwSignal<People>, id: &'static str) -> impl IntoView {
    view! {
        <h2 class="people__title" id=id>
            <b>{move || people.with(People::count)}</b>
            " here now"
        </h2>
    }
}

#[component]
fn PeopleFoot() -> impl IntoView {
    view! {
        <div class="people__foot">
            <CopyLink />
            <ThemeSwitch />
        </div>
    }
}

#[component]
fn PeopleList(people: RwSignal<People>) -> impl IntoView {
    let members = move || people.with(|people| people.members().to_vec());
    let more = move || {
        let more = people.with(People::more);
        (more > 0).then(|| view! { <p class="people__more quiet">{format!("and {more} more")}</p> })
    };
    view! {
        <ul>
            <For each=members key=|member| member.id.clone() let(member)>
                <PersonRow people member />
            </For>
        </ul>
        {more}
    }
}

/// A row that stays while its person does, and follows a new name.
#[component]
fn PersonRow(people: RwSignal<People>, member: Member) -> impl IntoView {
    let Member { id, name } = member;
    let looks = Looks::of(&id);
    let who = id.clone();
    let name = Memo::new(move |_| people.with(|people| people.find(&who).map_or(name.clone(), |it| it.name.clone())));
    let note = Memo::new(move |_| {
        people.with(|people| match () {
            () if people.is_me(&id) => Some("you"),
            () if people.is_typing(&id) => Some("typing"),
            () => None,
        })
    });
    view! {
        <li class="person">
            {avatar(looks)}
            <span class="person__name">
                <bdi title=move || name.get().to_string()>{move || name.get().to_string()}</bdi>
                {move || note.get().map(|note| view! { <span class="person__note">{note}</span> })}
            </span>
        </li>
    }
}
