//! The server behind a proxy: which pages are its own, whatever name the proxy passes on.

use protocol::close::ADDRESS_NOT_LET_IN;

use crate::node::TestNode;
use crate::raw_http::{Answer, send};

const TRUSTED: [&str; 2] = ["--trusted-proxies", "127.0.0.1"];

/// Sends the call by which a page finds out whether its address is allowed.
async fn asks(node: &TestNode, headers: &str) -> Answer {
    let head = format!("POST /api/viewer HTTP/1.1\r\nconnection: close\r\ncontent-length: 0\r\n{headers}\r\n");
    send(node.address, head).await
}

/// Whether requests with these headers are allowed: a call and a WebSocket alike.
async fn is_let_in(node: &TestNode, headers: &str) -> bool {
    let asked = asks(node, headers).await;
    let opened = format!(
        "GET /ws?v=9 HTTP/1.1\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
    );
    let opened = send(node.address, opened).await;
    match (asked.status, opened.status) {
        (200, 101) => true,
        (403, 403) => {
            assert!(asked.body.contains(ADDRESS_NOT_LET_IN), "{asked:?}");
            false
        }
        other => panic!("{headers:?}: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_let_in_by_every_name_that_a_trusted_proxy_was_asked_by() {
    let node = TestNode::embedded(&[&TRUSTED[..], &["--header-seconds", "0.3"]].concat()).await;
    for (headers, origin) in [
        // nginx as it comes, with the name that people use beside.
        (
            "host: 127.0.0.1:3000\r\nx-forwarded-host: hub.example\r\nx-forwarded-proto: https\r\n",
            "https://hub.example",
        ),
        (
            "host: upstream\r\nx-forwarded-host: hub.example:8443\r\nx-forwarded-proto: https\r\n",
            "https://hub.example:8443",
        ),
        // A proxy that passes on the name without the port.
        ("host: hub.example\r\nx-forwarded-port: 8443\r\nx-forwarded-proto: https\r\n", "https://hub.example:8443"),
        // Two of them in a row.
        ("host: inner\r\nx-forwarded-host: hub.example, middle\r\nx-forwarded-proto: https\r\n", "https://hub.example"),
        // Ports that need not be written.
        ("host: hub.example:443\r\nx-forwarded-proto: https\r\n", "https://hub.example"),
        ("host: hub.example:80\r\nx-forwarded-proto: https\r\n", "https://hub.example"),
        ("host: hub.example\r\nx-forwarded-proto: https\r\n", "https://hub.example:443"),
    ] {
        assert!(is_let_in(&node, &format!("{headers}origin: {origin}\r\n")).await, "{headers:?} {origin}");
        for other in ["https://evil.example", "http://hub.example", "http://hub.example:8443", "https://hub.example:9"]
        {
            assert!(!is_let_in(&node, &format!("{headers}origin: {other}\r\n")).await, "{headers:?} {other}");
        }
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_says_by_which_name_a_server_was_asked() {
    for flags in [&[][..], &["--trusted-proxies", "10.0.0.0/8"]] {
        let node = TestNode::embedded(&[flags, &["--header-seconds", "0.3"]].concat()).await;
        for more in ["x-forwarded-host: evil.example\r\n", "x-forwarded-port: 8443\r\n"] {
            for origin in ["https://evil.example", "https://hub.example:8443"] {
                let headers = format!("host: hub.example\r\n{more}origin: {origin}\r\n");
                assert!(!is_let_in(&node, &headers).await, "{flags:?} {headers:?}");
            }
        }
        node.stop().await;
    }
}

/// DNS rebinding: a proxy may pass on the name of an attacker's page that resolves to it.
#[tokio::test(flavor = "multi_thread")]
async fn the_names_that_are_served_are_those_of_the_request_itself() {
    let node =
        TestNode::embedded(&[&TRUSTED[..], &["--hosts", "hub.example", "--header-seconds", "0.3"]].concat()).await;
    let rebound = "host: evil.example\r\nx-forwarded-host: hub.example\r\norigin: http://evil.example\r\n";
    assert_eq!(asks(&node, rebound).await.status, 421);
    assert!(is_let_in(&node, "host: hub.example\r\norigin: http://hub.example\r\n").await);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_led_back_to_where_people_see_it() {
    let node = TestNode::embedded(&TRUSTED).await;
    let body = "title=..";
    let head = format!(
        "POST /api/open-room HTTP/1.1\r\nhost: 127.0.0.1:3000\r\nx-forwarded-host: hub.example\r\nconnection: close\r\n\
         accept: text/html\r\nreferer: http://hub.example/?a=b\r\norigin: http://hub.example\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    // Without a session the page is the answer itself.
    let answer = send(node.address, head).await;
    assert!(answer.status == 200 && answer.body.contains("A room cannot be called that."), "{answer:?}");
    node.stop().await;
}
