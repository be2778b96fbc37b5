//! Encodes and decodes frames. The only place with their JSON.
#![expect(clippy::disallowed_methods, reason = "JSON is written and read here")]

mod game;
mod reader;

use std::borrow::Cow;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, Refusal};
use crate::id::{MessageId, RoomId};
use crate::message::{Change, ClientMessage, Joined, Member, Message, ServerMessage};
use crate::room_event::RoomEvent;
use crate::text::{Shape, clean, clean_in_place};
use reader::Reader;

pub use game::{decode_game_client, decode_game_server, encode_game_client, encode_game_server, game_template};

/// A frame with a gap for the offset of an event, which only the log knows.
///
/// The frame is encoded once in the whole cluster: the log puts `head`, the offset in
/// decimal and `tail` together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The frame up to the offset.
    pub head: String,
    /// The frame after the offset.
    pub tail: String,
}

impl Template {
    /// Puts the offset into the gap.
    pub fn fill(&self, offset: u64) -> String {
        format!("{}{offset}{}", self.head, self.tail)
    }
}

const MESSAGE_HEAD: &str = r#"{"type":"message","payload":"#;
const EDITED_HEAD: &str = r#"{"type":"edited","payload":"#;
const DELETED_HEAD: &str = r#"{"type":"deleted","payload":"#;
/// The capacity of half a `message` frame, beside the parts that people chose.
const MESSAGE_ROOM: usize = 96;

/// Decodes a frame from a client.
///
/// # Errors The [`Refusal`] to answer with, with the message id if one can be found.
pub fn decode_client(text: &str) -> Result<ClientMessage, Refusal> {
    serde_json::from_str(text).map_err(|error| explain(text, &error))
}

/// Decodes a frame from a server; `None` for one of a later version, which a client ignores.
pub fn decode_server(text: &str) -> Option<ServerMessage> {
    let (kind, payload) = envelope(text)?;
    match kind.as_str() {
        "joined" => decode(payload).map(ServerMessage::Joined),
        "message" => decode(payload).map(ServerMessage::Message),
        "edited" => decode(payload).filter(|edit: &Change| edit.message.is_some()).map(ServerMessage::Edited),
        "deleted" => decode(payload).map(ServerMessage::Deleted),
        "presence" => decode(payload).map(ServerMessage::Presence),
        "typing" => decode(payload).map(ServerMessage::Typing),
        "namesake" => decode(payload).map(ServerMessage::Namesake),
        "position" => decode(payload).map(ServerMessage::Position),
        "availability" => decode(payload).map(ServerMessage::Availability),
        "error" => decode(payload).map(ServerMessage::Error),
        "pong" => Some(ServerMessage::Pong),
        _ => None,
    }
}

/// The type of a frame, and the text of its payload; `null` where it has none.
fn envelope(text: &str) -> Option<(String, &str)> {
    let (mut kind, mut payload) = (None, "null");
    let mut reader = Reader::new(text);
    let whole = reader.object(|name, value| match name {
        "type" => kind = decode::<String>(value),
        "payload" => payload = value,
        _ => {}
    });
    whole.and_then(|()| reader.end()).ok()?;
    Some((kind?, payload))
}

/// Decodes a stored `message` frame, cleaned; `None` for other frames.
pub fn decode_message(frame: &str) -> Option<Message> {
    match decode_event(frame)? {
        RoomEvent::Posted(message) => Some(message),
        RoomEvent::Edited(_) | RoomEvent::Deleted(_) => None,
    }
}

/// Decodes a stored frame of a room's log, cleaned; `None` for frames that no log has, and for those of a later version.
pub fn decode_event(frame: &str) -> Option<RoomEvent> {
    match decode_server(frame)? {
        ServerMessage::Message(mut message) => {
            clean_in_place(&mut message.message, Shape::Lines);
            Some(RoomEvent::Posted(message))
        }
        ServerMessage::Edited(mut edit) => {
            edit.message.iter_mut().for_each(|text| clean_in_place(text, Shape::Lines));
            Some(RoomEvent::Edited(edit))
        }
        ServerMessage::Deleted(deletion) => Some(RoomEvent::Deleted(deletion)),
        _ => None,
    }
}

/// Whether a frame of a room's log says that a message was deleted. This runs for every publication on every node.
pub fn is_deletion(frame: &str) -> bool {
    frame.starts_with(DELETED_HEAD)
}

/// A stored frame of a room's log, cleaned: nearly always unchanged.
fn shown(frame: &str) -> Cow<'_, str> {
    // JSON escapes controls with a `u`.
    let is_clean = !frame.contains(r"\u") && !frame.contains(r"\r") && clean(frame, Shape::Lines) == frame;
    match decode_event(frame).filter(|_| !is_clean) {
        Some(event) => Cow::Owned(encode_server(&event.into())),
        None => Cow::Borrowed(frame),
    }
}

/// Encodes a frame for a server.
pub fn encode_client(message: &ClientMessage) -> String {
    encode(message)
}

/// Encodes a frame for a client.
pub fn encode_server(message: &ServerMessage) -> String {
    encode(message)
}

/// Encodes a `message` frame with a gap for the offset.
pub fn message_template(
    room: &RoomId,
    id: &MessageId,
    author: &Member,
    text: &str,
    reply_to: Option<u64>,
    sent_at: u64,
) -> Template {
    // This runs for every message, so each half is written without reallocation.
    let mut head = Vec::with_capacity(MESSAGE_ROOM + room.as_str().len() + id.as_str().len());
    head.extend_from_slice(MESSAGE_HEAD.as_bytes());
    put(&mut head, r#"{"roomId":"#, room.as_str());
    put(&mut head, r#","id":"#, id.as_str());
    head.extend_from_slice(br#","offset":"#);
    let mut tail =
        Vec::with_capacity(MESSAGE_ROOM + author.id.as_str().len() + author.name.as_str().len() + text.len());
    put(&mut tail, r#","author":"#, author);
    put(&mut tail, r#","message":"#, text);
    put(&mut tail, r#","sentAt":"#, &sent_at);
    if let Some(reply_to) = reply_to {
        put(&mut tail, r#","replyTo":"#, &reply_to);
    }
    tail.extend_from_slice(b"}}");
    let whole = |half| String::from_utf8(half).unwrap_or_default();
    Template { head: whole(head), tail: whole(tail) }
}

/// Encodes the frame of an `edited` or `deleted` event with a gap for its offset.
pub fn change_template(event: &RoomEvent) -> Option<Template> {
    let (head, change) = match event {
        RoomEvent::Posted(_) => return None,
        RoomEvent::Edited(change) => (EDITED_HEAD, change),
        RoomEvent::Deleted(change) => (DELETED_HEAD, change),
    };
    let frame = [head, &encode(change), "}"].concat();
    // An id is cut at its end by a quote, which it does not have itself.
    let id = frame.find(r#"","offset":"#)? + r#"","offset":"#.len();
    let (head, rest) = frame.split_at(id);
    let (_, tail) = rest.split_once(',')?;
    Some(Template { head: head.to_owned(), tail: [",", tail].concat() })
}

/// Encodes the `message` frame of a message that is edited once more. Its text is the new one; the gap takes the
/// offset of the edit.
pub fn edited_template(message: &Message) -> Template {
    let mut head = encode_server(&ServerMessage::Message(Message { edits: Vec::new(), ..message.clone() }));
    // The list is the last field: `…"edits":[17]}}`.
    head.truncate(head.len() - "}}".len());
    head.push_str(r#","edits":["#);
    for offset in &message.edits {
        head.push_str(&format!("{offset},"));
    }
    Template { head, tail: "]}}".into() }
}

/// Appends `before`, then `value` as JSON. As in [`encode`], nothing can fail.
fn put<T: Serialize + ?Sized>(out: &mut Vec<u8>, before: &str, value: &T) {
    out.extend_from_slice(before.as_bytes());
    let _ = serde_json::to_writer(out, value);
}

/// Encodes a `joined` frame whose events are stored frames: they are copied, and decoded only if they need
/// cleaning. Those in `joined` are ignored.
pub fn encode_joined<'a>(joined: Joined, frames: impl Iterator<Item = &'a str>) -> String {
    let none = Joined { messages: Vec::new(), edited: Vec::new(), deleted: Vec::new(), ..joined };
    let mut text = encode(&ServerMessage::Joined(none));
    // The empty list is the last field: `…"messages":[]}}`.
    text.truncate(text.len() - r#""messages":[]}}"#.len());
    let mut lists = [("messages", MESSAGE_HEAD), ("edited", EDITED_HEAD), ("deleted", DELETED_HEAD)]
        .map(|(name, head)| (name, head, String::new()));
    for frame in frames {
        let frame = shown(frame);
        for (_, head, list) in &mut lists {
            if let Some(payload) = frame.strip_prefix(*head).and_then(|payload| payload.strip_suffix('}')) {
                if !list.is_empty() {
                    list.push(',');
                }
                list.push_str(payload);
            }
        }
    }
    let [messages, changes @ ..] = lists;
    for (name, _, list) in changes.into_iter().filter(|(.., list)| !list.is_empty()).chain([messages]) {
        text.extend(["\"", name, "\":[", &list, "],"]);
    }
    text.pop();
    text.push_str("}}");
    text
}

/// Encodes any data of ours, for storage beside the log.
pub fn encode<T: Serialize + ?Sized>(value: &T) -> String {
    // Our types have string keys and finite numbers; encoding them cannot fail.
    serde_json::to_string(value).unwrap_or_default()
}

/// Whether `text` is JSON, whatever it says.
pub fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Decodes what [`encode`] wrote; `None` for anything else.
pub fn decode<'a, T: Deserialize<'a>>(text: &'a str) -> Option<T> {
    let mut reader = Reader::new(text);
    let value = T::deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some(value)
}

/// Decodes a file that people may have written by hand.
///
/// # Errors What is wrong, and in which line and column.
pub fn decode_file<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// Turns a failed decode into an answer that helps the author of the client.
fn explain(text: &str, error: &serde_json::Error) -> Refusal {
    #[derive(Deserialize)]
    struct Outline {
        #[serde(default)]
        payload: Option<Payload>,
    }
    #[derive(Deserialize)]
    struct Payload {
        #[serde(default)]
        id: Option<MessageId>,
    }
    #[derive(Deserialize)]
    struct Kind {
        #[serde(rename = "type")]
        kind: String,
    }
    const KNOWN: [&str; 7] = ["join", "message", "edit", "delete", "leave", "typing", "ping"];

    let kind = match serde_json::from_str::<Kind>(text) {
        Ok(outline) => outline.kind,
        Err(_) => {
            return Refusal::new(ErrorCode::NotJson, "A frame is a JSON object with a \"type\" and a \"payload\".");
        }
    };
    // Also of a type of a later version: its sender waits for an answer.
    let outline = serde_json::from_str::<Outline>(text).ok();
    let id = outline.and_then(|outline| outline.payload).and_then(|payload| payload.id);
    if !KNOWN.contains(&kind.as_str()) {
        let known = KNOWN.join(", ");
        let sentence = format!("This type of frame is not known here. Known are: {known}.");
        return Refusal::new(ErrorCode::UnknownType, sentence).answering(id);
    }
    // The error names fields and rules; its line and column are those of the frame.
    Refusal::new(ErrorCode::Invalid, format!("The payload of \"{kind}\" is not right: {error}.")).answering(id)
}

#[cfg(test)]
mod tests;
