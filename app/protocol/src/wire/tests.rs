//! The text on the wire, pinned.

use super::*;
use crate::id::{Epoch, Name, SessionToken, UserId};
use crate::position::Position;

fn room() -> RoomId {
    RoomId::parse("room1").unwrap()
}

fn ana() -> Member {
    Member { id: UserId::parse("u1").unwrap(), name: Name::parse("Ana \"A\"").unwrap() }
}

fn joined() -> Joined {
    Joined {
        room_id: room(),
        you: ana(),
        session: None,
        members: vec![ana()],
        member_count: 1,
        position: Position { epoch: Epoch::parse("e1").unwrap(), offset: 7 },
        recovered: true,
        edited: vec![],
        deleted: vec![],
        messages: vec![],
    }
}

#[test]
fn a_client_that_knows_two_shapes_can_chat() {
    let join = decode_client(r#"{"type":"join","payload":{"roomId":"room1"}}"#).unwrap();
    assert_eq!(join, ClientMessage::Join { room_id: room(), since: None, session: None });
    let said = decode_client(r#"{"type":"message","payload":{"message":"Hello"}}"#).unwrap();
    assert_eq!(said, ClientMessage::Message { room_id: None, id: None, message: "Hello".into(), reply_to: None });
}

#[test]
fn a_session_stands_in_frames_of_those_alone_who_need_it() {
    assert!(!encode_server(&ServerMessage::Joined(joined())).contains("session"));
    let session = SessionToken::parse("6b49d200.u1.QW5h.mac").unwrap();
    let text = encode_joined(Joined { session: Some(session.clone()), ..joined() }, std::iter::empty());
    assert!(text.contains(r#""session":"6b49d200.u1.QW5h.mac","members""#), "{text}");
    let Some(ServerMessage::Joined(read)) = decode_server(&text) else { panic!("{text}") };
    assert_eq!(read.session, Some(session));
    let join = r#"{"type":"join","payload":{"roomId":"room1","session":"6b49d200.u1.QW5h.mac"}}"#;
    assert_eq!(encode_client(&decode_client(join).unwrap()), join);
    let endless = format!(r#"{{"type":"join","payload":{{"roomId":"room1","session":"{}"}}}}"#, "x".repeat(513));
    assert_eq!(decode_client(&endless).unwrap_err().code, ErrorCode::Invalid);
}

#[test]
fn fields_of_later_versions_are_left_aside() {
    assert!(decode_client(r#"{"v":2,"type":"join","payload":{"roomId":"room1","colour":"red"}}"#).is_ok());
    assert_eq!(decode_client(r#"{"type":"ping"}"#), Ok(ClientMessage::Ping));
    assert_eq!(decode_server(r#"{"type":"fireworks","payload":{}}"#), None);
}

#[test]
fn bad_frames_get_a_code_that_says_what_is_wrong() {
    let code = |text: &str| decode_client(text).unwrap_err().code;
    assert_eq!(code("{nope"), ErrorCode::NotJson);
    assert_eq!(code("[1,2]"), ErrorCode::NotJson);
    assert_eq!(code(""), ErrorCode::NotJson);
    assert_eq!(code(r#"{"type":"dance","payload":{}}"#), ErrorCode::UnknownType);
    assert_eq!(code(r#"{"type":"join","payload":{"roomId":""}}"#), ErrorCode::Invalid);
    assert_eq!(code(r#"{"type":"join"}"#), ErrorCode::Invalid);
    assert_eq!(code(r#"{"type":"message","payload":{"message":5}}"#), ErrorCode::Invalid);
}

#[test]
fn a_refusal_names_the_message_it_answers() {
    let refusal = decode_client(r#"{"type":"message","payload":{"id":"m1","message":5}}"#).unwrap_err();
    assert_eq!(refusal.id, Some(MessageId::parse("m1").unwrap()));
    let later = decode_client(r#"{"type":"dance","payload":{"id":"m1"}}"#).unwrap_err();
    assert_eq!((later.code, later.id), (ErrorCode::UnknownType, refusal.id), "its sender waits for an answer");
}

#[test]
fn a_filled_template_is_the_message_frame() {
    let id = MessageId::parse("m1").unwrap();
    let frame = message_template(&room(), &id, &ana(), "Hi\n<b>", None, 1_700_000_000_000).fill(42);
    assert_eq!(
        frame,
        r#"{"type":"message","payload":{"roomId":"room1","id":"m1","offset":42,"author":{"id":"u1","name":"Ana \"A\""},"message":"Hi\n<b>","sentAt":1700000000000}}"#
    );
    let message = decode_message(&frame).unwrap();
    assert_eq!(message.offset, 42);
    assert_eq!(encode_server(&ServerMessage::Message(message)), frame, "both roads encode the same");
}

#[test]
fn joined_takes_stored_frames_as_they_are() {
    let id = MessageId::parse("m1").unwrap();
    let frames = [6, 7].map(|offset| message_template(&room(), &id, &ana(), "Hi", None, 1).fill(offset));
    let text = encode_joined(joined(), frames.iter().map(String::as_str));
    let Some(ServerMessage::Joined(read)) = decode_server(&text) else { panic!("{text}") };
    assert_eq!(read.messages.iter().map(|m| m.offset).collect::<Vec<_>>(), [6, 7]);
    assert_eq!(read.position.offset, 7);

    let none = encode_joined(joined(), std::iter::empty());
    assert_eq!(none, encode_server(&ServerMessage::Joined(joined())));
}

#[test]
fn every_error_code_is_spelled_as_it_says() {
    for code in ErrorCode::ALL {
        assert_eq!(encode(&code), format!("\"{}\"", code.as_str()));
    }
}

/// The room with a message that was edited once, and what is known of the edit.
fn edited() -> (Message, RoomEvent) {
    let message = message_template(&room(), &MessageId::parse("m1").unwrap(), &ana(), "Helo", Some(3), 1).fill(42);
    let change = Change {
        room_id: room(),
        id: MessageId::parse("\"m2").unwrap(),
        offset: 43,
        target: 42,
        author: ana(),
        changed_at: 2,
        message: Some("Hello \"you\"".into()),
    };
    (decode_message(&message).unwrap(), RoomEvent::Edited(change))
}

#[test]
fn a_filled_template_of_a_change_is_its_frame() {
    let (_, edit) = edited();
    let RoomEvent::Edited(change) = edit.clone() else { panic!() };
    let deletion = RoomEvent::Deleted(Change { message: None, ..change });
    for (event, begins) in [(edit, "{\"type\":\"edited\",\"pay"), (deletion, "{\"type\":\"deleted\",\"pa")] {
        let frame = change_template(&event).unwrap().fill(43);
        assert!(frame.starts_with(begins), "{frame}");
        assert_eq!(frame, encode_server(&event.clone().into()));
        assert_eq!(decode_event(&frame), Some(event));
    }
}

#[test]
fn a_message_that_is_edited_names_all_of_its_edits() {
    let (mut message, edit) = edited();
    assert_eq!(message.reply_to, Some(3));
    let RoomEvent::Edited(change) = &edit else { panic!() };
    for offset in [43, 50] {
        let before = message.edits.clone();
        assert!(message.apply(&RoomEvent::Edited(Change { offset, ..change.clone() })));
        let frame = edited_template(&Message { edits: before, ..message.clone() }).fill(offset);
        assert_eq!(decode_message(&frame), Some(message.clone()), "{frame}");
        assert_eq!(frame, encode_server(&ServerMessage::Message(message.clone())));
    }
}

#[test]
fn joined_lists_what_was_missed_by_its_kind() {
    let (message, edit) = edited();
    let RoomEvent::Edited(change) = edit.clone() else { panic!() };
    let deletion = RoomEvent::Deleted(Change { offset: 44, message: None, ..change });
    let events = [RoomEvent::Posted(message), edit, deletion];
    let frames: Vec<_> = events.iter().map(|event| encode_server(&event.clone().into())).collect();
    let text = encode_joined(joined(), frames.iter().map(String::as_str));
    let Some(ServerMessage::Joined(mut read)) = decode_server(&text) else { panic!("{text}") };
    assert_eq!(read.take_events(), events);
    assert_eq!(read, joined());
}

#[test]
fn an_edit_without_a_text_is_none() {
    let frame = encode_server(&edited().1.into()).replace(r#","message":"Hello \"you\"""#, "");
    assert_eq!(decode_server(&frame), None, "{frame}");
}
