//! What authors get over HTTP, and others do not.

use protocol::quiz::{Question, Quiz, Results, SavedQuiz};
use protocol::{PictureId, limits, wire};
use reqwest::{Client, Method, Response, StatusCode};

use crate::browser::Browser;
use crate::node::TestNode;

const SAMPLE: &str = "sample-solar-system";
/// A PNG of one transparent pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0DIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1F\x15\xC4\x89\
    \0\0\0\x0AIDAT\x78\x9C\x63\0\x01\0\0\x05\0\x01\x0D\x0A\x2D\xB4\0\0\0\0IEND\xAE\x42\x60\x82";
const KEY: [&str; 4] = ["--quiz-authors", "key", "--quiz-key", "open sesame"];

fn quiz(title: &str) -> Quiz {
    let question = Question { text: "Why?".into(), ..Question::default() };
    Quiz { title: title.into(), questions: vec![question], ..Quiz::default() }
}

async fn saved(answer: Response) -> SavedQuiz {
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    wire::decode(&text).unwrap_or_else(|| panic!("{status}: {text}"))
}

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_author_saves_as_they_type_and_is_told_of_changes_elsewhere() {
    let node = TestNode::embedded(&[]).await;
    let mut ana = Browser::at(&node).await;
    let first = saved(ana.save("", "0", &quiz("Draft")).await).await;
    let second = saved(ana.save(first.id.as_str(), "1", &quiz("Better")).await).await;
    assert_eq!((second.id.clone(), second.version), (first.id.clone(), 2));
    let stale = ana.save(first.id.as_str(), "1", &quiz("From another tab")).await;
    assert_eq!(stale.status(), StatusCode::CONFLICT);
    assert!(stale.text().await.unwrap().contains(r#""stale":{"current":2}"#));
    let opened = ana.ask("quiz", &[("id", first.id.as_str())]).await.text().await.unwrap();
    assert!(opened.contains(r#""title":"Better""#) && opened.contains(r#""maySave":true"#), "{opened}");
    let list = ana.ask("quizzes", &[]).await.text().await.unwrap();
    assert!(list.contains(r#""mayWrite":true"#) && list.contains(SAMPLE) && list.contains("Better"), "{list}");
    let versions = ana.ask("quiz-versions", &[("id", first.id.as_str())]).await.text().await.unwrap();
    assert!(versions.contains("Draft") && versions.contains("Better"), "{versions}");
    let restored = saved(ana.ask("restore-quiz", &[("id", first.id.as_str()), ("version", "1")]).await).await;
    assert_eq!(restored.version, 3);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_its_authors_alone() {
    let node = TestNode::embedded(&[]).await;
    let (mut ana, mut ben) = (Browser::at(&node).await, Browser::at(&node).await);
    let draft = saved(ana.save("", "0", &quiz("Secret draft")).await).await;
    let id = draft.id.as_str();
    for (what, form) in [
        ("quiz", vec![("id", id)]),
        ("copy-quiz", vec![("id", id)]),
        ("delete-quiz", vec![("id", id)]),
        ("quiz-versions", vec![("id", id)]),
        ("restore-quiz", vec![("id", id), ("version", "1")]),
    ] {
        let answer = ben.ask(what, &form).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{what}");
        assert!(!answer.text().await.unwrap().contains("Secret"));
    }
    assert_eq!(ben.save(id, "1", &quiz("Mine now")).await.status(), StatusCode::NOT_FOUND);
    for ending in ["json", "csv", "xlsx"] {
        let path = format!("/quizzes/{id}/export.{ending}");
        assert_eq!(ben.get(&path).await.status(), StatusCode::NOT_FOUND, "{ending}");
        assert_eq!(ana.get(&path).await.status(), StatusCode::OK, "{ending}");
    }
    assert!(!ben.ask("quizzes", &[]).await.text().await.unwrap().contains("Secret"));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_key_is_needed_only_who_entered_it_writes() {
    let node = TestNode::embedded(&KEY).await;
    let mut ana = Browser::at(&node).await;
    assert_eq!(ana.save("", "0", &quiz("Draft")).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(ana.ask("copy-quiz", &[("id", SAMPLE)]).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(ana.post("/api/picture", PNG).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(ana.post("/api/import-quiz", wire::encode(&quiz("T"))).await.status(), StatusCode::FORBIDDEN);
    let sample = ana.ask("quiz", &[("id", SAMPLE)]).await;
    assert_eq!(sample.status(), StatusCode::OK, "samples can be read by everybody");

    assert_eq!(ana.ask("become-author", &[("key", "a guess")]).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(ana.ask("become-author", &[("key", " open sesame ")]).await.status().is_success());
    let draft = saved(ana.save("", "0", &quiz("Draft")).await).await;
    assert_eq!(ana.post("/api/picture", PNG).await.status(), StatusCode::OK);

    let mut thief = Browser::at(&node).await;
    thief.cookies.insert("hubbub-author".into(), ana.cookies["hubbub-author"].clone());
    assert_eq!(thief.save("", "0", &quiz("T")).await.status(), StatusCode::FORBIDDEN, "the cookie is for one person");
    assert_eq!(thief.save(draft.id.as_str(), "1", &quiz("T")).await.status(), StatusCode::FORBIDDEN);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_with_the_key_at_once_is_an_author_from_then_on() {
    let node = TestNode::embedded(&KEY).await;
    let mut ana = Browser::without_cookies(&node);
    assert!(ana.ask("become-author", &[("key", "open sesame")]).await.status().is_success());
    saved(ana.save("", "0", &quiz("Draft")).await).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_not_found_by_trying() {
    let node = TestNode::embedded(&[&KEY[..], &["--rate-limit", "off"]].concat()).await;
    let mut eve = Browser::at(&node).await;
    for guess in 0..10 {
        let answer = eve.ask("become-author", &[("key", &guess.to_string())]).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }
    eve.cookies.clear();
    let answer = eve.ask("become-author", &[("key", "open sesame")]).await;
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_shown_to_everybody_and_kept_by_their_browsers() {
    let node = TestNode::embedded(&[]).await;
    let mut ana = Browser::at(&node).await;
    let with_notes = [PNG, b"and where it was taken"].concat();
    let answer = ana.post("/api/picture", with_notes).await.text().await.unwrap();
    let id: PictureId = wire::decode(&answer).unwrap();
    let picture = Client::new().get(node.url(&format!("/pictures/{id}"))).send().await.unwrap();
    assert_eq!(header(&picture, "content-type"), "image/png");
    assert_eq!(header(&picture, "cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(header(&picture, "x-content-type-options"), "nosniff");
    assert_eq!(header(&picture, "set-cookie"), "");
    assert_eq!(picture.bytes().await.unwrap(), PNG);

    for wrong in ["nothing.png", "0123456789abcdef0123456789abcdef.png", "..%2Fhubbub.db"] {
        assert_eq!(ana.get(&format!("/pictures/{wrong}")).await.status(), StatusCode::NOT_FOUND, "{wrong}");
    }
    for page in ["<svg onload=alert(1)>", "GIF89a<script>alert(1)</script>"] {
        assert_eq!(ana.post("/api/picture", page).await.status(), StatusCode::UNPROCESSABLE_ENTITY, "{page}");
    }
    let huge = [PNG, &vec![0; limits::PICTURE_BYTES]].concat();
    assert_eq!(ana.post("/api/picture", huge).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quiz_goes_out_in_every_form_and_comes_in_again() {
    let node = TestNode::embedded(&[]).await;
    let mut ana = Browser::at(&node).await;
    let opened = |text: &str| text.split_once(r#""quiz":"#).unwrap().1.to_owned();
    let original = opened(&ana.ask("quiz", &[("id", SAMPLE)]).await.text().await.unwrap());
    for (ending, kind) in [("json", "application/json"), ("csv", "text/csv"), ("xlsx", "application/vnd.openxml")] {
        let file = ana.get(&format!("/quizzes/{SAMPLE}/export.{ending}")).await;
        assert!(header(&file, "content-type").starts_with(kind));
        let name = format!("attachment; filename=\"The Solar System.{ending}\"");
        assert_eq!(header(&file, "content-disposition"), name);
        let bytes = file.bytes().await.unwrap();
        let copy = saved(ana.post("/api/import-quiz", bytes).await).await;
        let copied = ana.ask("quiz", &[("id", copy.id.as_str())]).await.text().await.unwrap();
        assert_eq!(opened(&copied).replace("\"maySave\":true", "\"maySave\":false"), original, "{ending}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn long_quizzes_are_taken_and_endless_ones_are_not() {
    let node = TestNode::embedded(&[]).await;
    let mut ana = Browser::at(&node).await;
    let mut long = quiz("Long");
    long.questions[0].explanation = "ä".repeat(limits::QUIZ_BYTES / 2 - 500);
    saved(ana.save("", "0", &long).await).await;
    long.questions[0].explanation = "ä".repeat(limits::QUIZ_BYTES / 2 + 500);
    assert_eq!(ana.save("", "0", &long).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(ana.ask("save-quiz", &[("version", "0"), ("quiz", "{nope")]).await.status(), 422);
    let endless = vec![b' '; 4 * 1024 * 1024];
    assert_eq!(ana.post("/api/import-quiz", endless).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_site_can_bring_nothing() {
    let node = TestNode::embedded(&[]).await;
    let mut ana = Browser::at(&node).await;
    for path in ["/api/picture", "/api/import-quiz", "/api/save-quiz"] {
        let request = ana.request(Method::POST, path).header("origin", "http://evil.example").body(PNG);
        assert_eq!(ana.send(request).await.status(), StatusCode::FORBIDDEN, "{path}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_reads_the_results_and_nobody_else_does() {
    let node = TestNode::embedded(&[]).await;
    let (mut ana, mut ben) = (Browser::at(&node).await, Browser::at(&node).await);
    let viewer = ana.ask("viewer", &[]).await.text().await.unwrap();
    let member: protocol::Member = wire::decode(&viewer).unwrap();
    let results: Results = wire::decode(RESULTS).unwrap();
    node.node().library.store.store_results(&member.id, &results).await.unwrap();

    assert!(ana.ask("results", &[]).await.text().await.unwrap().contains(r#""correctPercent":50"#));
    assert_eq!(ana.ask("result", &[("id", "g1")]).await.text().await.unwrap(), wire::encode(&results));
    let players = ana.get("/results/g1/export.csv?by=players").await.text().await.unwrap();
    assert!(players.contains("\"1\",\"'=Ana\",\"812\",\"'=1+1\",\"right\",\"812\",\"4.3\""), "{players}");
    assert!(players.contains("\"2\",\"a;'=1+1;\",\"0\",\"three\",\"wrong\",\"0\",\"1\""), "{players}");
    assert!(players.contains("\"2\",\"Ben\",\"0\",\"\",\"no answer\",\"0\",\"\""), "{players}");
    let questions = ana.get("/results/g1/export.csv?by=questions").await.text().await.unwrap();
    assert!(questions.contains("\"1\",\"What is 2?\",\"'=1+1\",\"1\",\"2\",\"2\",\"50\",\"three (1)\""), "{questions}");
    let workbook = ana.get("/results/g1/export.xlsx").await;
    assert_eq!(header(&workbook, "content-disposition"), "attachment; filename=\"Sums - results.xlsx\"");
    assert!(workbook.bytes().await.unwrap().starts_with(b"PK"));

    let page = ana.get("/results/g1").await.text().await.unwrap();
    assert!(page.contains("three") && page.contains("/results/g1?player=2"), "{page}");
    let ben_sheet = ana.get("/results/g1?player=2").await.text().await.unwrap();
    assert!(ben_sheet.contains("Answered: ") && ben_sheet.contains("Right answer: "), "{ben_sheet}");
    let all = ana.get("/results/g1?player=all").await.text().await.unwrap();
    assert_eq!(all.matches("class=\"pupil\"").count(), 3, "{all}");
    assert_eq!(ana.get("/results/g1?player=4").await.status(), StatusCode::NOT_FOUND);

    assert_eq!(ben.ask("result", &[("id", "g1")]).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(ben.get("/results/g1/export.csv").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(ben.ask("delete-result", &[("id", "g1")]).await.status(), StatusCode::NOT_FOUND);
    assert!(ana.ask("delete-result", &[("id", "g1")]).await.status().is_success());
    assert_eq!(ana.ask("result", &[("id", "g1")]).await.status(), StatusCode::NOT_FOUND);
    node.stop().await;
}

const RESULTS: &str = r#"{"id":"g1","pin":"482915","title":"Sums","endedAt":5,
    "questions":[{"text":"What is 2?","kind":"typed","right":"=1+1","correct":1,"answered":2,"players":2}],
    "players":[
        {"name":"=Ana","score":812,"place":1,"answers":[{"text":"=1+1","verdict":"right","points":812,"tookMs":4321}]},
        {"name":"a;=1+1;","score":0,"place":2,"answers":[{"text":"three","verdict":"wrong","points":0,"tookMs":1000}]},
        {"name":"Ben","score":0,"place":2,"answers":[null]}]}"#;
