//! The form in which the reader writes.

use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html::Textarea;
use leptos::prelude::*;
use leptos::web_sys::HtmlTextAreaElement;
use protocol::{MessageId, RoomId, limits};

use super::namesake::namesake;
use super::typing::TypingLine;
use crate::boxed_view::{effect, flag};
use crate::components::field::{Wrong, as_markup};
use crate::components::icon::{SEND, icon};
use crate::components::notice::{Notice, asleep};
use crate::device;
use crate::room_store::RoomStore;
use crate::state::ConnectionStatus;
use crate::state::excess::excess;
use crate::storage::chat_draft;

/// The key code of an input method that is still composing, in browsers that do not say so otherwise.
const COMPOSING: u32 = 229;
const MOST_ROWS: u32 = 8;

/// A plain form before hydration; afterwards Enter sends on a real keyboard. The text belongs to the browser:
/// nothing here sets it but sending.
#[component]
pub(crate) fn Composer(
    store: RoomStore,
    room: RoomId,
    title: String,
    /// The id of the message that the plain form would send.
    next_id: MessageId,
    /// Why the message of the plain form was refused.
    wrong: Option<String>,
    /// That message, to be shown again.
    refused: Option<String>,
    /// A sentence about the link that the reader followed.
    notice: Option<String>,
) -> impl IntoView {
    let input = NodeRef::<Textarea>::new();
    let (wrong, set_wrong) = signal(wrong);
    let draft_of = StoredValue::new(room.clone());
    effect(move || {
        if let Some(field) = input.get() {
            chat_draft::restore(&draft_of.get_value(), &field);
            grow(&field);
            // With a keyboard, people come to write, unless they have begun with something else.
            let is_at_rest = document().active_element().is_none_or(|element| element.tag_name() == "BODY");
            if is_at_rest && store.linked.is_none() && !device::is_touched() {
                let _ = field.focus();
            }
        }
    });
    let send = move || {
        let Some(field) = input.get_untracked() else { return };
        let text = field.value();
        set_wrong.set(too_much(&text));
        if too_much(&text).is_none() && store.say(text.trim_end()) {
            field.set_value("");
            grow(&field);
            chat_draft::store(&draft_of.get_value(), "");
        }
        let _ = field.focus();
    };
    let typed = move |_| {
        let Some(field) = input.get_untracked() else { return };
        grow(&field);
        chat_draft::store(&draft_of.get_value(), &field.value());
        let now = too_much(&field.value());
        if now != wrong.get_untracked() {
            set_wrong.set(now);
        }
        if !field.value().is_empty() {
            store.typing();
        }
    };
    let pressed = move |event: KeyboardEvent| {
        // On a screen's keyboard Enter breaks the line, because no other key does, and the button sends.
        let is_composing = event.is_composing() || event.key_code() == COMPOSING;
        if event.key() == "Enter" && !event.shift_key() && !is_composing && !device::is_touched() {
            event.prevent_default();
            if let Some(form) = input.get_untracked().and_then(|field| field.form()) {
                let _ = form.request_submit();
            }
        }
    };
    let submitted = move |event: SubmitEvent| {
        let is_too_long = input.get_untracked().is_some_and(|field| too_much(&field.value()).is_some());
        // Without a socket, the form is sent as it would be without scripts.
        if matches!(store.connection_status.get_untracked(), ConnectionStatus::Blocked { .. }) && !is_too_long {
            chat_draft::store(&draft_of.get_value(), "");
            return;
        }
        event.prevent_default();
        send();
    };
    // The room's own address, so that a page with an error has that address, too.
    let action = room.path();
    let invitation = format!("Write to {title}");
    view! {
        <form class="composer" method="post" action=action on:submit=submitted>
            <Notice connection_status=store.connection_status.into() trouble=store.last_error.into() />
            {namesake(store)}
            {notice.map(|sentence| view! { <div class="notices">{asleep(sentence.into_any())}</div> })}
            <TypingLine people=store.people />
            <input type="hidden" name="room" value=room.to_string() />
            <input type="hidden" name="id" value=next_id.to_string() autocomplete="off" />
            <div class="composer__row">
                <label class="unseen" for="say">
                    {invitation.clone()}
                </label>
                <textarea
                    class="composer__input"
                    id="say"
                    name="message"
                    rows="1"
                    placeholder=invitation
                    dir="auto"
                    autocomplete="off"
                    enterkeyhint="enter"
                    data-enter="sends"
                    aria-describedby="say-wrong"
                    aria-invalid=flag(move || wrong.get().is_some())
                    node_ref=input
                    on:input=typed
                    on:keydown=pressed
                    inner_html=as_markup(&refused.unwrap_or_default())
                ></textarea>
                <button class="button" aria-label="Send">
                    {icon(SEND)}
                </button>
            </div>
            <div class="composer__wrong">
                <Wrong id="say-wrong" why=wrong.into() />
            </div>
        </form>
    }
}

/// For browsers whose fields do not grow by themselves.
fn grow(field: &HtmlTextAreaElement) {
    let lines = field.value().matches('\n').count() as u32 + 1;
    field.set_rows(lines.min(MOST_ROWS));
}

fn too_much(text: &str) -> Option<String> {
    excess(text, limits::MESSAGE_CHARS, "Shorten it or send it in parts.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_stays_text_in_its_field() {
        assert_eq!(as_markup("</textarea><script>&lt;"), "&lt;/textarea>&lt;script>&amp;lt;");
    }
}
