//! Calls that read, over HTTP.

use protocol::limits::MEMBERS_PER_FRAME;
use protocol::{HistoryPage, Member, MembersPage, RoomPreview, RoomSummary, wire};
use reqwest::{Client, Response, StatusCode};

use crate::node::TestNode;
use crate::postgres_server::PostgresServer;
use crate::redis_server::RedisServer;
use crate::visitor::Visitor;

/// A POST of a form, as a program or a page without wasm sends it.
async fn post(node: &TestNode, path: &str, form: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = Client::new().post(node.url(path)).header("content-type", "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(form.to_owned()).send().await.unwrap()
}

async fn ask<T: for<'a> serde::Deserialize<'a>>(node: &TestNode, path: &str, form: &str) -> T {
    let answer = post(node, path, form, &[]).await.text().await.unwrap();
    wire::decode(&answer).unwrap_or_else(|| panic!("{path} answered {answer}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_the_socket_join_without_hole_or_repeat() {
    let node = TestNode::embedded(&["--rate-limit", "off"]).await;
    let mut ana = Visitor::in_room(&node, "garden").await;
    for number in 1..=120 {
        ana.say(&format!("m{number}"), "words").await;
    }
    let mut read = Vec::new();
    let mut page: HistoryPage = ask(&node, "/api/history", "room=garden").await;
    let position = page.position.clone();
    loop {
        let offsets: Vec<_> = page.messages.iter().map(|message| message.offset).collect();
        read.splice(0..0, offsets);
        if !page.more {
            break;
        }
        page = ask(&node, "/api/history", &format!("room=garden&before={}", read[0])).await;
    }
    assert_eq!(read, (1..=120).collect::<Vec<_>>());

    ana.say("later", "after the page was read").await;
    let joined = Visitor::at(&node).await.join("garden", Some(position)).await;
    assert!(joined.recovered);
    assert_eq!(joined.messages.iter().map(|message| message.offset).collect::<Vec<_>>(), [121]);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rooms_are_listed_with_who_is_there_on_all_nodes() {
    let (redis, postgres) = (RedisServer::start(), PostgresServer::shared());
    let database = postgres.database().await;
    let one = TestNode::in_cluster(&redis, &database, &[]).await;
    let two = TestNode::in_cluster(&redis, &database, &[]).await;
    let form = "title=Riverside%20Garden&listed=true";
    let opened = post(&one, "/api/open-room", form, &[("accept", "text/html")]).await;
    assert_eq!(opened.url().path(), "/rooms/riverside-garden", "a plain form leads into the room");

    let mut ana = Visitor::in_room(&one, "riverside-garden").await;
    let _ben = Visitor::in_room(&two, "riverside-garden").await;
    ana.say("m", "Who can water on Thursday?").await;

    let preview: RoomPreview = ask(&two, "/api/preview", "room=riverside-garden").await;
    assert_eq!((preview.title.as_str(), preview.member_count), ("Riverside Garden", 2));
    let rooms: Vec<RoomSummary> = ask(&two, "/api/rooms", "").await;
    let garden = rooms.iter().find(|room| room.title == "Riverside Garden").unwrap();
    assert_eq!((garden.member_count, garden.members.len()), (2, 2));
    one.stop().await;
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_people_of_a_large_room_are_read_page_by_page_without_entering_it() {
    let redis = RedisServer::start();
    let flags = ["--rate-limit", "off", "--connections-per-address", "0"];
    let one = TestNode::with_redis(&redis.url(), &flags).await;
    let two = TestNode::with_redis(&redis.url(), &flags).await;
    let mut crowd = Vec::new();
    for _ in 0..125 {
        crowd.push(Visitor::in_room(&one, "garden").await);
    }
    // Known to the first node from its own people, to the second from Redis alone.
    let mut lists = Vec::new();
    for node in [&one, &two] {
        let first: MembersPage = ask(node, "/api/members", "room=garden").await;
        assert_eq!((first.members.len(), first.member_count), (MEMBERS_PER_FRAME, 125));
        let after = first.next.unwrap();
        let last: MembersPage = ask(node, "/api/members", &format!("room=garden&after={after}")).await;
        assert_eq!((last.members.len(), last.next), (25, None));
        let preview: RoomPreview = ask(node, "/api/preview", "room=garden").await;
        assert_eq!(preview.members, first.members, "the page of the room begins with the same people");
        lists.push([first.members, last.members].concat());
    }
    assert_eq!(lists[0], lists[1]);
    assert!(lists[0].is_sorted_by(|one, other| one.id < other.id));
    one.stop().await;
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_one_person_with_a_name_to_change() {
    let node = TestNode::embedded(&["--require-session"]).await;
    assert!(Visitor::with(&node, &[]).await.is_err(), "no session, no socket");

    let first = post(&node, "/api/viewer", "", &[]).await;
    let cookie = first.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let guest: Member = wire::decode(&first.text().await.unwrap()).unwrap();

    let renamed = post(&node, "/api/rename", "name=N%C3%B6%C3%B6r", &[("cookie", &cookie)]).await;
    let cookie = renamed.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let mut visitor = Visitor::with(&node, &[("cookie", &cookie)]).await.unwrap();
    let you = visitor.join("room1", None).await.you;
    assert_eq!((you.id, you.name.as_str()), (guest.id, "Nöör"));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_meant_is_said_to_be_the_askers_mistake() {
    let node = TestNode::embedded(&[]).await;
    let asked =
        [("/api/history", "room="), ("/api/members", ""), ("/api/preview", "room=.."), ("/api/rename", "name=")];
    for (path, form) in asked {
        assert_eq!(post(&node, path, form, &[]).await.status(), StatusCode::UNPROCESSABLE_ENTITY, "{path} {form}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_sites_change_nothing() {
    let node = TestNode::embedded(&[]).await;
    for header in [("origin", "http://evil.example"), ("sec-fetch-site", "cross-site"), ("origin", "null")] {
        let answer = post(&node, "/api/open-room", "title=Stolen&listed=true", &[header]).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{header:?}");
    }
    assert_eq!(ask::<Vec<RoomSummary>>(&node, "/api/rooms", "").await, []);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_tells_the_browser_to_be_careful() {
    let node = TestNode::embedded(&[]).await;
    for path in ["/", "/rooms/room1", "/healthz", "/no/such/page"] {
        let answer = reqwest::get(node.url(path)).await.unwrap();
        let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(header("x-content-type-options").as_deref(), Some("nosniff"), "{path}");
        assert_eq!(header("referrer-policy").as_deref(), Some("same-origin"), "{path}");
        assert_eq!(header("cross-origin-opener-policy").as_deref(), Some("same-origin"), "{path}");
        let policy = header("content-security-policy").unwrap();
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{path}: {policy}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_follows_redis_and_figures_are_shown() {
    let redis = RedisServer::start();
    let node = TestNode::with_redis(&redis.url(), &[]).await;
    let status = async |path: &str| reqwest::get(node.url(path)).await.unwrap().status();
    let becomes = async |wanted: StatusCode| while status("/readyz").await != wanted {};
    becomes(StatusCode::OK).await;
    redis.stop();
    becomes(StatusCode::SERVICE_UNAVAILABLE).await;
    assert_eq!(status("/healthz").await, StatusCode::OK);
    assert!(redis.start_again());
    becomes(StatusCode::OK).await;

    let mut ana = Visitor::in_room(&node, "room1").await;
    ana.say("m", "counted").await;
    let figures = node.figures().await;
    for name in [
        "hubbub_connections ",
        "hubbub_rooms ",
        "hubbub_publications_in_total ",
        "hubbub_publications_out_total ",
        "hubbub_publish_to_deliver_seconds_bucket",
    ] {
        assert!(figures.contains(name), "{name} in\n{figures}");
    }
    node.stop().await;
}
