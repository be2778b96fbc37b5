//! The allowances of a school's address: one pupil can use up their own and the common one of new
//! sessions, and a teacher with an older session goes on.

use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::{Client, Response, StatusCode};
use server::session::guest;

use crate::node::TestNode;

/// The cookie of somebody who came so many seconds ago.
fn cookie(node: &TestNode, seconds_ago: u64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    format!("hubbub={}", node.node().sessions.token_of(&guest(), now - seconds_ago))
}

async fn post(node: &TestNode, path: &str, cookie: &str, body: &str) -> Response {
    let request = Client::new().post(node.url(path)).header("cookie", cookie).body(body.to_owned());
    request.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap()
}

/// Repeats a call until it is refused as too fast.
async fn asks_too_often(node: &TestNode, path: &str, cookie: impl Fn() -> String, body: &str) {
    for _ in 0..200 {
        let answer = post(node, path, &cookie(), body).await;
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            return;
        }
    }
    panic!("{path} is never too much");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_keys_of_a_pupil_keep_no_teacher_from_entering_the_right_one() {
    let node = TestNode::embedded(&["--quiz-authors", "key", "--quiz-key", "open sesame"]).await;
    let (pupil, teacher) = (cookie(&node, 3_600), cookie(&node, 3_600));
    asks_too_often(&node, "/api/become-author", || cookie(&node, 0), "key=guess").await;
    asks_too_often(&node, "/api/become-author", || pupil.clone(), "key=guess").await;
    let answer = post(&node, "/api/become-author", &teacher, "key=open+sesame").await;
    assert!(answer.status().is_success(), "{}", answer.status());
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tiny_pictures_of_a_pupil_keep_no_teacher_from_bringing_a_quiz() {
    let node = TestNode::embedded(&[]).await;
    let (pupil, teacher) = (cookie(&node, 3_600), cookie(&node, 3_600));
    asks_too_often(&node, "/api/picture", || cookie(&node, 0), "x").await;
    asks_too_often(&node, "/api/picture", || pupil.clone(), "x").await;
    let refused = post(&node, "/api/picture", &pupil, "x").await;
    assert!(refused.headers().contains_key("retry-after"), "{refused:?}");
    let answer = post(&node, "/api/import-quiz", &teacher, "Question\n").await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "it was read");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_that_are_made_to_be_ended_keep_nobody_from_signing_out() {
    let node = TestNode::embedded(&[]).await;
    let classmate = cookie(&node, 3_600);
    asks_too_often(&node, "/api/sign-out", || cookie(&node, 0), "").await;
    let answer = post(&node, "/api/sign-out", &classmate, "").await;
    assert!(answer.status().is_success(), "{}", answer.status());
    node.stop().await;
}
