//! Security headers of every answer.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::origin::is_https;

/// As OWASP ASVS 5.0, chapter 3.4, asks. Pages set their own Content-Security-Policy with a nonce; everything
/// else is not a document and gets the strictest.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=()"),
];
const NOT_A_DOCUMENT: &str = "default-src 'none'; frame-ancestors 'none'";
/// Sent only over https, where it means something: a year, as ASVS 3.4.1 asks.
const TRANSPORT: &str = "max-age=31536000; includeSubDomains";

/// Adds the headers that are missing.
pub async fn security_headers(request: Request, next: Next) -> Response {
    let https = is_https(request.headers());
    let mut response = next.run(request).await;
    let status = response.status();
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(NOT_A_DOCUMENT));
    if !is_file(status) && headers.get(header::CACHE_CONTROL).is_some_and(|kept| kept.as_bytes().starts_with(b"public"))
    {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if https {
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(HeaderValue::from_static(TRANSPORT));
    }
    response
}

/// Whether caches may keep an answer: not an error, which may be gone tomorrow.
pub fn is_file(status: StatusCode) -> bool {
    matches!(status, StatusCode::OK | StatusCode::PARTIAL_CONTENT | StatusCode::NOT_MODIFIED)
}
