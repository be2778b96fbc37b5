//! A room: what is said there, who is there, and a place to write.

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use protocol::{MessageId, RoomId};

use super::name::NamePage;
use super::not_found::{NotFound, not_let_in};
use crate::api::{self, RoomPage, Say, refused, typed};
use crate::components::talk::{self, Talk};
use crate::given::give;
use crate::page_title::PageTitle;

/// The page at `/rooms/{id}`; with `?name`, where its reader gives another name.
#[component]
pub(crate) fn Room() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| RoomId::parse(params.get_str("id")?).ok()));
    let wants_name = use_query_map().with_untracked(|query| query.get_str("name").is_some());
    if let Some(room) = id.get_untracked().filter(|_| wants_name) {
        return view! { <NamePage room /> }.into_any();
    }
    let page = Resource::new(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => Some(api::room(id).await),
                None => None,
            }
        },
    );
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match page.await {
                    Some(Ok(page)) => {
                        view! {
                            <PageTitle of=page.preview.title.clone() about="A live room. Anyone with this link can join." />
                            {give(talk::BEGINNING, begins(page))}
                            <Talk />
                        }
                        .into_any()
                    }
                    Some(Err(error)) => not_let_in(&error),
                    None => view! { <NotFound /> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

/// A message that was not taken is there again, with its id: it may have come through, and is said once.
fn begins(page: RoomPage) -> talk::Beginning {
    let next_id = typed::<Say>("id").and_then(|id| MessageId::parse(&id).ok());
    let page = RoomPage { next_id: next_id.unwrap_or(page.next_id), ..page };
    (page, refused::<Say>(), typed::<Say>("message"))
}
