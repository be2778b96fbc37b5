//! A room without scripts: its form posts the text, or shows it again with the error.

use protocol::text::grouped;
use protocol::wire;
use protocol::{HistoryPage, limits};
use reqwest::StatusCode;

use crate::browser::Browser;
use crate::class::everywhere;
use crate::node::TestNode;
use crate::visitor::Visitor;

async fn posted(browser: &mut Browser<'_>, room: &str) -> Vec<String> {
    let page = browser.ask("history", &[("room", room)]).await.text().await.unwrap();
    let page: HistoryPage = wire::decode(&page).unwrap_or_else(|| panic!("{page}"));
    page.messages.into_iter().map(|message| message.message).collect()
}

/// The content of the form's text field, as markup.
fn written(page: &str) -> &str {
    let field = page.split("<textarea").nth(1).unwrap_or_else(|| panic!("no place to write: {page}"));
    field.split_once('>').unwrap().1.split("</textarea>").next().unwrap()
}

/// The id that the form of a page would send.
fn next_id(page: &str) -> &str {
    let field = page.split("name=\"id\"").nth(1).unwrap();
    field.split("value=\"").nth(1).unwrap().split('"').next().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn going_back_and_writing_something_else_loses_nothing() {
    everywhere(async |one, _| {
        let mut ana = Browser::at(one).await;
        let form = ana.get("/rooms/garden").await.text().await.unwrap();
        assert_eq!(written(&form), "");
        let id = next_id(&form).to_owned();
        for text in ["one", "two", "three"] {
            // Each is sent by the same form, the button pressed twice.
            for _ in 0..2 {
                let answer = ana.says_by_form("garden", &id, text).await;
                assert_eq!(
                    (answer.status(), answer.url().as_str()),
                    (StatusCode::OK, one.url("/rooms/garden").as_str())
                );
                assert_eq!(written(&answer.text().await.unwrap()), "");
            }
        }
        assert_eq!(posted(&mut ana, "garden").await, ["one", "two", "three"]);
        // By the address that programs call it is the same.
        ana.ask("say", &[("room", "garden"), ("id", &id), ("message", "four")]).await;
        assert_eq!(posted(&mut ana, "garden").await, ["one", "two", "three", "four"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_is_too_long_is_there_again() {
    let node = TestNode::embedded(&[]).await;
    let mut ana = Browser::at(&node).await;
    let hostile = "</textarea><script>alert(1)</script>&lt;";
    for (letter, times) in [("a", limits::MESSAGE_CHARS + 1), ("語", 9_000), (hostile, 1_000)] {
        let text = letter.repeat(times);
        let answer = ana.says_by_form("garden", "f1", &text).await;
        assert_eq!(answer.url().as_str(), node.url("/rooms/garden"), "the address is the room's");
        let page = answer.text().await.unwrap();
        let count = grouped(text.chars().count() as u64);
        let sentence = format!("That is {count} characters; 4,000 fit. Shorten it or send it in parts.");
        assert!(page.contains(&sentence), "{sentence}");
        assert_eq!(written(&page).replace("&lt;", "<").replace("&amp;", "&"), text, "{letter}");
        assert!(!page.contains("<script>alert(1)"), "it is text");
        assert_eq!(next_id(&page), "f1");
    }
    assert!(posted(&mut ana, "garden").await.is_empty());
    let answer = ana.says_by_form("garden", "f1", "shorter").await;
    assert_eq!(answer.url().as_str(), node.url("/rooms/garden"));
    assert_eq!(posted(&mut ana, "garden").await, ["shorter"]);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_refused_is_there_again_and_a_second_load_says_nothing_of_it() {
    let node = TestNode::embedded(&["--rate-limit", "2/1"]).await;
    let mut ana = Browser::at(&node).await;
    ana.says_by_form("garden", "f1", "one").await;
    ana.says_by_form("garden", "f2", "two").await;
    let page = ana.says_by_form("garden", "f3", "three, in \"a hurry\"").await.text().await.unwrap();
    assert!(page.contains("That was a little fast."), "{page}");
    assert_eq!(written(&page), "three, in \"a hurry\"");
    assert_eq!(next_id(&page), "f3", "it may have come through");
    let page = ana.get("/rooms/garden").await.text().await.unwrap();
    assert!(!page.contains("That was a little fast.") && written(&page).is_empty());
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_of_a_room_works_beside_its_sockets() {
    everywhere(async |one, two| {
        let mut ben = Visitor::in_room(two, "garden").await;
        let mut ana = Browser::at(one).await;
        ana.says_by_form("garden", "f1", "by the form").await;
        assert_eq!(ben.hears().await.message, "by the form");
        ben.say("b1", "by the socket").await;
        let page = ana.get("/rooms/garden").await.text().await.unwrap();
        assert!(page.contains("by the socket"), "a reload shows it");
    })
    .await;
}
