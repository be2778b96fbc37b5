//! Somebody who asks over HTTP and keeps their cookies, as a browser does.

use std::collections::BTreeMap;

use protocol::quiz::Quiz;
use protocol::wire;
use reqwest::{Client, Method, RequestBuilder, Response};

use crate::node::TestNode;

/// A browser: it keeps its cookies.
pub struct Browser<'a> {
    node: &'a TestNode,
    /// By name.
    pub cookies: BTreeMap<String, String>,
}

impl<'a> Browser<'a> {
    /// Comes to the front page.
    pub async fn at(node: &'a TestNode) -> Self {
        let mut browser = Self::without_cookies(node);
        browser.get("/").await;
        browser
    }

    /// Has been nowhere yet.
    pub fn without_cookies(node: &'a TestNode) -> Self {
        Self { node, cookies: BTreeMap::new() }
    }

    /// What it would send as `Cookie`.
    pub fn cookie(&self) -> String {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        cookies.join("; ")
    }

    /// A request with its cookies.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        Client::new().request(method, self.node.url(path)).header("cookie", self.cookie())
    }

    /// Sends a request and keeps the cookies of the answer.
    pub async fn send(&mut self, request: RequestBuilder) -> Response {
        let answer = request.send().await.unwrap();
        for cookie in answer.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.into(), value.into());
        }
        answer
    }

    /// Looks at a page.
    pub async fn get(&mut self, path: &str) -> Response {
        self.send(self.request(Method::GET, path).header("accept", "text/html")).await
    }

    /// Sends a body of no kind.
    pub async fn post(&mut self, path: &str, body: impl Into<reqwest::Body>) -> Response {
        self.send(self.request(Method::POST, path).body(body)).await
    }

    /// Calls a server function.
    pub async fn ask(&mut self, what: &str, form: &[(&str, &str)]) -> Response {
        self.send(self.form(what, form)).await
    }

    /// A call of a server function.
    pub fn form(&self, what: &str, form: &[(&str, &str)]) -> RequestBuilder {
        let pairs: Vec<_> = form.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
        let request = self.request(Method::POST, &format!("/api/{what}")).body(pairs.join("&"));
        request.header("content-type", "application/x-www-form-urlencoded")
    }

    /// Saves a quiz; a new one without `id`.
    pub async fn save(&mut self, id: &str, version: &str, quiz: &Quiz) -> Response {
        let quiz = wire::spell(quiz);
        let form = [("id", id), ("version", version), ("quiz", &quiz)];
        self.ask("save-quiz", if id.is_empty() { &form[1..] } else { &form }).await
    }
}

/// A text as an address or a form carries it.
pub fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
