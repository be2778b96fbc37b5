//! Who is who: a guest session in a signed cookie.
//!
//! The cookie is the session: id, name and the second when it was signed, with a key that all nodes share. So
//! no node has to store sessions.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use data_encoding::BASE64URL_NOPAD;
use protocol::{Member, MessageId, Name, SessionToken, UserId};

mod authors;
mod cookies;
mod flash;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod game_tokens;
mod guest_names;
mod last_game;
mod legacy_cookies;
mod purpose;
pub mod revocation;
mod signer;

pub use authors::Authors;
pub use game_tokens::{HostRole, host_id, person_of};
pub use revocation::{RevokedUsers, Revoker};
pub use signer::SessionKeys;

use legacy_cookies::LegacyCookies;
use purpose::TokenPurpose;
use signer::{Signed, Signer};
use storage::clock;

/// The cookie's name; behind https it gets a prefix.
const COOKIE: &str = "hubbub";
/// How many of our cookies a sign-out deletes; a browser keeps fewer of a site.
const FORGOTTEN: usize = 200;
/// How many seconds another node's clock may be ahead of ours.
const CLOCKS_DIFFER: u64 = 24 * 60 * 60;
/// A session is renewed when it is older than so many seconds, or than a tenth of its lifetime.
const RENEWED_AFTER: u64 = 24 * 60 * 60;

/// How long sessions are valid.
#[derive(Clone, Copy, Debug)]
pub struct SessionRules {
    /// From one visit to the next, at most.
    pub lifetime: Duration,
    /// Sessions that were signed before are invalid; in seconds since 1970.
    pub not_before: u64,
}

impl Default for SessionRules {
    fn default() -> Self {
        Self { lifetime: Duration::from_secs(180 * 24 * 60 * 60), not_before: 0 }
    }
}

/// A valid session in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The person's id, and the name that the cookie carries.
    pub member: Member,
    /// Whether the session should be signed anew, so that it does not expire.
    pub is_due: bool,
}

/// Signs and verifies sessions and tokens.
#[derive(Clone)]
pub struct Sessions {
    inner: Arc<Inner>,
}

struct Inner {
    sessions: Signer,
    hosts: Signer,
    seats: Signer,
    flash: Signer,
    visits: Signer,
    earlier: LegacyCookies,
    keys: SessionKeys,
    rules: SessionRules,
    revoked: Arc<RevokedUsers>,
}

impl Sessions {
    /// Sessions signed with one secret, under the default rules.
    pub fn new(secret: &str) -> Self {
        Self::with(SessionKeys { current: secret.to_owned(), old: Vec::new() }, SessionRules::default(), Arc::default())
    }

    /// Sessions signed with these secrets; those of `revoked` people are invalid.
    pub fn with(keys: SessionKeys, rules: SessionRules, revoked: Arc<RevokedUsers>) -> Self {
        let signer = |purpose| Signer::new(purpose, &keys);
        let inner = Inner {
            sessions: signer(TokenPurpose::Session),
            hosts: signer(TokenPurpose::Host),
            seats: signer(TokenPurpose::Seat),
            flash: signer(TokenPurpose::Flash),
            visits: signer(TokenPurpose::Visit),
            earlier: LegacyCookies::new(&keys),
            keys,
            rules,
            revoked,
        };
        Self { inner: Arc::new(inner) }
    }

    /// A random secret, for [`Sessions::new`].
    pub fn fresh_secret() -> String {
        storage::random::text(48)
    }

    /// The person of a request; `None` where its session is missing, foreign, altered, expired or revoked.
    pub fn authenticate(&self, headers: &HeaderMap) -> Option<Member> {
        self.visit(headers).map(|visit| visit.member)
    }

    /// The same, and how long ago that session was signed.
    pub fn authenticate_with_age(&self, headers: &HeaderMap) -> Option<(Member, Duration)> {
        let now = now();
        cookies::called(COOKIE, headers).find_map(|value| {
            let visit = self.visit_at(value, now).or_else(|| self.earlier(value, now))?;
            // Cookies of the earlier format had no date, and are old.
            let age = self.inner.sessions.verify(value).map_or(now, |signed| now.saturating_sub(signed.issued_at));
            Some((visit.member, Duration::from_secs(age)))
        })
    }

    /// The same as [`Sessions::authenticate`], and whether the session should be renewed.
    pub fn visit(&self, headers: &HeaderMap) -> Option<Visit> {
        let now = now();
        cookies::called(COOKIE, headers)
            .find_map(|value| self.visit_at(value, now).or_else(|| self.earlier(value, now)))
    }

    /// The session that a [token](Sessions::token) proves; `None` where it is expired, revoked or not ours.
    pub fn visit_with(&self, token: &SessionToken) -> Option<Visit> {
        self.visit_at(token.as_str(), now())
    }

    /// The `Set-Cookie` header that gives the sender of these headers the session of `member`.
    pub fn write(&self, member: &Member, headers: &HeaderMap) -> Option<HeaderValue> {
        self.write_cookie(COOKIE, &self.token_of(member, now()), self.lifetime(), headers)
    }

    /// The `Set-Cookie` headers that delete all our cookies of the sender: session, author,
    /// host and visited game.
    pub fn forget(&self, headers: &HeaderMap) -> Vec<HeaderValue> {
        let ours = ["", authors::COOKIE_SUFFIX, last_game::COOKIE_SUFFIX];
        cookies::beginning(COOKIE, headers)
            .map(|(rest, _)| rest)
            .filter(|rest| ours.contains(rest) || rest.starts_with(game_tokens::COOKIE_SUFFIX))
            .take(FORGOTTEN)
            .filter_map(|rest| cookies::set(&format!("{COOKIE}{rest}"), "", 0, headers))
            .collect()
    }

    /// Whether somebody signed out, so that all their sessions are invalid.
    pub fn has_ended(&self, user: &UserId) -> bool {
        self.inner.revoked.contains(user)
    }

    /// The session as a token, for programs that have no cookies.
    pub fn token(&self, member: &Member) -> Option<SessionToken> {
        SessionToken::parse(&self.token_of(member, now())).ok()
    }

    /// The same, signed at another time, in seconds since 1970.
    pub fn token_of(&self, member: &Member, issued_at: u64) -> String {
        let name = BASE64URL_NOPAD.encode(member.name.as_str().as_bytes());
        self.inner.sessions.sign(&format!("{}.{name}", member.id), issued_at)
    }

    fn visit_at(&self, token: &str, now: u64) -> Option<Visit> {
        let signed = self.inner.sessions.verify(token).filter(|signed| self.is_good(signed, self.lifetime(), now))?;
        let (id, name) = signed.body.rsplit_once('.')?;
        let name = String::from_utf8(BASE64URL_NOPAD.decode(name.as_bytes()).ok()?).ok()?;
        let member = Member { id: UserId::parse(id).ok()?, name: Name::from(name) };
        let is_due = self.is_due(&signed, now);
        Some(Visit { member, is_due }).filter(|visit| !self.has_ended(&visit.member.id))
    }

    /// A session without a date is invalid as soon as the operator has ended any.
    fn earlier(&self, value: &str, now: u64) -> Option<Visit> {
        let member = self.inner.earlier.verify(value, now).filter(|_| self.inner.rules.not_before == 0)?;
        Some(Visit { member, is_due: true }).filter(|visit| !self.has_ended(&visit.member.id))
    }

    /// Whether something signed is valid still: neither expired nor ended by the operator.
    fn is_good(&self, signed: &Signed<'_>, lifetime: Duration, now: u64) -> bool {
        let at = signed.issued_at;
        at >= self.inner.rules.not_before && at <= now + CLOCKS_DIFFER && now < at.saturating_add(lifetime.as_secs())
    }

    /// Whether it should be signed anew.
    fn is_due(&self, signed: &Signed<'_>, now: u64) -> bool {
        let age = now.saturating_sub(signed.issued_at);
        signed.by_old_key || age >= RENEWED_AFTER.min(self.lifetime().as_secs() / 10)
    }

    fn lifetime(&self) -> Duration {
        self.inner.rules.lifetime
    }

    /// The `Set-Cookie` header of one of our cookies.
    fn write_cookie(&self, name: &str, value: &str, lifetime: Duration, headers: &HeaderMap) -> Option<HeaderValue> {
        cookies::set(name, value, lifetime.as_secs(), headers)
    }
}

/// Whether a `Set-Cookie` header sets the session cookie, and no other of ours.
pub fn is_session(set_cookie: &HeaderValue) -> bool {
    cookies::sets(set_cookie, COOKIE)
}

/// A new person, with a random name.
pub fn guest() -> Member {
    let id = UserId::parse(&storage::random::text(20));
    match (id, Name::parse(&guest_names::draw(&mut rand::rng()))) {
        (Ok(id), Ok(name)) => Member { id, name },
        // Both consist of letters that ids and names allow.
        _ => unreachable!("drawn ids and names are valid"),
    }
}

/// A random id for a message that was sent without one.
pub fn random_message_id() -> MessageId {
    // Message ids consist of letters and digits.
    MessageId::parse(&storage::random::text(20)).unwrap_or_else(|_| unreachable!("a drawn id is valid"))
}

/// The system clock, in seconds since 1970.
fn now() -> u64 {
    clock::now_ms() / 1000
}

#[cfg(test)]
mod tests;
