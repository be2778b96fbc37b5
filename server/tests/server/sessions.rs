//! How long somebody stays who they are: renewed by visits, over by time, by
//! the key, by the operator and by signing out.

use std::time::{SystemTime, UNIX_EPOCH};

use protocol::{Member, wire};
use reqwest::{Client, Response};
use server::session::guest;

use crate::node::TestNode;
use crate::visitor::Visitor;

const KEY: &str = "the key of today, long enough for it";
const OLD: &str = "the key of before, just as long as it";
const DAY: u64 = 24 * 60 * 60;

/// A request with this `Cookie` header, byte by byte.
async fn ask(node: &TestNode, path: &str, cookie: &[u8]) -> Response {
    let request = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap().post(node.url(path));
    request.header("cookie", cookie).header("accept", "text/html").send().await.unwrap()
}

/// Who the node takes somebody for, and the cookie that it sends.
async fn viewer(node: &TestNode, cookie: &str) -> (Member, Option<String>) {
    let answer = ask(node, "/api/viewer", cookie.as_bytes()).await;
    let set = cookie_of(&answer);
    (wire::read(&answer.text().await.unwrap()).unwrap(), set)
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
        assert_eq!(wire::read::<Member>(&answer.text().await.unwrap()).unwrap(), ana);
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
