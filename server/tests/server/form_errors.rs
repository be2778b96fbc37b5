//! Errors on a page come from the server alone, whatever the page's address contains.

use data_encoding::BASE64URL;
use reqwest::{Method, StatusCode};

use crate::browser::{Browser, percent};
use crate::class::everywhere;
use crate::node::TestNode;

const LIE: &str = "Your session is over. Call 0900 1234 to go on.";
/// The pages that show errors of forms, and the forms.
const FORMS: [(&str, &str); 12] = [
    ("/", "open-room"),
    ("/", "rename"),
    ("/", "enter-game"),
    ("/play", "enter-game"),
    ("/host", "take-over"),
    ("/rooms/garden", "say"),
    ("/quizzes", "new-quiz"),
    ("/quizzes", "host-game"),
    ("/quizzes", "become-author"),
    ("/quizzes", "import-quiz"),
    ("/results", "delete-result"),
    ("/quizzes/sample-solar-system", "copy-quiz"),
];

fn forged(form: &str, why: &str) -> String {
    let error = BASE64URL.encode(format!("{{\"invalid\":\"{why}\"}}").as_bytes());
    format!("__path={}&__err={}", percent(&format!("/api/{form}")), percent(&error))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_cannot_have_the_site_say_anything() {
    let node = TestNode::embedded(&["--rate-limit", "off"]).await;
    let mut ana = Browser::at(&node).await;
    for (page, form) in FORMS {
        let query = forged(form, LIE);
        for query in [
            query.clone(),
            format!("{query}&__seal=1.x.y"),
            query.replace("__err", "%5F_err").replace("__path", "__pat%68"),
            format!("{query}&{query}"),
            format!("a=b&{query}&c=d"),
        ] {
            let answer = ana.get(&format!("{page}?{query}")).await;
            let page = answer.text().await.unwrap();
            assert!(!page.contains("0900"), "{form} of {page}");
        }
    }
    node.stop().await;
}

/// The value that a page begins a field with.
fn field(page: &str, name: &str) -> Option<String> {
    let at = page.find(&format!("name=\"{name}\""))?;
    let (begin, end) = (page[..at].rfind('<')?, at + page[at..].find('>')?);
    let value = page[begin..end].split("value=\"").nth(1)?;
    Some(value.split('"').next()?.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sent_a_form_without_scripts_reads_what_was_wrong_once_and_nobody_else() {
    everywhere(async |node, _| {
        let mut ana = Browser::at(node).await;
        let answer = ana.sends_form("open-room", &[("title", "..")], "/?a=b").await;
        assert_eq!(answer.url().as_str(), node.url("/?a=b"), "the address is that of the page");
        let why = "A room cannot be called that.";
        let page = answer.text().await.unwrap();
        assert!(page.contains(why), "{page}");
        assert_eq!(field(&page, "title").as_deref(), Some(".."));
        for again in ["/?a=b", "/"] {
            assert!(!ana.get(again).await.text().await.unwrap().contains(why), "it is told once");
        }
        // The error is shown to the sender of the form alone, on that page.
        let sent =
            ana.form("open-room", &[("title", "..")]).header("accept", "text/html").header("referer", node.url("/"));
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let led = client.execute(sent.build().unwrap()).await.unwrap();
        let cookie = led.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap();
        let (name, value) = cookie.split_once('=').unwrap();
        let mut eve = Browser::at(node).await;
        eve.cookies.insert(name.into(), value.into());
        assert!(!eve.get("/").await.text().await.unwrap().contains(why), "nobody else is told");
        ana.cookies.insert(name.into(), value.into());
        assert!(!ana.get("/play").await.text().await.unwrap().contains(why), "another page does not say it");
        assert!(ana.get("/").await.text().await.unwrap().contains(why));
        // After another mistake the page shows the last one.
        let page = ana.sends_form("rename", &[("name", "")], "/").await.text().await.unwrap();
        assert!(page.contains("Type a name that others will see.") && !page.contains(why));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_is_there_again() {
    let node = TestNode::embedded(&["--rate-limit", "off"]).await;
    let mut ana = Browser::at(&node).await;
    let title = format!("\" autofocus onfocus=\"alert(1) {}", "a".repeat(70));
    for (what, form, page) in [
        ("open-room", &[("title", title.as_str()), ("listed", "true")][..], "/"),
        ("rename", &[("name", "A name that is much longer than a name may be")], "/"),
        ("enter-game", &[("pin", "12 34")], "/play"),
        ("enter-game", &[("pin", "000 001")], "/"),
        ("take-over", &[("pin", "482 915")], "/host"),
    ] {
        let answer = ana.sends_form(what, form, page).await;
        assert_eq!(answer.url().as_str(), node.url(page), "{what}");
        let shown = answer.text().await.unwrap();
        for (name, value) in form {
            let value = value.replace('"', "&quot;");
            assert_eq!(field(&shown, name).as_deref(), Some(value.as_str()), "{what} {name}");
        }
        assert_eq!(shown.contains(" checked"), what == "open-room", "{what}");
    }
    let page = ana.sends_form("become-author", &[("key", "a secret key")], "/quizzes").await.text().await.unwrap();
    assert!(!page.contains("a secret key"), "a key is typed anew");
    let form = [("pin", "482 915"), ("code", "abc234")];
    let page = ana.sends_form("take-over", &form, "/host").await.text().await.unwrap();
    assert!(page.contains("482 915") && !page.contains("abc234"), "a code is typed anew");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_without_cookies_reads_what_was_wrong_as_well_and_begins_nothing() {
    let node = TestNode::embedded(&["--rate-limit", "off"]).await;
    let mut ana = Browser::without_cookies(&node);
    let page = ana.sends_form("open-room", &[("title", "..")], "/").await.text().await.unwrap();
    assert!(page.contains("A room cannot be called that."), "{page}");
    for (what, form, page) in [
        ("host-game", [("quiz", "sample-solar-system")], "/quizzes"),
        ("new-quiz", [("title", "Planets")], "/quizzes"),
        ("copy-quiz", [("id", "sample-solar-system")], "/quizzes/sample-solar-system"),
        ("rename", [("name", "Ana")], "/"),
    ] {
        let mut ana = Browser::without_cookies(&node);
        let answer = ana.sends_form(what, &form, page).await;
        let names: Vec<_> = ana.cookies.keys().cloned().collect();
        assert!(!names.iter().any(|name| name.starts_with("hubbub-host-")), "{what}: no game was begun");
        let shown = answer.text().await.unwrap();
        assert!(shown.contains("This browser blocks cookies here"), "{what}: {shown}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_quiz_is_told_of_on_the_page_that_sent_it() {
    let node = TestNode::embedded(&["--rate-limit", "off"]).await;
    let mut ana = Browser::at(&node).await;
    let request = ana.request(Method::POST, "/api/import-quiz").header("accept", "text/html").body("no quiz");
    let answer = ana.send(request).await;
    assert_eq!((answer.status(), answer.url().as_str()), (StatusCode::OK, node.url("/quizzes").as_str()));
    assert!(answer.text().await.unwrap().contains("author__wrong"));
    node.stop().await;
}
