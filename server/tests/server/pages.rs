//! Compression and caching of pages and files.

use reqwest::{Client, Response};

use crate::node::TestNode;
use crate::visitor::Visitor;

async fn get(node: &TestNode, path: &str, encodings: &str) -> Response {
    Client::new().get(node.url(path)).header("accept-encoding", encodings).send().await.unwrap()
}

fn header<'a>(answer: &'a Response, name: &str) -> Option<&'a str> {
    answer.headers().get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_comes_small_to_who_can_unpack_it() {
    let node = TestNode::embedded(&["--rate-limit", "off"]).await;
    let mut ana = Visitor::in_room(&node, "garden").await;
    for number in 0..50 {
        ana.say(&format!("m{number}"), "Who can water on Thursday?").await;
    }
    let plain = get(&node, "/rooms/garden", "identity").await;
    assert_eq!(header(&plain, "content-encoding"), None);
    let plain = plain.bytes().await.unwrap();
    let packed = get(&node, "/rooms/garden", "gzip, br").await;
    assert_eq!(header(&packed, "content-encoding"), Some("gzip"));
    let packed = packed.bytes().await.unwrap();
    assert!(packed.len() * 4 < plain.len(), "{} of {} bytes", packed.len(), plain.len());
    node.stop().await;
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
