//! What strangers see of rooms: those that were listed, and no message.

use std::time::Duration;

use protocol::{RoomId, RoomSummary, wire};
use reqwest::StatusCode;

use crate::browser::Browser;
use crate::class::everywhere;
use crate::node::TestNode;
use crate::visitor::Visitor;

async fn listed(browser: &mut Browser<'_>) -> Vec<String> {
    let rooms = browser.ask("rooms", &[]).await.text().await.unwrap();
    let rooms: Vec<RoomSummary> = wire::decode(&rooms).unwrap_or_else(|| panic!("{rooms}"));
    rooms.into_iter().map(|room| room.title).collect()
}

/// A list may be a second old, and who asks without a pause is asked to wait.
async fn until_some_are_listed(browser: &mut Browser<'_>) {
    let mut tick = tokio::time::interval(Duration::from_millis(100));
    while listed(browser).await.is_empty() {
        tick.tick().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_is_found_by_its_link_alone_unless_its_opener_lists_it() {
    everywhere(async |one, two| {
        let mut eve = Browser::at(two).await;
        let mut ana = Browser::at(one).await;
        ana.ask("open-room", &[("title", "Staff only")]).await;
        ana.ask("open-room", &[("title", "Open house"), ("listed", "true")]).await;
        let mut talks = Vec::new();
        for room in ["staff-only", "open-house", "7c3b9e-nobody-guesses-this"] {
            let mut visitor = Visitor::in_room(one, room).await;
            visitor.say("m1", "the code is 4711").await;
            talks.push(visitor);
        }
        until_some_are_listed(&mut eve).await;
        assert_eq!(listed(&mut eve).await, ["Open house"]);
        let page = eve.get("/").await.text().await.unwrap();
        assert!(page.contains("Open house") && !page.contains("4711"), "{page}");
        assert!(!page.contains("Staff only") && !page.contains("7c3b9e"), "{page}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_lists_a_room_of_others() {
    let node = TestNode::embedded(&[]).await;
    let mut ana = Visitor::in_room(&node, "by-link").await;
    ana.say("m1", "just us").await;
    let mut eve = Browser::at(&node).await;
    let opened = eve.ask("open-room", &[("title", "By link"), ("listed", "true")]).await;
    let room: RoomId = wire::decode(&opened.text().await.unwrap()).unwrap();
    assert_eq!(room.as_str(), "by-link", "whoever knows the name comes in");
    assert_eq!(listed(&mut eve).await, [""; 0]);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_front_page_is_not_filled_from_one_place() {
    let node = TestNode::embedded(&["--rate-limit", "off"]).await;
    let mut refused = 0;
    for number in 0..60 {
        // Somebody else each time, as far as cookies tell.
        let mut eve = Browser::without_cookies(&node);
        let title = format!("Spam {number}");
        let answer = eve.ask("open-room", &[("title", &title), ("listed", "true")]).await;
        refused += usize::from(answer.status() == StatusCode::UNPROCESSABLE_ENTITY);
    }
    let mut ana = Browser::at(&node).await;
    let spam = listed(&mut ana).await.len();
    assert!(spam <= 5 && spam + refused == 60, "{spam} are listed, {refused} were refused");
    let unlisted = ana.ask("open-room", &[("title", "Still possible")]).await;
    assert_eq!(unlisted.status(), StatusCode::OK);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_says_who_may_list_rooms() {
    let form = [("title", "Garden"), ("listed", "true")];
    for flags in [
        vec!["--room-listing", "nobody"],
        vec!["--room-listing", "authors", "--quiz-authors", "key", "--quiz-key", "open sesame"],
    ] {
        let node = TestNode::embedded(&flags).await;
        let mut ana = Browser::at(&node).await;
        assert_eq!(ana.ask("open-room", &form).await.status(), StatusCode::UNPROCESSABLE_ENTITY, "{flags:?}");
        let page = ana.get("/").await.text().await.unwrap();
        assert!(!page.contains("name=\"listed\""), "{flags:?} offer it");
        let is_author = flags.contains(&"authors");
        let why = if is_author {
            "Only authors can list rooms on this server."
        } else {
            "Rooms are not listed on this server."
        };
        assert!(page.contains(why) && !page.contains("and list it"), "{flags:?}: {page}");
        // From a page that offered it before: what is said fits what can be done now.
        let page = ana.sends_form("open-room", &form, "/").await.text().await.unwrap();
        assert!(page.contains(&format!("{why} You can open this one unlisted")), "{flags:?}: {page}");
        let unlisted = ana.sends_form("open-room", &form[..1], "/").await;
        assert_eq!(unlisted.url().path(), "/rooms/garden");
        ana.ask("become-author", &[("key", "open sesame")]).await;
        assert_eq!(ana.ask("open-room", &form).await.status().is_success(), is_author, "{flags:?}");
        let page = ana.get("/").await.text().await.unwrap();
        assert_eq!(page.contains("name=\"listed\""), is_author, "{flags:?}");
        assert_eq!(page.contains("Open a room and list it"), is_author, "{flags:?}");
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_at_a_room_does_not_make_it() {
    let node = TestNode::embedded(&[]).await;
    let mut ana = Browser::at(&node).await;
    ana.get("/rooms/attic").await;
    ana.ask("preview", &[("room", "attic")]).await;
    Visitor::in_room(&node, "attic").await.leave().await;
    // A room that had been made could not be listed any more.
    ana.ask("open-room", &[("title", "Attic"), ("listed", "true")]).await;
    until_some_are_listed(&mut ana).await;
    assert_eq!(listed(&mut ana).await, ["Attic"]);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_full_store_nobody_is_told_that_a_room_was_opened() {
    const FULL: &str = "This server is full.";
    let node = TestNode::embedded(&[]).await;
    Visitor::in_room(&node, "spoken-in").await.say("m1", "hello").await;
    let mut ana = Browser::at(&node).await;
    ana.ask("open-room", &[("title", "Opened")]).await;
    let node = node.restarted_with(&["--storage-quota", "16k"]).await;
    let mut ana = Browser::at(&node).await;
    for listed in [&[("title", "Garden"), ("listed", "true")][..], &[("title", "Garden")]] {
        let answer = ana.ask("open-room", listed).await;
        let (status, body) = (answer.status(), answer.text().await.unwrap());
        assert!(status == StatusCode::SERVICE_UNAVAILABLE && body.contains(FULL), "{listed:?}: {status} {body}");
        let page = ana.sends_form("open-room", listed, "/").await.text().await.unwrap();
        assert!(page.contains(FULL), "{page}");
    }
    assert_eq!(listed(&mut ana).await, [""; 0]);
    for there in ["Opened", "Spoken in"] {
        let answer = ana.sends_form("open-room", &[("title", there), ("listed", "true")], "/").await;
        assert!(answer.url().path().starts_with("/rooms/"), "it is the way into rooms, too: {}", answer.url());
    }
    node.stop().await;
}
