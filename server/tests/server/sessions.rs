//! The life of sessions: renewed by visits, ended by time, by another key, by the operator
//! and by signing out.

use std::time::{SystemTime, UNIX_EPOCH};

use protocol::{CloseCode, Member, SessionToken, wire};
use reqwest::{Client, Response};
use server::session::guest;

use crate::node::TestNode;
use crate::redis_server::RedisServer;
use crate::visitor::Visitor;

const KEY: &str = "the key of today, long enough for it";
const OLD: &str = "the key of before, just as long as it";
const DAY: u64 = 24 * 60 * 60;

/// A request with this `Cookie` header, byte by byte.
async fn ask(node: &TestNode, path: &str, cookie: &[u8]) -> Response {
    let request = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap().post(node.url(path));
    request.header("cookie", cookie).header("accept", "text/html").send().await.unwrap()
}

/// The member that the node sees in a cookie, and the cookie that it sends.
async fn viewer(node: &TestNode, cookie: &str) -> (Member, Option<String>) {
    let answer = ask(node, "/api/viewer", cookie.as_bytes()).await;
    let set = cookie_of(&answer);
    (wire::decode(&answer.text().await.unwrap()).unwrap(), set)
}

fn cookie_of(answer: &Response) -> Option<String> {
    let cookie = answer.headers().get("set-cookie")?.to_str().unwrap();
    Some(cookie.split(';').next().unwrap().to_owned())
}

/// The cookie of somebody who was here so many days ago.
fn cookie_from(node: &TestNode, member: &Member, days_ago: u64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    format!("hubbub={}", node.node().sessions.token_of(member, now - days_ago * DAY))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_of_another_program_with_any_letters_ends_nobodys_session() {
    let node = TestNode::embedded(&[]).await;
    let (ana, set) = viewer(&node, "").await;
    let cookie = set.unwrap();
    let cookies = [
        format!("city=Köln; {cookie}").into_bytes(),
        [cookie.as_bytes(), b"; city=K\xf6ln"].concat(),
        format!("hubbub=of-another-path; {cookie}").into_bytes(),
        format!("{}{cookie}", "x=y; ".repeat(2_000)).into_bytes(),
    ];
    for cookie in cookies {
        let answer = ask(&node, "/api/viewer", &cookie).await;
        assert_eq!(cookie_of(&answer), None, "{}", String::from_utf8_lossy(&cookie[..60]));
        assert_eq!(wire::decode::<Member>(&answer.text().await.unwrap()).unwrap(), ana);
    }
    let mut socket = Visitor::with_bytes(&node, "cookie", format!("city=Köln; {cookie}").as_bytes()).await;
    assert_eq!(socket.join("garden", None).await.you, ana);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_goes_on_with_every_visit_and_is_over_without() {
    let node = TestNode::embedded(&["--session-days", "30"]).await;
    let ana = guest();
    let (member, set) = viewer(&node, &cookie_from(&node, &ana, 0)).await;
    assert_eq!((&member, set), (&ana, None));
    let (member, set) = viewer(&node, &cookie_from(&node, &ana, 29)).await;
    assert_eq!(member, ana);
    let (member, again) = viewer(&node, &set.unwrap()).await;
    assert_eq!((member, again), (ana.clone(), None), "renewed");
    let (member, set) = viewer(&node, &cookie_from(&node, &ana, 30)).await;
    assert!(member.id != ana.id && set.is_some(), "over");
    // A file is for everybody, so it renews nothing.
    let cookie = cookie_from(&node, &ana, 29);
    let file = Client::new().get(node.url("/robots.txt")).header("cookie", cookie).send().await.unwrap();
    assert_eq!(cookie_of(&file), None);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_key_ends_all_sessions_and_a_rotated_one_none() {
    let before = TestNode::embedded(&["--session-key", OLD]).await;
    let (ana, set) = viewer(&before, "").await;
    let cookie = set.unwrap();
    before.stop().await;

    let changed = TestNode::embedded(&["--session-key", KEY]).await;
    assert_ne!(viewer(&changed, &cookie).await.0.id, ana.id);
    let rotated = TestNode::embedded(&["--session-key", KEY, "--session-key-old", OLD]).await;
    let (member, renewed) = viewer(&rotated, &cookie).await;
    assert_eq!(member, ana);
    assert_eq!(viewer(&changed, &renewed.unwrap()).await, (ana, None), "signed with the new key");
    changed.stop().await;
    rotated.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_ends_all_sessions_that_are_older_than_a_moment() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let moment = (now - DAY).to_string();
    let node = TestNode::embedded(&["--session-not-before", &moment]).await;
    let ana = guest();
    assert_eq!(viewer(&node, &cookie_from(&node, &ana, 0)).await.0, ana);
    assert_ne!(viewer(&node, &cookie_from(&node, &ana, 2)).await.0.id, ana.id);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_out_is_out_on_every_node_with_every_copy_of_the_cookie() {
    let redis = RedisServer::start();
    let [one, two] = [TestNode::with_redis(&redis.url(), &[]).await, TestNode::with_redis(&redis.url(), &[]).await];
    let (ana, set) = viewer(&one, "").await;
    let cookie = set.unwrap();
    let headers = [("cookie", cookie.as_str())];
    let mut sockets = [Visitor::with(&one, &headers).await.unwrap(), Visitor::with(&two, &headers).await.unwrap()];
    for socket in &mut sockets {
        assert_eq!(socket.join("garden", None).await.you, ana);
    }
    let mut ben = Visitor::in_room(&two, "garden").await;

    let answer = ask(&one, "/api/sign-out", cookie.as_bytes()).await;
    assert_eq!((answer.status().as_u16(), &answer.headers()["location"]), (302, &"/".parse().unwrap()));
    assert_eq!(answer.headers()["clear-site-data"], "\"storage\"");
    let set = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(set.starts_with("hubbub=;") && set.contains("Max-Age=0"), "{set}");
    for mut socket in sockets {
        assert_eq!(socket.is_closed().await, CloseCode::SignedOut.number());
    }
    ben.sees(|presence| presence.left.contains(&ana.id)).await;

    // Both nodes know by now, as both have closed the sockets.
    for node in [&one, &two] {
        assert_ne!(viewer(node, &cookie).await.0.id, ana.id);
        let mut stolen = Visitor::with(node, &headers).await.unwrap();
        assert_ne!(stolen.join("garden", None).await.you.id, ana.id);
    }
    let late = TestNode::with_redis(&redis.url(), &[]).await;
    let mut copy = Visitor::with(&late, &headers).await.unwrap();
    // It came before this node had asked, perhaps; then it is closed as soon as it has.
    copy.send_text(r#"{"type":"join","payload":{"roomId":"garden"}}"#).await;
    until_nobody(&late, &cookie, &ana).await;
    for node in [one, two, late] {
        node.stop().await;
    }
}

/// Waits until a node takes nobody for `member` any more.
async fn until_nobody(node: &TestNode, cookie: &str, member: &Member) {
    let gone = async {
        while viewer(node, cookie).await.0.id == member.id {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), gone).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signed_out_stays_out_after_a_restart() {
    let node = TestNode::embedded(&[]).await;
    let (ana, set) = viewer(&node, "").await;
    let cookie = set.unwrap();
    ask(&node, "/api/sign-out", cookie.as_bytes()).await;
    assert_ne!(viewer(&node, &cookie).await.0.id, ana.id);
    let node = node.restarted().await;
    until_nobody(&node, &cookie, &ana).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_without_a_session_keeps_nothing_and_often_is_refused() {
    let node = TestNode::embedded(&[]).await;
    for _ in 0..100 {
        let answer = ask(&node, "/api/sign-out", b"").await;
        assert_eq!(answer.headers()["location"], "/");
    }
    let mut refused = 0;
    for _ in 0..100 {
        let request = Client::new().post(node.url("/api/sign-out")).header("cookie", cookie_from(&node, &guest(), 0));
        refused += usize::from(request.send().await.unwrap().status() == 429);
    }
    assert!(refused > 0, "a hundred from one address");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_without_cookies_comes_back_as_the_same_person_to_any_node() {
    let redis = RedisServer::start();
    let [one, two] = [TestNode::with_redis(&redis.url(), &[]).await, TestNode::with_redis(&redis.url(), &[]).await];
    let mut program = Visitor::at(&one).await;
    let first = program.join("garden", None).await;
    let said = program.say("m1", "hello").await;
    assert_eq!(program.join("kitchen", None).await.session, None, "it is told once");
    program.vanish();

    let mut program = Visitor::at(&two).await;
    let again = program.join_as(first.session.clone(), "garden", Some(first.position)).await;
    assert_eq!((&again.you, again.session), (&first.you, None));
    assert_eq!(again.messages, std::slice::from_ref(&said));
    assert_eq!(program.say("m1", "hello").await, said, "said once");
    let other = program.join_as(Visitor::at(&one).await.join("garden", None).await.session, "kitchen", None).await;
    assert_eq!(other.you, first.you, "who is in a room stays who they are");
    one.stop().await;
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_renewed_when_it_is_old_and_means_nothing_when_it_is_over() {
    let node = TestNode::embedded(&["--session-days", "30"]).await;
    let ana = guest();
    let token = |days_ago| {
        let cookie = cookie_from(&node, &ana, days_ago);
        SessionToken::parse(cookie.strip_prefix("hubbub=").unwrap()).ok()
    };
    let joined = Visitor::at(&node).await.join_as(token(29), "garden", None).await;
    assert_eq!(joined.you, ana);
    let renewed = Visitor::at(&node).await.join_as(joined.session, "garden", None).await;
    assert_eq!((renewed.you, renewed.session), (ana.clone(), None));
    let over = Visitor::at(&node).await.join_as(token(30), "garden", None).await;
    assert!(over.you.id != ana.id && over.session.is_some());

    // A browser's cookie is who somebody is; no token changes that, and none is told to scripts.
    let ben = guest();
    let cookie = cookie_from(&node, &ben, 0);
    let mut browser = Visitor::with(&node, &[("cookie", &cookie)]).await.unwrap();
    let joined = browser.join_as(token(0), "garden", None).await;
    assert_eq!((joined.you, joined.session), (ben, None));

    // Signing out ends the token and whoever uses it.
    let mut program = Visitor::at(&node).await;
    program.join_as(token(0), "garden", None).await;
    ask(&node, "/api/sign-out", cookie_from(&node, &ana, 0).as_bytes()).await;
    assert_eq!(program.is_closed().await, CloseCode::SignedOut.number());
    assert_ne!(Visitor::at(&node).await.join_as(token(0), "garden", None).await.you.id, ana.id);
    node.stop().await;
}
