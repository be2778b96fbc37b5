//! What a page says was said by the server, whatever its address says.

use data_encoding::BASE64URL;
use reqwest::{Method, StatusCode};

use crate::browser::{Browser, percent};
use crate::node::TestNode;

const LIE: &str = "Your session is over. Call 0900 1234 to go on.";
/// Forms, and the pages that tell what was wrong with them.
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

/// As a browser without scripts sends the form, and where that leads.
async fn by_form(browser: &mut Browser<'_>, what: &str, form: &[(&str, &str)], page: &str, node: &TestNode) -> String {
    let request = browser.form(what, form).header("accept", "text/html").header("referer", node.url(page));
    browser.send(request.header("origin", node.url(""))).await.url().to_string()
}

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

#[tokio::test(flavor = "multi_thread")]
async fn who_sent_a_form_without_scripts_reads_what_was_wrong_and_nobody_else() {
    let node = TestNode::embedded(&["--rate-limit", "off"]).await;
    let mut ana = Browser::at(&node).await;
    let led_to = by_form(&mut ana, "open-room", &[("title", "..")], "/?a=b", &node).await;
    let path = led_to.strip_prefix(&node.url("")).unwrap_or_else(|| panic!("{led_to}")).to_owned();
    assert!(path.starts_with("/?a=b&"), "{path}");
    let why = "A room cannot be called that.";
    assert!(ana.get(&path).await.text().await.unwrap().contains(why), "{path}");
    // The link says nothing to anybody else, and nothing else to her.
    assert!(!Browser::at(&node).await.get(&path).await.text().await.unwrap().contains(why));
    let seal = path.split("&__seal=").nth(1).unwrap();
    let lie = format!("/?{}&__seal={seal}", forged("open-room", LIE));
    assert!(!ana.get(&lie).await.text().await.unwrap().contains("0900"));
    // Once more with another mistake: the page tells of the last one.
    let led_to = by_form(&mut ana, "rename", &[("name", "")], &path, &node).await;
    let page = ana.get(led_to.strip_prefix(&node.url("")).unwrap()).await.text().await.unwrap();
    assert!(page.contains("Type a name that others will see.") && !page.contains(why));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_quiz_is_told_of_on_the_page_that_sent_it() {
    let node = TestNode::embedded(&["--rate-limit", "off"]).await;
    let mut ana = Browser::at(&node).await;
    let request = ana.request(Method::POST, "/api/import-quiz").header("accept", "text/html").body("no quiz");
    let answer = ana.send(request).await;
    assert_eq!((answer.status(), answer.url().path()), (StatusCode::OK, "/quizzes"));
    assert!(answer.url().query().unwrap_or_default().contains("__seal="), "{}", answer.url());
    assert!(answer.text().await.unwrap().contains("author__wrong"));
    node.stop().await;
}
