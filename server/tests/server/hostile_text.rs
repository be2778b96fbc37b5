//! What people write is text on every page, whatever they write.

use protocol::game::GameClientMessage as Say;
use protocol::game::frame::Open;
use protocol::game::{Answer, Phase};
use protocol::quiz::{Choice, Quiz, SavedQuiz};
use protocol::{Pin, ResultsId, limits, wire};
use reqwest::StatusCode;

use crate::browser::{Browser, percent};
use crate::class::{Pupil, choice};
use crate::markup::{Tag, tags};
use crate::node::TestNode;

/// Each would become markup where one field of one page is not escaped.
const HOSTILE: [&str; 11] = [
    "</title><meta http-equiv=refresh content=0;url=//evil>",
    "\"><script>evil()</script>",
    "'><script>evil()</script>",
    "--><svg onload=evil()>",
    "]]><img src=x onerror=evil()>",
    "</script><iframe src=//evil>",
    "</textarea><base href=//evil>",
    "<!--HEAD--></head><base href=//evil>",
    "<b onclick=evil()>",
    "\"onfocus=evil() autofocus=\"",
    "a\u{2028}evil()//&lt;b&gt;",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_room_shows_what_people_wrote_as_text() {
    let node = TestNode::embedded(&["--rate-limit", "off"]).await;
    for text in HOSTILE {
        let mut eve = Browser::at(&node).await;
        eve.ask("rename", &[("name", &short(text, limits::NAME_CHARS))]).await;
        let title = short(text, limits::TITLE_CHARS);
        let room = eve.ask("open-room", &[("title", &title)]).await;
        if room.status() == StatusCode::UNPROCESSABLE_ENTITY {
            assert!(text.contains('\u{2028}'), "{text} can be a title");
            continue;
        }
        let room: protocol::RoomId = wire::decode(&room.text().await.unwrap()).unwrap();
        eve.ask("say", &[("room", room.as_str()), ("id", "m1"), ("message", text)]).await;
        let mut ana = Browser::at(&node).await;
        let page = is_harmless(&mut ana, &room.path()).await;
        assert!(page.contains("evil"), "the text is there");
        is_harmless(&mut eve, "/").await;
        // Rooms without a title are called by their ids.
        is_harmless(&mut ana, &format!("/rooms/{}", percent(&text.replace('/', "")))).await;
        is_harmless(&mut ana, &format!("/?roomId={}", percent(text))).await;
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quiz_and_its_game_show_what_people_wrote_as_text() {
    let node = TestNode::embedded(&["--rate-limit", "off"]).await;
    for text in HOSTILE {
        let mut eve = Browser::at(&node).await;
        eve.ask("rename", &[("name", &short(text, limits::NAME_CHARS))]).await;
        let saved = eve.save("", "0", &quiz(text)).await.text().await.unwrap();
        let id = wire::decode::<SavedQuiz>(&saved).unwrap_or_else(|| panic!("{text}: {saved}")).id;
        for page in ["/quizzes".into(), format!("/quizzes?delete={id}")] {
            is_harmless(&mut eve, &page).await;
        }
        for page in ["", "/versions"] {
            assert!(is_harmless(&mut eve, &format!("/quizzes/{id}{page}")).await.contains("evil"));
        }
        let begun = eve.ask("host-game", &[("quiz", id.as_str())]).await.text().await.unwrap();
        let pin: Pin = wire::decode(&begun).unwrap_or_else(|| panic!("{text}: {begun}"));
        let mut mallory = Browser::at(&node).await;
        assert!(is_harmless(&mut mallory, &format!("/play/{pin}")).await.contains("evil"));
        let mut player = Pupil::with(&node, &mallory.cookie()).await;
        // Not every nickname is one.
        let _ = player.try_join(&pin, Some(&short(text, limits::NICKNAME_CHARS))).await;
        let mut host = Pupil::with(&node, &eve.cookie()).await;
        host.open(Open { pin: pin.clone(), token: None, code: None }).await.unwrap();
        host.step(Say::Start).await;
        host.sees(Phase::Open).await;
        is_harmless(&mut mallory, &format!("/play/{pin}")).await;
        assert!(is_harmless(&mut eve, &format!("/host/{pin}")).await.contains("evil"));
        player
            .send(&Say::Answer(protocol::game::frame::SubmittedAnswer {
                question: 0,
                answer: Answer::Choice(0),
                round: None,
            }))
            .await;
        host.step(Say::End).await;
        host.sees(Phase::Podium).await;
        is_harmless(&mut mallory, &format!("/play/{pin}")).await;
        is_harmless(&mut eve, &format!("/host/{pin}")).await;
        let results = eve.ask("game-results", &[("pin", pin.as_str())]).await.text().await.unwrap();
        if let Some(results) = wire::decode::<ResultsId>(&results) {
            is_harmless(&mut eve, "/results").await;
            assert!(is_harmless(&mut eve, &format!("/results/{results}")).await.contains("evil"));
            is_harmless(&mut eve, &format!("/results/{results}?delete=1")).await;
        }
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_no_way_into_a_page() {
    let node = TestNode::embedded(&["--rate-limit", "off"]).await;
    let mut ana = Browser::at(&node).await;
    for text in HOSTILE {
        let text = percent(text);
        for page in ["/{}", "/host/{}", "/host?pin={}", "/play/{}", "/quizzes/{}", "/results/{}", "/quizzes?delete={}"]
        {
            is_harmless(&mut ana, &page.replace("{}", &text)).await;
        }
        ana.cookies.insert("theme".into(), text);
        is_harmless(&mut ana, "/").await;
    }
    node.stop().await;
}

/// A quiz in which the text stands everywhere.
fn quiz(text: &str) -> Quiz {
    let mut question = choice(&short(text, limits::QUESTION_CHARS), 60);
    question.options.push(Choice { text: short(text, limits::OPTION_CHARS), right: false });
    question.explanation = short(text, limits::EXPLANATION_CHARS);
    Quiz { title: short(text, limits::TITLE_CHARS), questions: vec![question], ..Quiz::default() }
}

fn short(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// Gets a page, and reads in it nothing that the program did not write.
async fn is_harmless(browser: &mut Browser<'_>, path: &str) -> String {
    let page = browser.get(path).await.text().await.unwrap();
    for tag in tags(&page) {
        assert!(!is_evil(&tag), "{path} has {tag:?}");
    }
    page
}

fn is_evil(tag: &Tag) -> bool {
    let attribute = |wanted: &str| tag.attributes.iter().any(|(name, _)| name == wanted);
    let is_code = tag.name == "script" && !tag.attributes.contains(&("type".into(), "application/json".into()));
    matches!(tag.name.as_str(), "iframe" | "base")
        || tag.attributes.iter().any(|(name, _)| name.starts_with("on"))
        || attribute("http-equiv")
        || attribute("autofocus") && !is_cancel(tag)
        || is_code && tag.raw.contains("evil")
        || tag.raw.contains('<') && tag.name != "script"
}

/// Where something is about to be deleted, "Cancel" has the focus, and nothing else that could take it.
fn is_cancel(tag: &Tag) -> bool {
    let names: Vec<_> = tag.attributes.iter().map(|(name, _)| name.as_str()).collect();
    tag.name == "a" && names == ["class", "href", "rel", "autofocus"]
}
