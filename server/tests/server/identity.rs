//! Identity: a room is one, however its name is written; a person is one in all
//! their tabs; and two people are not taken for one.

use protocol::{ErrorCode, Joined, Member, Namesake, RoomId, ServerMessage, wire};
use reqwest::{Client, StatusCode, redirect};

use crate::browser::{Browser, percent};
use crate::class::{Pupil, choice, everywhere, quiz};
use crate::node::TestNode;
use crate::visitor::Visitor;

/// The redirect of an address.
async fn leads_to(node: &TestNode, path: &str) -> (StatusCode, String) {
    let client = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
    let answer = client.get(node.url(path)).send().await.unwrap();
    let location = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
    (answer.status(), location.unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_has_one_address() {
    let node = TestNode::embedded(&["--rate-limit", "off"]).await;
    let mut ana = Browser::at(&node).await;
    for (title, own) in [("Staff Room", "/rooms/staff-room"), ("Café", "/rooms/caf%C3%A9")] {
        let opened = ana.ask("open-room", &[("title", title)]).await.text().await.unwrap();
        assert_eq!(wire::decode::<RoomId>(&opened).unwrap().path(), own);
        assert_eq!(leads_to(&node, own).await, (StatusCode::OK, String::new()));
    }
    for (written, own) in [
        ("Staff Room", "/rooms/staff-room"),
        ("STAFF ROOM", "/rooms/staff-room"),
        ("staff\u{A0}room", "/rooms/staff-room"),
        ("Cafe\u{301}", "/rooms/caf%C3%A9"),
        ("CAFÉ", "/rooms/caf%C3%A9"),
    ] {
        let redirect = (StatusCode::PERMANENT_REDIRECT, own.to_owned());
        assert_eq!(leads_to(&node, &format!("/rooms/{}", percent(written))).await, redirect, "{written}");
        let page = ana.get(&format!("/?roomId={}", percent(written))).await;
        assert_eq!(page.url().path(), own, "{written}");
        let preview = ana.ask("preview", &[("room", written)]).await.text().await.unwrap();
        assert!(preview.contains("\"title\":\"Staff Room\"") || preview.contains("\"title\":\"Café\""), "{preview}");
    }
    assert_eq!(leads_to(&node, "/rooms/x/").await, (StatusCode::PERMANENT_REDIRECT, "/rooms/x".into()));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_room_has_no_page_and_cannot_be_joined() {
    let node = TestNode::embedded(&["--rate-limit", "off"]).await;
    for path in ["/rooms/%ff", "/rooms/%E3%85%A4", "/rooms/", "/rooms/...", "/rooms/a/b"] {
        let (status, _) = leads_to(&node, path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        let page = Browser::at(&node).await.get(path).await.text().await.unwrap();
        assert!(page.contains("There is no page here") && !page.contains("composer"), "{path}");
    }
    let mut eve = Visitor::at(&node).await;
    for room in [".", "..", "\\u3164", "/"] {
        eve.send_text(&format!(r#"{{"type":"join","payload":{{"roomId":"{room}"}}}}"#)).await;
        assert_eq!(eve.is_refused().await.code, ErrorCode::Invalid, "{room}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_knows_only_join_and_message_talks_in_the_room_that_was_meant() {
    let node = TestNode::embedded(&[]).await;
    let mut ana = Visitor::in_room(&node, "staff-room").await;
    let mut ben = Visitor::at(&node).await;
    ben.send_text(r#"{"type":"join","payload":{"roomId":"Staff Room"}}"#).await;
    let joined: Joined = ben
        .until(|frame| match frame {
            ServerMessage::Joined(joined) => Some(joined),
            _ => None,
        })
        .await;
    assert_eq!(joined.room_id.as_str(), "staff-room", "the room's own id");
    for frame in [
        r#"{"type":"message","payload":{"message":"hello"}}"#,
        r#"{"type":"message","payload":{"roomId":"STAFF  ROOM","message":"hello"}}"#,
    ] {
        ben.send_text(frame).await;
        assert_eq!(ana.hears().await.message, "hello", "{frame}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_tabs_of_a_person_speak_under_the_new_name() {
    everywhere(async |one, two| {
        let mut tab = Browser::at(one).await;
        let cookie = tab.cookie();
        let headers = [("cookie", cookie.as_str())];
        let mut other_tab = Visitor::with(two, &headers).await.unwrap();
        other_tab.join("garden", None).await;
        let mut ben = Visitor::in_room(one, "garden").await;
        // Each in its own room, so that no list of people tells of it.
        let renamed = tab.ask("rename", &[("name", "Amara")]).await.text().await.unwrap();
        let amara: Member = wire::decode(&renamed).unwrap_or_else(|| panic!("{renamed}"));
        ben.sees(|presence| presence.joined.contains(&amara)).await;
        assert_eq!(other_tab.say("m1", "it is still me").await.author, amara);
        assert_eq!(other_tab.join("kitchen", None).await.you, amara);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_second_under_a_name_is_told() {
    everywhere(async |one, two| {
        let mut cookies = Vec::new();
        for name in ["Ana", "Аna", "Ben"] {
            let mut browser = Browser::at(one).await;
            browser.ask("rename", &[("name", name)]).await;
            cookies.push(browser.cookie());
        }
        let come = async |node, cookie: &str| Visitor::with(node, &[("cookie", cookie)]).await.unwrap();
        let mut first = come(one, &cookies[0]).await;
        let ana = first.join("porch", None).await.you;
        let mut ben = come(two, &cookies[2]).await;
        ben.join("porch", None).await;
        let mut second = come(two, &cookies[1]).await;
        second.join("porch", None).await;
        let namesake = second.until(|frame| match frame {
            ServerMessage::Namesake(namesake) => Some(namesake),
            _ => None,
        });
        let namesake = namesake.await;
        assert_eq!((namesake.member, namesake.free_name.as_str()), (ana, "Аna 2"));
        // Another tab of hers is no other person, and nobody else was told.
        let mut tab = come(one, &cookies[0]).await;
        tab.join("porch", None).await;
        for visitor in [&mut tab, &mut ben, &mut first] {
            let is_told = |frame| match frame {
                ServerMessage::Namesake(_) => Some(true),
                ServerMessage::Message(_) => Some(false),
                _ => None,
            };
            visitor.send_text(r#"{"type":"message","payload":{"message":"hello"}}"#).await;
            assert!(!visitor.until(is_told).await);
        }
    })
    .await;
}

/// The next namesake that somebody is told of.
async fn told_of(visitor: &mut Visitor) -> Namesake {
    let namesake = |frame| match frame {
        ServerMessage::Namesake(namesake) => Some(namesake),
        _ => None,
    };
    visitor.until(namesake).await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_takes_the_name_of_somebody_in_their_room_is_told_in_all_tabs() {
    everywhere(async |one, two| {
        let (mut anas, mut bens) = (Browser::at(one).await, Browser::at(one).await);
        anas.ask("rename", &[("name", "Ana")]).await;
        bens.ask("rename", &[("name", "Ben")]).await;
        let come = async |node, cookie: &str| Visitor::with(node, &[("cookie", cookie)]).await.unwrap();
        let mut ana = come(one, &anas.cookie()).await;
        let you = ana.join("attic", None).await.you;
        let (mut ben, mut tab) = (come(two, &bens.cookie()).await, come(one, &bens.cookie()).await);
        ben.join("attic", None).await;
        tab.join("attic", None).await;
        ana.sees(|presence| presence.joined.iter().any(|member| member.name.as_str() == "Ben")).await;
        bens.ask("rename", &[("name", "аna")]).await;
        for visitor in [&mut ben, &mut tab] {
            let told = told_of(visitor).await;
            assert_eq!((told.room_id.as_str(), &told.member), ("attic", &you));
            assert_eq!(told.free_name.as_str(), "аna 2");
        }
        // So is whoever comes back to the room before anybody has noticed that they were gone, once.
        let mut back = come(two, &bens.cookie()).await;
        back.join("attic", None).await;
        assert_eq!(told_of(&mut back).await.member, you);
        // And the one who had the name gets messages only.
        ana.send_text(r#"{"type":"message","payload":{"message":"hello"}}"#).await;
        let is_told = |frame| match frame {
            ServerMessage::Namesake(_) => Some(true),
            ServerMessage::Message(_) => Some(false),
            _ => None,
        };
        assert!(!ana.until(is_told).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_pages_tell_whom_one_could_be_taken_for() {
    let node = TestNode::embedded(&["--rate-limit", "off"]).await;
    let (mut anas, mut bens) = (Browser::at(&node).await, Browser::at(&node).await);
    anas.ask("rename", &[("name", "Ana")]).await;
    let mut ana = Visitor::with(&node, &[("cookie", &anas.cookie())]).await.unwrap();
    ana.join("garden", None).await;
    let tells = |page: &str| page.contains("There is another ") && page.contains(">Ana 2<");
    bens.ask("rename", &[("name", "Ben")]).await;
    for path in ["/rooms/garden", "/rooms/garden?name"] {
        assert!(!tells(&bens.get(path).await.text().await.unwrap()), "Ben is no double: {path}");
    }
    bens.ask("rename", &[("name", "Ana")]).await;
    for path in ["/rooms/garden", "/rooms/garden?name"] {
        let page = bens.get(path).await.text().await.unwrap();
        assert!(tells(&page), "{path}: {page}");
    }
    assert!(!tells(&bens.get("/rooms/kitchen").await.text().await.unwrap()), "nobody is there");
    assert!(!tells(&anas.get("/rooms/garden").await.text().await.unwrap()), "Ana was there first");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_player_who_comes_again_has_the_name_they_want_now() {
    everywhere(async |one, two| {
        let (mut teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("Which?", 60)])).await;
        let (mut ada, joined) = Pupil::player(one, &hosting.pin, "Ada").await;
        let (_ben, _) = Pupil::player(two, &hosting.pin, "Ben").await;
        ada.send(&protocol::game::GameClientMessage::Leave).await;
        let again = ada.join(&hosting.pin, "Adele").await;
        assert_eq!((&again.you.id, again.you.name.as_str()), (&joined.you.id, "Adele"));
        teacher.sees_players(|players| players.players.iter().any(|player| player.name.as_str() == "Adele")).await;
        // From another tab, without a name.
        let mut tab = Pupil::with(two, &ada.cookie).await;
        assert_eq!(tab.try_join(&hosting.pin, None).await.unwrap().you.name.as_str(), "Adele");
        let refusal = tab.try_join(&hosting.pin, Some("BEN")).await.unwrap_err();
        assert_eq!(refusal.code, ErrorCode::NicknameTaken, "{}", refusal.message);
        let (_cem, _) = Pupil::player(two, &hosting.pin, "Ada").await;
        assert_eq!(tab.join(&hosting.pin, "adele").await.you.name.as_str(), "adele", "she has that name herself");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_first_question_a_player_can_ask_for_another_name() {
    let node = TestNode::embedded(&["--rate-limit", "off"]).await;
    let (mut teacher, hosting) = Pupil::teacher(&node, quiz(vec![choice("Which?", 60)])).await;
    let mut ada = Browser::at(&node).await;
    Pupil::with(&node, &ada.cookie()).await.join(&hosting.pin, "Ada").await;
    let pages = [format!("/play/{}", hosting.pin), format!("/play/{}?name", hosting.pin)];
    let door = "id=\"nickname\"";
    let page = ada.get(&pages[0]).await.text().await.unwrap();
    assert!(page.contains("href=\"?name\"") && !page.contains(door), "{page}");
    assert!(ada.get(&pages[1]).await.text().await.unwrap().contains(door));
    teacher.step(protocol::game::GameClientMessage::Start).await;
    teacher.sees(protocol::game::Phase::Open).await;
    assert!(!ada.get(&pages[1]).await.text().await.unwrap().contains(door), "whoever loads the page again plays on");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_followed_a_link_gives_the_name_where_they_landed() {
    let node = TestNode::embedded(&["--rate-limit", "off"]).await;
    let mut ana = Browser::at(&node).await;
    let room = ana.get("/rooms/garden").await.text().await.unwrap();
    assert!(room.contains("href=\"?name\""), "{room}");
    let page = ana.get("/rooms/garden?name").await.text().await.unwrap();
    assert!(page.contains("action=\"/api/rename\"") && page.contains("href=\"/rooms/garden\""), "{page}");
    let form = ana.form("rename", &[("name", "Amara")]).header("accept", "text/html");
    let form = form.header("origin", node.url("")).header("referer", node.url("/rooms/garden?name"));
    let back = ana.send(form).await;
    assert_eq!(back.url().path(), "/rooms/garden");
    ana.ask("rename", &[("name", "Amara")]).await;
    assert!(ana.get("/rooms/garden?name").await.text().await.unwrap().contains("value=\"Amara\""));
    node.stop().await;
}
