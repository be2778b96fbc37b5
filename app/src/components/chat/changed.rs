//! What became of a message: edited, deleted, or a change that is not in the log.

use client::room::Unsent;
use leptos::prelude::*;
use protocol::{Message, MessageId};

use super::text::{linked, text};
use crate::components::avatar::hollow;
use crate::components::icon::{CIRCLE_ALERT, icon};
use crate::room_store::RoomStore;
use crate::state::message_link::mark;
use crate::state::time::Local;
use crate::time_zone::local;

/// The text of a message. While the reader's edit of it is not in the log, that is what they wrote.
pub(super) fn body(message: &Message, change: Option<&Unsent>) -> AnyView {
    let edit = change.filter(|change| change.edits.is_some());
    let shown = edit.map_or(&message.message, |edit| &edit.text);
    let class = match change {
        Some(Unsent { refused: None, .. }) => "message__text message__text--pending",
        Some(Unsent { edits: Some(_), .. }) => "message__text message__text--failed",
        _ => "message__text",
    };
    view! {
        <p class=class dir="auto">
            {text(shown)}
        </p>
    }
    .into_any()
}

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

/// The line that a deleted message leaves. It keeps the text of an edit that came too late.
pub(super) fn gone(message: &Message, change: Option<&Unsent>, store: RoomStore) -> AnyView {
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
                {change.filter(|change| change.edits.is_some()).map(|edit| body(message, Some(edit)))}
                {refused(change, store)}
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

/// Why the reader's change of a message was refused, and what they can do.
pub(super) fn refused(change: Option<&Unsent>, store: RoomStore) -> Option<AnyView> {
    let change = change?;
    let what = if change.deletes.is_some() { "Not deleted. " } else { "Not saved. " };
    Some(failed(store, change.id.clone(), (what, "Discard"), change.refused.clone()?))
}

/// What was not done and why, with buttons to try again and to give it up.
pub(super) fn failed(
    store: RoomStore,
    id: MessageId,
    (what, give_up): (&'static str, &'static str),
    why: String,
) -> AnyView {
    let (again, gone) = (id.clone(), id);
    view! {
        <div class="message__state message__state--failed" role="alert">
            <span class="message__why">{icon(CIRCLE_ALERT)} <span>{what} {why}</span></span>
            <button type="button" on:click=move |_| store.retry(again.clone())>
                "Try again"
            </button>
            <button type="button" on:click=move |_| store.discard(gone.clone())>
                {give_up}
            </button>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::{deleted, edited as edit, id, message};

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

    #[test]
    fn what_the_reader_wrote_is_seen_before_it_is_saved_and_when_it_is_not() {
        let said = message(1, "ben", "helo", 0);
        let edit = Unsent { edits: Some(1), ..Unsent::new(id("x"), "hello".into(), 0) };
        let refused = Unsent { refused: Some("Too late.".into()), ..edit.clone() };
        let deletion = Unsent { edits: None, deletes: Some(1), ..refused.clone() };
        let shown = [
            (None, "helo", r#"class="message__text""#),
            (Some(&edit), "hello", "message__text--pending"),
            (Some(&refused), "hello", "message__text--failed"),
            (Some(&deletion), "helo", r#"class="message__text""#),
        ];
        for (change, text, class) in shown {
            let html = body(&said, change).to_html();
            assert!(html.contains(class), "{html}");
            assert_eq!(words(body(&said, change)), text);
        }
    }
}
