//! Imports of files by a form: shown as they were understood, and saved
//! as their author decides. None of it needs scripts.

use protocol::quiz::SavedQuiz;
use protocol::wire;
use reqwest::{Client, Method, Response, StatusCode, redirect};

use crate::browser::Browser;
use crate::node::TestNode;

const HEADER: &str = "Question,Answer 1,Answer 2,Time limit,Correct answer(s)\n";

/// Somebody with a browser without scripts.
struct Teacher<'a> {
    node: &'a TestNode,
    browser: Browser<'a>,
    client: Client,
}

impl<'a> Teacher<'a> {
    async fn at(node: &'a TestNode) -> Self {
        let browser = Browser::at(node).await;
        let client = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
        Self { node, browser, client }
    }

    async fn send(&self, path: &str, kind: &str, body: Vec<u8>) -> Response {
        let request = self.client.post(self.node.url(path)).header("content-type", kind).body(body);
        let cookie = format!("hubbub={}", self.browser.cookies["hubbub"]);
        request.header("accept", "text/html,*/*;q=0.8").header("cookie", cookie).send().await.unwrap()
    }

    async fn brings(&self, name: &str, file: &[u8]) -> Response {
        let begin = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: text/csv\r\n\r\n"
        );
        let body = [begin.as_bytes(), file, b"\r\n--edge--\r\n"].concat();
        self.send("/api/import-quiz", "multipart/form-data; boundary=edge", body).await
    }

    /// The error on the page that an answer redirects to.
    async fn is_told(&mut self, answer: Response) -> String {
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let to = header(&answer, "location").to_owned();
        assert_eq!(to, "/quizzes");
        self.browser.keep_cookies(&answer);
        self.browser.get(&to).await.text().await.unwrap()
    }

    async fn list(&mut self) -> String {
        self.browser.ask("quizzes", &[]).await.text().await.unwrap()
    }
}

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// The hidden fields of the form on a page, and the answers to its questions.
fn filled_in(page: &str, answers: &[(&str, &str)]) -> Vec<u8> {
    let value = |name: &str| {
        let field = page.split("<input").find(|field| field.contains(&format!("name=\"{name}\""))).unwrap();
        let value = field.split("value=\"").nth(1).unwrap().split('"').next().unwrap();
        value
            .replace("&quot;", "\"")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&#x27;", "'")
            .replace("&amp;", "&")
    };
    let mut form = form_urlencoded::Serializer::new(String::new());
    for name in ["quiz", "doubts", "title"] {
        form.append_pair(name, &value(name));
    }
    form.extend_pairs(answers);
    form.finish().into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_shown_before_it_is_kept() {
    let node = TestNode::embedded(&[]).await;
    let mut ana = Teacher::at(&node).await;
    let page = ana.brings("Plants & <b>stones.csv", format!("{HEADER}Which one?,Moss,Stone,20,1").as_bytes()).await;
    assert_eq!(page.status(), StatusCode::OK);
    let page = page.text().await.unwrap();
    for part in ["The one question is understood", "Which one?", "Moss", "Plants &amp; &lt;b", "Nothing is saved yet."]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!ana.list().await.contains("Plants"), "nothing is kept yet");

    let stored = ana.send("/api/store-import", FORM, filled_in(&page, &[("use", "all")])).await;
    assert_eq!(stored.status(), StatusCode::SEE_OTHER);
    assert!(header(&stored, "location").starts_with("/quizzes/"), "{stored:?}");
    assert!(ana.list().await.contains("Plants & <b>stones"));
    node.stop().await;
}

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test(flavor = "multi_thread")]
async fn all_faults_are_shown_at_once_and_each_is_settled_by_an_answer() {
    let node = TestNode::embedded(&[]).await;
    let mut ana = Teacher::at(&node).await;
    let file = format!("{HEADER}Fine?,Moss,Stone,20,1\nWhich one?,Moss,Stone,20,7\nHow long?,Moss,Stone,1e9,2");
    let page = ana.brings("Plants.csv", file.as_bytes()).await.text().await.unwrap();
    for part in [
        "Plants.csv",
        "1 question understood, 2 need you",
        "href=\"#q1\"",
        "id=\"q1\"",
        "href=\"#q3\"",
        "id=\"q3\"",
        "Row 3, column E, “Correct answer(s)”",
        "There is no answer 7.",
        "Row 4, column D, “Time limit”",
        "“1e9” is no time limit; write seconds up to 600, such as 20.",
        "Use all 3",
        "Use the 1 now",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let all = filled_in(&page, &[("answer-0", "1"), ("answer-1", "60"), ("use", "all")]);
    let stored = ana.send("/api/store-import", FORM, all).await;
    let file = ana.browser.get(&format!("{}/export.json", header(&stored, "location"))).await.text().await.unwrap();
    assert!(file.contains(r#"{"text":"Stone","right":true}"#) && file.contains(r#""seconds":60"#), "{file}");

    let good = filled_in(&page, &[("use", "understood")]);
    let stored = ana.send("/api/store-import", FORM, good).await;
    let file = ana.browser.get(&format!("{}/export.json", header(&stored, "location"))).await.text().await.unwrap();
    assert_eq!(file.matches("\"kind\"").count(), 1, "{file}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_without_a_right_answer_is_asked_about() {
    let node = TestNode::embedded(&[]).await;
    let mut ana = Teacher::at(&node).await;
    let question =
        |kind: &str| format!(r#"{{"kind":"{kind}","text":"Which?","options":[{{"text":"Moss"}},{{"text":"Stone"}}]}}"#);
    let file = format!(r#"{{"title":"T","questions":[{},{}]}}"#, question("choice"), question("poll"));
    let page = ana.brings("T.json", file.as_bytes()).await.text().await.unwrap();
    for part in ["1 question understood, 1 needs you", "It does not say which answer is right.", "Which one is right?"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    let stored = ana.send("/api/store-import", FORM, filled_in(&page, &[("answer-0", "1"), ("use", "all")])).await;
    let file = ana.browser.get(&format!("{}/export.json", header(&stored, "location"))).await.text().await.unwrap();
    assert!(file.contains(r#"{"text":"Stone","right":true}"#), "{file}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_quiz_leads_back_and_says_why() {
    let node = TestNode::embedded(&[]).await;
    let mut ana = Teacher::at(&node).await;
    for (file, why) in [
        (b"milk, eggs".to_vec(), "No header row was found."),
        (b"".to_vec(), "Choose a file first."),
        (b"%PDF-1.7".to_vec(), "This is a PDF."),
        (vec![b'x'; 2_000_000], "This file has more than 1 MB of text."),
        (vec![b'x'; 4_000_000], "This file has more than 3 MB."),
    ] {
        let answer = ana.brings("notes.txt", &file).await;
        let page = ana.is_told(answer).await;
        assert!(page.contains(why), "{why}: {page}");
    }
    let odd = ana.send("/api/store-import", FORM, b"quiz=%7B&doubts=x".to_vec()).await;
    assert!(ana.is_told(odd).await.contains("This form cannot be read."));
    let request = ana.browser.request(Method::GET, "/quizzes/import").header("accept", "text/html");
    let nobody = ana.browser.send(request).await;
    assert_eq!(nobody.url().path(), "/quizzes", "whoever has brought nothing is led to the form");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_gets_the_quiz_or_every_fault() {
    let node = TestNode::embedded(&[]).await;
    let mut ana = Browser::at(&node).await;
    let bad = ana.post("/api/import-quiz", format!("{HEADER}Which?,Moss,Stone,20,7\nWhat?,Moss,Stone,1 h,1")).await;
    assert_eq!(bad.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let told = bad.text().await.unwrap();
    let lines: Vec<_> = told.lines().collect();
    assert_eq!(lines.len(), 2, "{told}");
    assert_eq!(lines[0], "Row 2, column E: there is no answer 7.");

    let good = ana.post("/api/import-quiz?name=Plants.csv", format!("{HEADER}Which?,Moss,Stone,1 min,1")).await;
    let saved: SavedQuiz = wire::decode(&good.text().await.unwrap()).unwrap();
    let quiz = ana.ask("quiz", &[("id", saved.id.as_str())]).await.text().await.unwrap();
    assert!(quiz.contains(r#""title":"Plants""#) && quiz.contains(r#""seconds":60"#), "{quiz}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_is_there_for_everybody_and_comes_in_again() {
    let node = TestNode::embedded(&[]).await;
    let mut ana = Browser::at(&node).await;
    for ending in ["csv", "xlsx"] {
        let template = ana.get(&format!("/quizzes/template.{ending}")).await;
        assert_eq!(template.status(), StatusCode::OK);
        let template = template.bytes().await.unwrap();
        assert_eq!(ana.post("/api/import-quiz", template).await.status(), StatusCode::OK, "{ending}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_formula_that_stands_a_thousand_times_on_a_page_is_drawn_so_often_and_no_more() {
    let node = TestNode::embedded(&[]).await;
    let ana = Teacher::at(&node).await;
    // Escaped for JSON; each is rendered as half a kilobyte.
    let formula = r"$a\\,\\,\\,\\,\\,\\,\\,\\,\\,\\,\\,\\,$ ";
    let question = format!(r#"{{"question":"{}","answers":["a","b"],"solutions":[0]}}"#, formula.repeat(4));
    let file = format!(r#"{{"title":"T","questions":[{}]}}"#, vec![question; 90].join(","));
    let page = ana.brings("T.json", file.as_bytes()).await.text().await.unwrap();
    let drawn: usize = page.split("<math").skip(1).map(|math| math.split("</math>").next().unwrap().len()).sum();
    assert!(drawn > 100_000, "{drawn}");
    assert!(drawn <= 512 * 1024, "{drawn} bytes of markup of one formula");
    assert!(page.contains("$a"), "the others stand as they are written");
    node.stop().await;
}

/// The smallest PNG, as a data URL.
const PIXEL: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAACklEQVR4nGMAAQAABQABDQottAAAAABJRU5ErkJggg==";

#[tokio::test(flavor = "multi_thread")]
async fn pictures_in_a_file_are_taken_along_and_each_other_one_is_told() {
    let node = TestNode::embedded(&[]).await;
    let mut ana = Teacher::at(&node).await;
    let question =
        |picture: &str| format!(r#"{{"question":"Q?","answers":["a","b"],"solutions":[0],"image":"{picture}"}}"#);
    let large = format!("data:image/png;base64,{}", "A".repeat(1_600_000));
    let pictures = [PIXEL, "https://x.example/y.png", "data:image/svg+xml;base64,PHN2Zz4=", &large];
    let file = format!(r#"{{"title":"T","questions":[{}]}}"#, pictures.map(question).join(","));
    let page = ana.brings("T.json", file.as_bytes()).await;
    assert_eq!(page.status(), StatusCode::OK);
    let page = page.text().await.unwrap();
    for part in [
        "All 4 questions understood",
        r#"src="/pictures/"#,
        "Question 2: the picture was not taken, because it is on another site, x.example, and nothing is fetched from there.",
        "Question 3: the picture was not taken, because it is no PNG, JPEG, WebP or GIF.",
        "Question 4: the picture was not taken, because it has more than 1 MiB.",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let stored = ana.send("/api/store-import", FORM, filled_in(&page, &[("use", "all")])).await;
    let file = ana.browser.get(&format!("{}/export.json", header(&stored, "location"))).await.text().await.unwrap();
    assert_eq!(file.matches("\"picture\":").count(), 1, "{file}");
    let id = file.split("\"picture\":\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(ana.browser.get(&format!("/pictures/{id}")).await.status(), StatusCode::OK);

    // Our own file finds its picture here, and on another server it does not.
    let again = ana.brings("T.json", file.as_bytes()).await.text().await.unwrap();
    assert!(again.contains(&format!("/pictures/{id}")) && !again.contains("was not taken"), "{again}");
    let other = TestNode::embedded(&[]).await;
    let there = Teacher::at(&other).await.brings("T.json", file.as_bytes()).await.text().await.unwrap();
    assert!(there.contains("Question 1: the picture was not taken, because it is kept on another server."), "{there}");
    other.stop().await;
    node.stop().await;
}
