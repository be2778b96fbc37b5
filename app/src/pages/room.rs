//! A room: its messages, its people, and the composer.
//!
//! `?at=OFFSET.MOMENT` shows the message that was sent there and then, with those around it; `?before=OFFSET`
//! and `?after=OFFSET` turn the pages of its log without scripts.

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use protocol::{MessageId, RoomId};

use super::message_link::MessageLink;
use super::name::NamePage;
use super::not_found::{NotFound, not_let_in};
use crate::api::{self, ApiError, Part, RoomPage, Say, refused, typed};
use crate::components::talk::{self, Talk};
use crate::initial_state;
use crate::page_title::PageTitle;
use crate::state::message_link::CONTEXT;

const GONE: &str = "The message of this link is gone. This is what was said last.";

/// The page at `/rooms/{id}`; with `?name`, where its reader gives another name.
#[component]
pub(crate) fn Room() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| RoomId::parse(params.get_str("id")?).ok()));
    let wants_name = use_query_map().with_untracked(|query| query.get_str("name").is_some());
    if let Some(room) = id.get_untracked().filter(|_| wants_name) {
        return view! { <NamePage room /> }.into_any();
    }
    let wanted = use_query_map().with_untracked(|query| Wanted::parse(|name| query.get_str(name)));
    let page = Resource::new(
        move || id.get(),
        move |id| async move {
            match id {
                Some(id) => Some(wanted.page(id).await),
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
                            {initial_state::embed(talk::INITIAL_STATE, initial(page))}
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

/// The part of a room's log that an address asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Part(Part),
    Message(MessageLink),
    /// A message that cannot be identified.
    Nothing,
}

impl Wanted {
    fn parse<'a>(query: impl Fn(&str) -> Option<&'a str>) -> Self {
        let offset = |name| query(name).and_then(|offset| offset.parse().ok());
        match (query("at"), offset("before"), offset("after")) {
            (Some(at), _, _) => MessageLink::parse(at).map_or(Self::Nothing, Self::Message),
            (None, Some(before), _) => Self::Part(Part::Before(before)),
            (None, None, Some(after)) => Self::Part(Part::After(after)),
            (None, None, None) => Self::Part(Part::Newest),
        }
    }

    async fn page(self, room: RoomId) -> Result<RoomPage, ApiError> {
        let link = match self {
            Self::Part(part) => return api::room_at(room, part).await,
            Self::Message(link) => Some(link),
            Self::Nothing => None,
        };
        if let Some(link) = link {
            let around = Part::After(link.offset.saturating_sub(CONTEXT + 1));
            let page = api::room_at(room.clone(), around).await?;
            if page.history.messages.iter().any(|message| link.means(message) && !message.is_deleted()) {
                return Ok(RoomPage { linked: Some(link.offset), ..page });
            }
        }
        let page = api::room_at(room, Part::Newest).await?;
        Ok(RoomPage { notice: Some(GONE.into()), ..page })
    }
}

/// A refused message is shown again with its id: it may be in the log already, and must be there once.
fn initial(page: RoomPage) -> talk::InitialState {
    let next_id = typed::<Say>("id").and_then(|id| MessageId::parse(&id).ok());
    let page = RoomPage { next_id: next_id.unwrap_or(page.next_id), ..page };
    (with_its_reader(page), refused::<Say>(), typed::<Say>("message"))
}

/// Adds the reader to the people, because whoever reads the page is in the room. In a room with more people
/// than a page of them, they may be among the others.
fn with_its_reader(mut page: RoomPage) -> RoomPage {
    let RoomPage { viewer, preview, .. } = &mut page;
    let is_whole = preview.member_count == preview.members.len();
    if is_whole && preview.members.iter().all(|member| member.id != viewer.id) {
        preview.members.push(viewer.clone());
        preview.member_count += 1;
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(query: &[(&str, &'static str)]) -> Wanted {
        Wanted::parse(|name| query.iter().find(|(key, _)| *key == name).map(|(_, value)| *value))
    }

    #[test]
    fn an_address_says_which_part_of_the_talk_is_shown() {
        assert_eq!(wanted(&[]), Wanted::Part(Part::Newest));
        assert_eq!(wanted(&[("before", "51")]), Wanted::Part(Part::Before(51)));
        assert_eq!(wanted(&[("after", "100")]), Wanted::Part(Part::After(100)));
        assert_eq!(wanted(&[("before", "x")]), Wanted::Part(Part::Newest));
        let link = MessageLink { offset: 7, sent_at: Some(9) };
        assert_eq!(wanted(&[("before", "51"), ("at", "7.9")]), Wanted::Message(link));
        assert_eq!(
            wanted(&[("at", "yesterday")]),
            Wanted::Nothing,
            "its reader is told, and not led elsewhere in silence"
        );
    }
}
