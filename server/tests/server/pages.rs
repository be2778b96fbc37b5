//! How pages and files come to a browser, and what it may keep.

use reqwest::{Client, Response};

use crate::node::TestNode;

async fn get(node: &TestNode, path: &str, encodings: &str) -> Response {
    Client::new().get(node.url(path)).header("accept-encoding", encodings).send().await.unwrap()
}

fn header<'a>(answer: &'a Response, name: &str) -> Option<&'a str> {
    answer.headers().get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_for_everybody_to_keep_and_a_page_for_its_reader() {
    let node = TestNode::embedded(&[]).await;
    let file = get(&node, "/robots.txt", "identity").await;
    assert_eq!(header(&file, "cache-control"), Some("public, max-age=3600"));
    assert_eq!(header(&file, "set-cookie"), None, "a cache would give it to the next one");
    let page = get(&node, "/", "identity").await;
    assert!(header(&page, "cache-control").unwrap().starts_with("private"));
    assert!(header(&page, "set-cookie").unwrap().starts_with("hubbub="));
    node.stop().await;
}
