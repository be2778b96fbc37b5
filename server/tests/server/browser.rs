//! An HTTP client that keeps its cookies and follows redirects, as a browser does.

use std::collections::BTreeMap;

use protocol::quiz::Quiz;
use protocol::wire;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response};

use crate::node::TestNode;

/// The most redirects in a row: browsers follow no more, and our pages need fewer.
const LED_ON: usize = 5;

/// An HTTP client with cookies.
pub struct Browser<'a> {
    node: &'a TestNode,
    /// The values of cookies, by their names.
    pub cookies: BTreeMap<String, String>,
}

impl<'a> Browser<'a> {
    /// A browser that has loaded the front page.
    pub async fn at(node: &'a TestNode) -> Self {
        let mut browser = Self::without_cookies(node);
        browser.get("/").await;
        browser
    }

    /// A browser that has loaded nothing yet.
    pub fn without_cookies(node: &'a TestNode) -> Self {
        Self { node, cookies: BTreeMap::new() }
    }

    /// The value of its `Cookie` header.
    pub fn cookie(&self) -> String {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        cookies.join("; ")
    }

    /// Builds a request with its cookies.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = Client::new().request(method, self.node.url(path));
        if self.cookies.is_empty() { request } else { request.header("cookie", self.cookie()) }
    }

    /// Sends a request, follows redirects, and keeps the cookies of all answers.
    pub async fn send(&mut self, request: RequestBuilder) -> Response {
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        let mut answer = client.execute(request.build().unwrap()).await.unwrap();
        for _ in 0..LED_ON {
            self.keep_cookies(&answer);
            let leads_to = answer.headers().get("location").filter(|_| answer.status().is_redirection());
            let Some(leads_to) = leads_to else { return answer };
            let leads_to = answer.url().join(leads_to.to_str().unwrap()).unwrap();
            let page = client.get(leads_to).header("cookie", self.cookie()).header("accept", "text/html");
            answer = page.send().await.unwrap();
        }
        panic!("{} leads on and on", answer.url());
    }

    /// Keeps the cookies of an answer.
    pub fn keep_cookies(&mut self, answer: &Response) {
        for cookie in answer.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            match cookie.contains("Max-Age=0") {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.into(), value.into()),
            };
        }
    }

    /// Sends a form of the page at `page` as a browser without scripts does.
    pub async fn sends_form(&mut self, what: &str, form: &[(&str, &str)], page: &str) -> Response {
        let request = self.form(what, form).header("accept", "text/html");
        let request = request.header("referer", self.node.url(page)).header("origin", self.node.url(""));
        self.send(request).await
    }

    /// Loads a page, as by its address.
    pub async fn get(&mut self, path: &str) -> Response {
        self.send(self.request(Method::GET, path).header("accept", "text/html")).await
    }

    /// Sends a body without a content type.
    pub async fn post(&mut self, path: &str, body: impl Into<reqwest::Body>) -> Response {
        self.send(self.request(Method::POST, path).body(body)).await
    }

    /// Calls a server function.
    pub async fn ask(&mut self, what: &str, form: &[(&str, &str)]) -> Response {
        self.send(self.form(what, form)).await
    }

    /// Builds a call of a server function.
    pub fn form(&self, what: &str, form: &[(&str, &str)]) -> RequestBuilder {
        self.form_to(&format!("/api/{what}"), form)
    }

    /// A form that is sent to a path.
    pub fn form_to(&self, path: &str, form: &[(&str, &str)]) -> RequestBuilder {
        let pairs: Vec<_> = form.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
        let request = self.request(Method::POST, path).body(pairs.join("&"));
        request.header("content-type", "application/x-www-form-urlencoded")
    }

    /// Posts a message as a browser without scripts does; `id`: the value of the form's field.
    pub async fn says_by_form(&mut self, room: &str, id: &str, text: &str) -> Response {
        let page = format!("/rooms/{room}");
        let request = self.form_to(&page, &[("room", room), ("id", id), ("message", text)]);
        let request = request.header("accept", "text/html").header("referer", self.node.url(&page));
        self.send(request.header("origin", self.node.url(""))).await
    }

    /// Saves a quiz; a new one without `id`.
    pub async fn save(&mut self, id: &str, version: &str, quiz: &Quiz) -> Response {
        let quiz = wire::encode(quiz);
        let form = [("id", id), ("version", version), ("quiz", &quiz)];
        self.ask("save-quiz", if id.is_empty() { &form[1..] } else { &form }).await
    }
}

/// Percent-encodes every byte of a text.
pub fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
