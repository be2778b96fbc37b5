//! Texts are cleaned before they are stored, by whichever way they come in, and texts that were
//! stored without that are cleaned before they are shown.

use protocol::quiz::{Quiz, SavedQuiz};
use protocol::wire::Template;
use protocol::{ErrorCode, HistoryPage, Member, MessageId, Name, Position, RoomId, RoomSummary, UserId, limits, wire};
use realtime::broker::{Append, Growth};
use realtime::channel::Channel;
use realtime::event::{Event, EventHeader};
use reqwest::StatusCode;
use server::rooms::Listing;

use crate::browser::Browser;
use crate::class::{Pupil, choice, quiz};
use crate::node::TestNode;
use crate::visitor::Visitor;

const ODD: &str = "a\0\u{200B}b\u{202E}\r\nc\u{301}\u{302}\u{303}\u{304}\u{305}\u{2800}";
const CLEAN: &str = "ab\nć\u{302}\u{303}";

/// Appends a message as it was stored before there was a rule for texts.
async fn keep_as_it_is(node: &TestNode, room: &RoomId, text: &str, name: &str) {
    let member = Member { id: UserId::parse("u1").unwrap(), name: Name::parse("Eve").unwrap() };
    let frame = wire::message_template(room, &MessageId::parse("m1").unwrap(), &member, text, None, 1);
    let frame = Template { tail: frame.tail.replace("\"Eve\"", &wire::encode(name)), ..frame };
    let (channel, header) = (Channel::Room(room.clone()), EventHeader::new("posted", 1, None, None));
    let append = Append { channel, idempotency: None, event: Event { header, frame }, growth: Growth::Free };
    node.node().broker.publish(append).await.unwrap();
}

async fn history(browser: &mut Browser<'_>, room: &str) -> HistoryPage {
    let page = browser.ask("history", &[("room", room)]).await.text().await.unwrap();
    wire::decode(&page).unwrap_or_else(|| panic!("{page}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_hides_in_a_message() {
    let node = TestNode::embedded(&[]).await;
    let mut ana = Visitor::in_room(&node, "garden").await;
    assert_eq!(ana.say("m1", ODD).await.message, CLEAN);
    assert_eq!(ana.say("m1", ODD).await.message, CLEAN, "said again");
    let mut ben = Browser::at(&node).await;
    let by_form = ben.ask("say", &[("room", "garden"), ("id", "f1"), ("message", ODD)]).await;
    assert!(by_form.status().is_success());
    assert_eq!(ana.hears().await.message, CLEAN);
    for text in ["\0", "\u{3164}", "\u{200B} \u{2800}\n", "\u{301}"] {
        assert_eq!(ana.try_say("m2", text).await.unwrap_err().code, ErrorCode::EmptyMessage, "{text:?}");
        let by_form = ben.ask("say", &[("room", "garden"), ("id", "f2"), ("message", text)]).await;
        assert_eq!(by_form.status(), StatusCode::UNPROCESSABLE_ENTITY, "{text:?}");
    }
    let kept = "👨\u{200D}👩\u{200D}👧 می\u{200C}خواهم ❤\u{FE0F}\n\tcode";
    assert_eq!(ana.say("m3", kept).await.message, kept);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_kept_before_is_shown_as_it_can_be_seen() {
    let node = TestNode::embedded(&[]).await;
    let room = RoomId::parse("garden").unwrap();
    keep_as_it_is(&node, &room, ODD, "\u{3164}").await;
    keep_as_it_is(&node, &room, "plain", "Eve\0").await;
    let mut ana = Browser::at(&node).await;
    let page = history(&mut ana, "garden").await;
    let shown: Vec<_> = page.messages.iter().map(|one| (one.author.name.as_str(), one.message.as_str())).collect();
    assert_eq!(shown, [("Nameless", CLEAN), ("Eve", "plain")]);
    let html = ana.get("/rooms/garden").await.text().await.unwrap();
    assert!(!html.contains(['\0', '\u{200B}', '\u{202E}', '\u{3164}']) && !html.contains("\\u0000"), "{html}");
    let mut ben = Visitor::at(&node).await;
    let joined = ben.join("garden", Some(Position { epoch: page.position.epoch, offset: 0 })).await;
    assert_eq!(joined.messages, page.messages, "who comes back is told the same");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_hides_in_a_name() {
    let node = TestNode::embedded(&["--rate-limit", "off"]).await;
    let mut ana = Browser::at(&node).await;
    let renamed = ana.ask("rename", &[("name", " A\u{200B}na\0 \u{202E}B ")]).await.text().await.unwrap();
    assert_eq!(wire::decode::<Member>(&renamed).unwrap().name.as_str(), "Ana B");
    for nothing in ["\u{3164}", "\0", "\u{2800}\u{200B}"] {
        let refused = ana.ask("rename", &[("name", nothing)]).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{nothing:?}");
        assert!(refused.text().await.unwrap().contains("Type a name that others will see."));
    }
    let (_teacher, hosting) = Pupil::teacher(&node, quiz(vec![choice("Which?", 60)])).await;
    let mut pupil = Pupil::at(&node).await;
    let refusal = pupil.try_join(&hosting.pin, Some("\u{3164}\u{AD}")).await.unwrap_err();
    assert_eq!((refusal.code, refusal.message.as_str()), (ErrorCode::BadNickname, "Choose a nickname."));
    assert_eq!(pupil.join(&hosting.pin, "A\u{2066}d\0a").await.you.name.as_str(), "Ada");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_title_is_as_long_as_the_form_says_whatever_was_kept() {
    let node = TestNode::embedded(&["--rate-limit", "off"]).await;
    let mut ana = Browser::at(&node).await;
    for title in ["x ".repeat(30_000), format!("x{}", "\u{200B}".repeat(60_000)), "W".repeat(limits::TITLE_CHARS + 1)] {
        let refused = ana.ask("open-room", &[("title", &title), ("listed", "true")]).await;
        assert!(refused.status().is_client_error(), "{} bytes", title.len());
    }
    let opened = ana.ask("open-room", &[("title", "Cafe\u{301}\u{200B}\tat  noon"), ("listed", "true")]).await;
    assert_eq!(wire::decode(&opened.text().await.unwrap()), RoomId::parse("café-at-noon").ok());
    let endless = "é\0 ".repeat(20_000);
    let directory = &node.node().directory;
    directory.open(&RoomId::parse("old").unwrap(), &endless, Listing::Listed).await.unwrap();
    let titles = crate::polling::poll_until(crate::polling::PATIENCE, async || {
        let rooms = directory.list().await.unwrap();
        (rooms.len() == 2).then(|| rooms.iter().map(|room: &RoomSummary| room.title.clone()).collect::<Vec<_>>())
    });
    let mut titles = titles.await.unwrap();
    titles.sort_by_key(String::len);
    assert_eq!(titles[0], "Café at noon");
    assert_eq!(titles[1], format!("{}é é", "é ".repeat(limits::TITLE_CHARS / 2 - 2)).trim_end());
    assert!(ana.get("/").await.text().await.unwrap().len() < 100_000);
    assert!(!ana.get("/rooms/old").await.text().await.unwrap().contains('\0'));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_hides_in_a_quiz() {
    let node = TestNode::embedded(&["--rate-limit", "off"]).await;
    let mut ana = Browser::at(&node).await;
    let odd = Quiz { title: ODD.into(), ..quiz(vec![choice(ODD, 60)]) };
    let saved = ana.save("", "0", &odd).await.text().await.unwrap();
    let saved: SavedQuiz = wire::decode(&saved).unwrap_or_else(|| panic!("{saved}"));
    let kept = node.node().library.store.load(&saved.id, None).await.unwrap().unwrap().stored.quiz;
    assert_eq!((kept.title.as_str(), kept.questions[0].text.as_str()), (&*CLEAN.replace('\n', " "), CLEAN));
    // As a file that is brought along, and as it was kept before.
    let imported = ana.post("/api/import-quiz", wire::encode(&odd)).await.text().await.unwrap();
    let imported: SavedQuiz = wire::decode(&imported).unwrap_or_else(|| panic!("{imported}"));
    let kept = node.node().library.store.load(&imported.id, None).await.unwrap().unwrap().stored.quiz;
    assert_eq!(kept.questions[0].text, CLEAN);
    let (_teacher, hosting) = Pupil::teacher(&node, odd).await;
    assert_eq!(hosting.game.title, CLEAN.replace('\n', " "));
    node.stop().await;
}
