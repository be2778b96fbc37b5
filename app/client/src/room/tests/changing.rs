//! Edits and deletions: events of the log like any other, and sent like messages.

use super::*;

fn change_by(author: &str, name: &str, offset: u64, target: u64) -> Change {
    Change {
        room_id: room("garden"),
        id: id(name),
        offset,
        target,
        author: person(author),
        changed_at: 0,
        message: None,
    }
}

fn edit(author: &str, name: &str, offset: u64, target: u64) -> Change {
    Change { message: Some("hello".into()), ..change_by(author, name, offset, target) }
}

fn unsent_edit(name: &str, target: u64) -> Unsent {
    Unsent { edits: Some(target), ..unsent(name) }
}

fn unsent_deletion(name: &str, target: u64) -> Unsent {
    Unsent { deletes: Some(target), text: String::new(), ..unsent(name) }
}

fn asked(name: &str, target: u64, text: Option<&str>) -> protocol::WantedChange {
    let message = text.map(ToOwned::to_owned);
    protocol::WantedChange { room_id: room("garden"), id: Some(id(name)), target, sent_at: None, message }
}

fn asks(scene: &mut Scene, unsent: Unsent) -> &mut Scene {
    scene.step(Input::Command(Command::Say(unsent)))
}

#[test]
fn changes_take_their_place_among_the_messages() {
    let mut scene = Scene::live(3);
    scene.frame(ServerMessage::Edited(edit("ben", "e1", 4, 2))).frame(says(5));
    scene.frame(ServerMessage::Deleted(change_by("ben", "d1", 6, 5)));
    scene.frame(ServerMessage::Edited(edit("ben", "e1", 4, 2)));
    assert_eq!(scene.shown(), [4, 5, 6]);
    scene.frame(ServerMessage::Edited(Change { room_id: room("attic"), ..edit("ben", "e2", 7, 2) }));
    assert_eq!(scene.client.position(), Some(&position("e1", 6)), "that was another room's");
    scene.frame(ServerMessage::Edited(edit("ben", "e2", 8, 2)));
    assert!(scene.does(&Output::Disconnect), "7 is missing");
}

#[test]
fn a_recovery_tells_messages_and_changes_in_the_order_of_the_log() {
    let answer = Joined {
        edited: vec![edit("ben", "e1", 5, 2), edit("ben", "e2", 8, 4)],
        deleted: vec![change_by("ben", "d1", 7, 3)],
        ..joined_at(8, true, &[4, 6])
    };
    let mut scene = Scene::page(3);
    scene.step(Input::Start).step(Input::Opened).clear().frame(ServerMessage::Joined(answer));
    assert_eq!(scene.shown(), [4, 5, 6, 7, 8]);
    assert_eq!(scene.events()[0], Event::Entered(joined_at(8, true, &[])));
}

#[test]
fn what_a_person_does_goes_out_in_order_and_one_at_a_time() {
    let mut scene = Scene::live(3);
    asks(scene.step(Input::Command(Command::Say(Unsent { reply_to: Some(2), ..unsent("m1") }))), unsent_edit("e1", 3));
    asks(&mut scene, unsent_deletion("d1", 2));
    scene.frame(echo("m1", 4)).frame(ServerMessage::Edited(edit("ana", "e1", 5, 3)));
    scene.frame(ServerMessage::Deleted(change_by("ana", "d1", 6, 2)));
    let room_id = || room("garden");
    assert_eq!(
        scene.sent(),
        [
            ClientMessage::Message {
                room_id: Some(room_id()),
                id: Some(id("m1")),
                message: "text of m1".into(),
                reply_to: Some(2)
            },
            ClientMessage::Edit(asked("e1", 3, Some("text of e1"))),
            ClientMessage::Delete(asked("d1", 2, None)),
        ]
    );
    assert_eq!(scene.settled(), ["m1", "e1", "d1"].map(id));
    assert_eq!(scene.stored(), Some(vec![]));
}

#[test]
fn an_edit_whose_message_was_deleted_meanwhile_is_refused() {
    let mut scene = Scene::live(5);
    asks(&mut scene, unsent_edit("e1", 3)).frame(ServerMessage::Deleted(change_by("carl", "d1", 6, 3))).clear();
    scene.frame(refusal(ErrorCode::NoMessage, Some("e1")));
    assert_eq!(scene.client.unsent().next().unwrap().refused.as_deref(), Some("because"), "its text is not lost");
}

#[test]
fn what_a_server_of_an_earlier_version_does_not_know_is_refused() {
    let mut scene = Scene::live(3);
    asks(&mut scene, unsent_edit("e1", 3)).say("next").clear().frame(refusal(ErrorCode::UnknownType, None));
    assert_eq!(scene.client.unsent().next().unwrap().refused.as_deref(), Some("because"));
    assert_eq!(scene.sent_ids(), ["next"], "and does not hold up the others");
}

#[test]
fn a_refused_edit_waits_for_its_writer() {
    let mut scene = Scene::live(3);
    asks(&mut scene, unsent_edit("e1", 3)).frame(refusal(ErrorCode::TooLate, Some("e1"))).clear();
    assert_eq!(scene.client.unsent().next().unwrap().refused.as_deref(), Some("because"));
    scene.step(Input::Command(Command::Retry(id("e1"))));
    assert_eq!(scene.events(), [Event::Pending(unsent_edit("e1", 3))]);
}

#[test]
fn what_is_gone_already_needs_no_deletion() {
    let mut scene = Scene::live(3);
    asks(&mut scene, unsent_deletion("d1", 3)).clear().frame(refusal(ErrorCode::NoMessage, Some("d1")));
    assert_eq!(scene.events(), [Event::Discarded(id("d1"))]);
    assert_eq!((scene.stored(), scene.wake(Timer::Resend)), (Some(vec![]), None));
}

#[test]
fn a_page_that_was_read_before_a_change_gets_it() {
    let deletion = RoomEvent::Deleted(change_by("carl", "d", 6, 2));
    let mut changes = Changes::default();
    changes.note(&[deletion]);
    for (read_at, by) in [(4, Some(person("carl"))), (6, None)] {
        let mut shown = message(2);
        changes.apply_to(&mut shown, read_at);
        assert_eq!(shown.deleted_by, by, "a page read at {read_at}");
    }
}
