//! The list of people in a room.

use leptos::html::Ul;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::UserId;

use super::avatar::{Looks, avatar};
use super::dialog::Dialog;
use super::icon::{USERS, X, icon};
use super::share::CopyLink;
use super::theme_switch::theme_switch;
use crate::api;
use crate::boxed_view::{derived, dynamic_text, flag, list, memo, optional_view};
use crate::state::People;
use crate::state::people::Paging;
use crate::state::texts::{people_here, people_listed};

/// The people beside the chat, where there is room for them.
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

/// The same behind a button, where there is none.
#[component]
pub(crate) fn PeopleButton(people: RwSignal<People>) -> impl IntoView {
    let dialog = Dialog::new();
    let count = move || people.with(People::count);
    let content = optional_view(move || dialog.is_open().then(|| sheet(people, dialog)));
    view! {
        <button
            class="button button--quiet room__people-button needs-script"
            type="button"
            aria-haspopup="dialog"
            aria-label=derived(move || people_here(count()))
            on:click=move |_| dialog.open()
        >
            {icon(USERS)}
            <span>{dynamic_text(count)}</span>
        </button>
        {dialog.view("sheet", "here-too", content)}
    }
}

fn sheet(people: RwSignal<People>, dialog: Dialog) -> AnyView {
    view! {
        <div class="sheet__inner">
            <Heading people id="here-too" />
            <button
                class="button button--bare sheet__close"
                type="button"
                aria-label="Close"
                on:click=move |_| dialog.close()
            >
                {icon(X)}
            </button>
            <PeopleList people />
            <PeopleFoot />
        </div>
    }
    .into_any()
}

#[component]
fn Heading(people: RwSignal<People>, id: &'static str) -> impl IntoView {
    view! {
        <h2 class="people__title" id=id>
            <b>{dynamic_text(move || people.with(People::count))}</b>
            " here now"
        </h2>
    }
}

#[component]
fn PeopleFoot() -> impl IntoView {
    view! {
        <div class="people__foot">
            <CopyLink />
            <a class="button button--quiet" href="?name" rel="external">
                "Change your name"
            </a>
            {theme_switch()}
        </div>
    }
}

#[component]
fn PeopleList(people: RwSignal<People>) -> impl IntoView {
    let rows = NodeRef::<Ul>::new();
    let ids = move || people.with(|people| people.members().iter().map(|member| member.id.to_string()).collect());
    let row = move |id: String| match UserId::parse(&id) {
        Ok(id) => view! { <PersonRow people id /> }.into_any(),
        Err(_) => ().into_any(),
    };
    view! {
        <ul tabindex="-1" node_ref=rows>
            {list(ids, row)}
        </ul>
        <MorePeople people rows />
    }
}

/// How many are not in the list, with a button that loads more. The button stays the same element while the
/// numbers change, so that it keeps the focus.
#[component]
fn MorePeople(people: RwSignal<People>, rows: NodeRef<Ul>) -> impl IntoView {
    let has_more = memo(move || people.with(|people| people.more() > 0));
    let paging = memo(move || people.with(People::paging));
    let label = move || match paging.get() {
        Paging::Resting | Paging::Done => "Show more people",
        Paging::Coming => "Loading more people",
        Paging::Failed => "They could not be loaded. Try again",
    };
    let more = move || {
        let left = dynamic_text(move || format!("and {} more", people.with(People::more)));
        view! {
            <p class="people__more quiet">{left}</p>
            <button
                class="button button--quiet people__show needs-script"
                type="button"
                aria-busy=flag(move || paging.get() == Paging::Coming)
                on:click=move |_| show_more(people, rows)
            >
                {dynamic_text(label)}
            </button>
        }
        .into_any()
    };
    let said = move || match paging.get() {
        Paging::Resting => String::new(),
        Paging::Coming => "Loading more people".into(),
        Paging::Done => people_listed(people.with_untracked(|people| people.members().len())),
        Paging::Failed => "More people could not be loaded".into(),
    };
    view! {
        {optional_view(move || has_more.get().then(more))}
        <p class="unseen" role="status">
            {dynamic_text(said)}
        </p>
    }
}

fn show_more(people: RwSignal<People>, rows: NodeRef<Ul>) {
    let Some((room, after)) = people.try_update(People::ask).flatten() else { return };
    spawn_local(async move {
        let page = api::members(room, after).await.ok();
        // Meanwhile the page may have been left.
        let more = people.try_update(|people| {
            people.answer(page);
            people.more()
        });
        // With the last page the button is removed, and the focus needs another place.
        if let (Some(0), Some(rows)) = (more, rows.try_get_untracked().flatten()) {
            let _ = rows.focus();
        }
    });
}

/// A row that stays while its person does, and follows a new name.
#[component]
fn PersonRow(people: RwSignal<People>, id: UserId) -> impl IntoView {
    let looks = Looks::of(&id);
    let who = id.clone();
    let name = Memo::new(move |before: Option<&String>| {
        let now = people.with(|people| people.find(&who).map(|member| member.name.to_string()));
        // A row that is being removed keeps its name until then.
        now.or_else(|| before.cloned()).unwrap_or_default()
    });
    let note = memo(move || {
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
                <bdi title=derived(move || name.get())>{dynamic_text(move || name.get())}</bdi>
                {optional_view(move || note.get().map(|note| view! { <span class="person__note">{note}</span> }.into_any()))}
            </span>
        </li>
    }
}
