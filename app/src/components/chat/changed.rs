//! What became of a message: edited or deleted.

use leptos::prelude::*;
use protocol::Message;

use super::text::linked;
use crate::components::avatar::hollow;
use crate::room_store::RoomStore;
use crate::state::message_link::mark;
use crate::state::time::Local;
use crate::time_zone::local;

/// The word after the time of an edited message.
pub(super) fn edited(message: &Message) -> Option<AnyView> {
    let at_ms = message.edited_at?;
    let at = local(at_ms);
    Some(
        view! {
            <time class="message__edited" datetime=Local::new(at_ms, 0).machine() title=at.moment()>
                "edited"
                <span class="unseen">{format!(" at {}", at.clock())}</span>
            </time>
        }
        .into_any(),
    )
}

/// The line that a deleted message leaves.
pub(super) fn gone(message: &Message, store: RoomStore) -> AnyView {
    let at = local(message.sent_at);
    view! {
        <article
            class="message message--gone"
            id=mark(message.offset)
            aria-label="A message was here"
            aria-current=linked(message.offset, store)
        >
            <div class="message__avatar">{hollow()}</div>
            <div class="message__body">
                <p class="message__gone">
                    {who_deleted(message)} " "
                    <time class="message__time" datetime=Local::new(message.sent_at, 0).machine() title=at.moment()>
                        {at.clock()}
                    </time>
                </p>
            </div>
        </article>
    }
    .into_any()
}

fn who_deleted(message: &Message) -> AnyView {
    match message.deleted_by.as_ref().filter(|member| member.id == message.author.id) {
        Some(author) => view! { "Deleted by " <bdi>{author.name.to_string()}</bdi> }.into_any(),
        None => "Removed by a moderator".into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::{deleted, edited as edit, message};

    /// What is read of a view: its markup without tags.
    fn words(view: AnyView) -> String {
        let html = view.to_html();
        html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect()
    }

    #[test]
    fn an_edited_message_says_when_that_was() {
        let mut said = message(1, "ben", "helo", 0);
        assert!(edited(&said).is_none());
        said.apply(&edit(60_000, "ben", 1, "hello"));
        let html = edited(&said).unwrap().to_html();
        assert!(html.contains(r#"datetime="1970-01-01T00:01:00Z""#), "{html}");
        assert_eq!(words(edited(&said).unwrap()), "edited at 00:01");
    }

    #[test]
    fn a_deleted_message_says_whether_its_author_took_it_back() {
        for (who, sentence) in [("ben", "Deleted by Ben"), ("carl", "Removed by a moderator")] {
            let mut gone = message(1, "ben", "hello", 0);
            gone.apply(&deleted(2, who, 1));
            assert_eq!(words(who_deleted(&gone)), sentence);
        }
    }
}
