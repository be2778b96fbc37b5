//! What became of a message: edited or deleted.

use leptos::prelude::*;
use protocol::Message;

use super::text::{frame, moment, name, paragraph};
use crate::components::avatar::{Looks, avatar};
use crate::room_store::RoomStore;
use crate::time_zone::local;

/// The word after the time of an edited message; nothing for one as it was sent.
pub(super) fn edited(message: &Message) -> AnyView {
    let Some(at_ms) = message.edited_at else { return ().into_any() };
    let at = view! { <span class="unseen">{format!(" at {}", local(at_ms).clock())}</span> };
    let word = moment("message__edited", at_ms, "edited".into());
    vec![word, at.into_any()].into_any()
}

/// The line that a deleted message leaves.
pub(super) fn gone(message: &Message, store: RoomStore) -> AnyView {
    let mut line = who_deleted(message);
    let time = moment("message__time", message.sent_at, local(message.sent_at).clock());
    line.push(" ".into_any());
    line.push(time);
    let line = paragraph("message__gone", line);
    frame(
        "message message--gone",
        message.offset,
        store,
        ("message__avatar", avatar(Looks::plain("hollow", 40, (0, 0)).asleep())),
        vec![line],
    )
}

fn who_deleted(message: &Message) -> Vec<AnyView> {
    match message.deleted_by.as_ref().filter(|member| member.id == message.author.id) {
        Some(author) => vec!["Deleted by ".into_any(), name(&author.name)],
        None => vec!["Removed by a moderator".into_any()],
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
        assert!(!words(edited(&said)).contains("edited"));
        said.apply(&edit(60_000, "ben", 1, "hello"));
        let html = edited(&said).to_html();
        assert!(html.contains(r#"datetime="1970-01-01T00:01:00Z""#), "{html}");
        assert_eq!(words(edited(&said)), "edited at 00:01");
    }

    #[test]
    fn a_deleted_message_says_whether_its_author_took_it_back() {
        for (who, sentence) in [("ben", "Deleted by Ben"), ("carl", "Removed by a moderator")] {
            let mut gone = message(1, "ben", "hello", 0);
            gone.apply(&deleted(2, who, 1));
            assert_eq!(words(who_deleted(&gone).into_any()), sentence);
        }
    }
}
