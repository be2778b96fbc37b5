//! What strangers send over HTTP: whatever it is, it gets a clear answer, nobody is
//! redirected to another site, and nothing breaks.

use std::collections::BTreeSet;

use futures::{StreamExt, stream};
use leptos::server_fn::axum::server_fn_paths;
use tokio_tungstenite::tungstenite::Error;

use crate::node::TestNode;
use crate::raw_http::{Answer, send};
use crate::visitor::Visitor;

const FORM: &str = "content-type: application/x-www-form-urlencoded\r\n";

/// `METHOD target` with these header lines, and `host` where they name none.
async fn ask(node: &TestNode, first: &str, headers: &str, body: impl AsRef<[u8]>) -> Answer {
    let body = body.as_ref();
    let host =
        if headers.to_lowercase().contains("host:") { String::new() } else { format!("host: {}\r\n", node.address) };
    let length = if body.is_empty() { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    let head = format!("{first} HTTP/1.1\r\n{host}connection: close\r\n{length}{headers}\r\n");
    send(node.address, [head.as_bytes(), body].concat()).await
}

/// The addresses of all forms on all pages, and of all functions that scripts call.
fn endpoints() -> BTreeSet<&'static str> {
    let files = ["/api/picture", "/api/import-quiz", "/api/store-import"];
    server_fn_paths().map(|(path, _)| path).chain(files).collect()
}

async fn handshake(node: &TestNode, path: &str, host: &str, more: &str) -> u16 {
    let headers = format!(
        "GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n"
    );
    send(node.address, headers).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn every_method_and_every_form_of_a_target_is_answered() {
    let node = TestNode::embedded(&["--rate-limit", "off"]).await;
    let host = node.address.to_string();
    let (absolute, slashes) = (format!("http://{host}/"), format!("//{host}/rooms/a"));
    let targets = [
        "/",
        "/rooms/a",
        "/nowhere",
        "/api/viewer",
        "/ws",
        "/healthz",
        "*",
        &host,
        &absolute,
        &slashes,
        "evil.example:443",
    ];
    for method in ["CONNECT", "TRACE", "OPTIONS", "PUT", "PATCH", "DELETE", "PROPFIND", "BREW", "GET", "HEAD", "POST"] {
        for target in targets {
            let status = ask(&node, &format!("{method} {target}"), "", "").await.status;
            let is_served = ["GET", "HEAD", "POST"].contains(&method);
            assert!(
                (200..500).contains(&status) && (is_served || (400..500).contains(&status)),
                "{method} {target}: {status}"
            );
        }
    }
    assert_eq!(ask(&node, "CONNECT evil.example:443", "", "").await.status, 405);
    assert_eq!(ask(&node, "GET /", "", "").await.status, 200, "nothing of it did any harm");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_names_one_host() {
    let node = TestNode::embedded(&[]).await;
    for hosts in [
        "host: a.example\r\nhost: a.example\r\n",
        "host: a.example\r\nhost: b.example\r\n",
        "host:\r\n",
        "host: a b\r\n",
        "host: user@a.example\r\n",
        "host: a.example:port\r\n",
        "host: a.example, b.example\r\n",
        "host: \u{e4}\r\n",
        "x-host: a\r\n",
    ] {
        for path in ["/", "/healthz", "/robots.txt", "/nowhere", "/ws?v=1"] {
            assert_eq!(ask(&node, &format!("GET {path}"), hosts, "").await.status, 400, "{hosts:?} {path}");
        }
    }
    assert_eq!(ask(&node, "GET http://b.example/", "host: a.example\r\n", "").await.status, 400);
    assert_eq!(ask(&node, "GET http://a.example/healthz", "host: A.example:80\r\n", "").await.status, 200);
    assert_eq!(send(node.address, "GET /healthz HTTP/1.0\r\n\r\n").await.status, 200, "older programs name none");
    node.stop().await;
}

/// DNS rebinding: a name of the attacker's resolves to this server, so that their pages share an origin with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_name_that_leads_here_is_not_served() {
    let node = TestNode::embedded(&["--hosts", "hub.example,localhost:8080", "--header-seconds", "0.3"]).await;
    let evil = "host: evil.example\r\norigin: http://evil.example\r\n";
    for first in ["GET /", "GET /rooms/a", "GET /robots.txt", "GET /nowhere", "POST /api/viewer", "POST /api/open-room"]
    {
        assert_eq!(ask(&node, first, evil, "title=a").await.status, 421, "{first}");
    }
    for host in ["evil.example", "hub.example.evil.example", "localhost", "127.0.0.1"] {
        for door in ["/ws?v=1", "/games?v=1"] {
            assert_eq!(handshake(&node, door, host, &format!("origin: http://{host}\r\n")).await, 421, "{host} {door}");
        }
    }
    for probe in ["GET /healthz", "GET /readyz"] {
        assert_eq!(ask(&node, probe, "host: 10.0.0.5:3000\r\n", "").await.status, 200, "{probe}");
    }
    for host in ["hub.example", "HUB.example.", "hub.example:3000", "localhost:8080"] {
        assert_eq!(ask(&node, "GET /", &format!("host: {host}\r\n"), "").await.status, 200, "{host}");
        assert_eq!(handshake(&node, "/ws?v=9", host, &format!("origin: http://{host}\r\n")).await, 101, "{host}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_came_in_the_clear_may_not_use_an_https_host() {
    let node = TestNode::embedded(&["--header-seconds", "0.3"]).await;
    for (proto, origin, allowed) in [
        ("https", "http://hub.example", false),
        ("https", "https://hub.example", true),
        ("https", "https://hub.example:443", true),
        ("http", "http://hub.example:80", true),
    ] {
        let more = format!("x-forwarded-proto: {proto}\r\norigin: {origin}\r\n");
        let posted = ask(&node, "POST /api/viewer", &format!("host: hub.example\r\n{more}"), "a=b").await.status;
        let opened = handshake(&node, "/ws?v=9", "hub.example", &more).await;
        assert_eq!((posted == 200, opened == 101), (allowed, allowed), "{proto} {origin}: {posted} {opened}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_trusted_proxy_says_that_it_was_asked_by_https() {
    let secure = async |proxies: &[&str]| {
        let node = TestNode::embedded(proxies).await;
        let page = ask(&node, "GET /", "x-forwarded-proto: https\r\n", "").await;
        node.stop().await;
        page.header("set-cookie").unwrap().starts_with("__Host-")
    };
    assert!(secure(&["--trusted-proxies", "127.0.0.0/8"]).await);
    assert!(!secure(&["--trusted-proxies", "10.0.0.0/8"]).await, "anybody can write a header");
    assert!(secure(&[]).await, "without a list of them, whoever is in front is believed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_text_is_the_senders_fault() {
    let node = TestNode::embedded(&["--rate-limit", "off"]).await;
    for path in endpoints() {
        for headers in [FORM, "content-type: application/json\r\n", ""] {
            let answer = ask(&node, &format!("POST {path}"), headers, b"id=\xff\xfe&room=\xc3\x28").await;
            assert!((400..500).contains(&answer.status), "{path}: {answer:?}");
            if !["/api/picture", "/api/import-quiz"].contains(&path) && answer.status == 400 {
                assert!(answer.body.contains("cannot be read"), "{path}: {answer:?}");
            }
        }
        let long = ask(&node, &format!("POST {path}"), FORM, vec![b'a'; 6 << 20]).await;
        assert!(long.status == 0 || (400..500).contains(&long.status), "{path}: {}", long.status);
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_form_leads_to_another_site() {
    let node = TestNode::embedded(&["--rate-limit", "off"]).await;
    let host = node.address;
    let page = format!("http://{host}/quizzes");
    let foreign = [
        "https://evil.example/".to_owned(),
        "//evil.example/".into(),
        "\\\\evil.example/".into(),
        "javascript:alert(1)".into(),
        format!("http://{host}@evil.example/"),
        format!("http://{host}.evil.example/"),
        format!("http://evil.example/?http://{host}/"),
        format!("http://evil.example\\@{host}/"),
        "http://\u{e4}/".into(),
        format!("{page}\r\nreferer: http://evil.example/"),
    ];
    for path in endpoints() {
        for body in ["", "id=x&room=a&title=a&message=a&name=a&theme=dark&pin=000000&quiz=x&version=1&key=k&code=c"] {
            for referer in &foreign {
                let headers = format!("{FORM}accept: text/html\r\nreferer: {referer}\r\n");
                let answer = ask(&node, &format!("POST {path}"), &headers, body).await;
                let location = answer.header("location").unwrap_or("/");
                assert!(location.starts_with('/') && !location.starts_with("//"), "{path} from {referer}: {location}");
            }
        }
    }
    let headers = format!("{FORM}accept: text/html\r\nreferer: {page}\r\n");
    let back = ask(&node, "POST /api/theme", &headers, "theme=dark").await;
    let location = back.header("location").unwrap_or_default();
    assert!(back.status == 302 && location.starts_with(&page), "our own page is gone back to: {location}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_one_persons_is_kept_nowhere() {
    let node = TestNode::embedded(&[]).await;
    for path in [
        "/quizzes/sample-solar-system/export.json",
        "/quizzes/sample-solar-system/export.csv",
        "/quizzes/sample-solar-system/export.xlsx",
    ] {
        let answer = ask(&node, &format!("GET {path}"), "", "").await;
        assert_eq!((answer.status, answer.header("cache-control")), (200, Some("private, no-store")), "{path}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_no_file_can_have_is_not_found_and_kept_by_nobody() {
    let node = TestNode::embedded(&["--rate-limit", "off"]).await;
    for path in [
        format!("/{}", "a".repeat(256)),
        format!("/pkg/{}.js", "a".repeat(255)),
        format!("/fonts/{}.woff2", "%F0%9F%98%80".repeat(100)),
        format!("/{}", "a/".repeat(15_000)),
        "/pkg/missing.js".into(),
        "/robots.txt/more".into(),
    ] {
        let answer = ask(&node, &format!("GET {path}"), "", "").await;
        assert_eq!(answer.status, 404, "{path:.60}");
        assert!(!answer.header("cache-control").unwrap().contains("public"), "{path:.60}: {answer:?}");
    }
    let beyond = ask(&node, "GET /robots.txt", "range: bytes=999999-\r\n", "").await;
    assert!(beyond.status == 416 && !beyond.header("cache-control").unwrap_or_default().contains("public"));
    let file = ask(&node, "GET /robots.txt", "", "").await;
    assert_eq!((file.status, file.header("cache-control")), (200, Some("public, max-age=3600")));
    node.stop().await;
}

/// Bounded: every page and function, with what a program that looks for holes would send.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_sent_is_our_fault() {
    let node = TestNode::embedded(&["--rate-limit", "off"]).await;
    let long = "a".repeat(2_000);
    let paths = [
        "/",
        "/rooms/a",
        "/rooms/%00",
        "/rooms/%FF%FE",
        "/rooms/..%2f..%2fetc",
        "/rooms/%F0%9F%98%80",
        "/rooms/a/b",
        "/?roomId=%00",
        "/?roomId=",
        "/quizzes",
        "/quizzes/x",
        "/quizzes/sample-solar-system",
        "/quizzes/%FF/export.json",
        "/quizzes/x/export.csv",
        "/quizzes/x/export.xlsx",
        "/results",
        "/results/x",
        "/results/x/export.csv?by=%FF",
        "/results/x/export.csv?by=questions",
        "/play",
        "/play/000000",
        "/play/%C0%80",
        "/host/000000",
        "/host/99999999999999999999",
        "/pictures/x",
        "/pictures/%00",
        "/pictures/..%2f..%2fhubbub.db",
        "/pkg/%00",
        "/pkg/../../data/hubbub.db",
        "/..%5c..%5c",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/quizzes?__path=x&__err=%FF",
        "/quizzes?__path=/api/import-quiz&__err=!!!",
        "/api/viewer?%FF",
        "/api/nothing",
        "/robots.txt",
        "/robots.txt/",
        "/robots.txt?%FF",
        "//",
        "/.",
        "/%",
        "/%zz",
        "/rooms/?a=%",
        "/ws",
        "/games",
        "/healthz",
        "/readyz",
    ];
    let headers = [
        "",
        "accept: text/html\r\n",
        "cookie: hubbub=%FF; city=K\u{f6}ln\r\n",
        "range: bytes=5-1\r\n",
        "range: bytes=99999999999999999999-\r\n",
        "if-modified-since: \u{e4}\r\n",
        "accept-encoding: \u{e4}, br;q=9\r\n",
        "x-forwarded-for: unknown, , ::1%x\r\n",
        "x-forwarded-proto: \u{e4}\r\n",
        "transfer-encoding: gzip\r\n",
        "expect: 100-continue\r\n",
        "upgrade: h2c\r\nconnection: upgrade\r\n",
        "content-type: multipart/form-data; boundary=\r\n",
        "referer: \u{1F600}\r\n",
        "origin: \u{e4}\r\n",
        "sec-websocket-version: 13\r\nupgrade: websocket\r\nconnection: upgrade\r\n",
    ];
    let nasty = [
        "",
        "%00",
        "%FF",
        "-1",
        "18446744073709551616",
        "a%5B%5D=1",
        "%F0%9F%98%80",
        "482915",
        "sample-solar-system",
        "%7B%7D",
        &long,
    ];
    let names =
        ["room", "id", "message", "title", "name", "theme", "quiz", "version", "pin", "code", "key", "before", "after"];
    let form = |value: &str| names.map(|name| format!("{name}={value}")).join("&");
    let bodies: Vec<_> = nasty
        .iter()
        .map(|value| form(value))
        .chain(["a[b][c][d][e][f][g]=1".into(), "&&==&".into(), "{\"id\":1}".into()])
        .collect();

    let mut all: Vec<(String, String, String)> = Vec::new();
    for path in paths {
        for (number, line) in headers.into_iter().enumerate() {
            let methods: &[_] = if number % 4 == 1 { &["GET", "HEAD", "POST"] } else { &["GET"] };
            all.extend(methods.iter().map(|method| (format!("{method} {path}"), line.to_owned(), String::new())));
        }
    }
    for path in endpoints() {
        for body in &bodies {
            for headers in [
                FORM.to_owned(),
                format!("{FORM}accept: text/html\r\n"),
                "content-type: multipart/form-data; boundary=a\r\n".into(),
            ] {
                all.push((format!("POST {path}"), headers, body.clone()));
            }
        }
        all.push((format!("GET {path}"), String::new(), String::new()));
    }
    let broken: Vec<_> = stream::iter(all)
        .map(async |(first, headers, body)| (ask(&node, &first, &headers, &body).await, first, headers, body))
        .buffer_unordered(8)
        .filter(|(answer, ..)| std::future::ready(answer.status >= 500 || answer.status == 0))
        .map(|(answer, first, headers, body)| {
            format!("{first} {headers:?} {:.80}: {} {:.200}", body, answer.status, answer.body)
        })
        .collect()
        .await;
    assert!(broken.is_empty(), "{} of them:\n{}", broken.len(), broken.join("\n"));
    let mut ana = Visitor::in_room(&node, "room1").await;
    assert_eq!(ana.say("m", "still here").await.offset, 1);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_is_all_that_a_foreign_name_gets_without_a_list_of_names() {
    let node = TestNode::embedded(&[]).await;
    let evil = [("host", "evil.example"), ("origin", "http://evil.example")];
    match Visitor::with(&node, &evil).await {
        Ok(_) => {}
        Err(Error::Http(answer)) => panic!("{}", answer.status()),
        Err(other) => panic!("{other}"),
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_are_not_for_strangers() {
    let node = TestNode::embedded(&[]).await;
    assert_eq!(ask(&node, "GET /metrics", "", "").await.status, 404);
    let figures = node.figures_address();
    assert!(figures.ip().is_loopback());
    let by_name = async |host: &str| {
        let request = format!("GET /metrics HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        send(figures, request).await.status
    };
    assert_eq!(by_name(&figures.to_string()).await, 200);
    assert_eq!(by_name("localhost:4000").await, 200);
    assert_eq!(by_name("evil.example").await, 421, "a page whose name leads to this machine");
    node.stop().await;
}
