//! Attacks of strangers on the release, and whether it held: `make siege`.
//!
//! Knows the protocol as it stands in `docs/protocol.md`, and nothing of the
//! server's inside. What an attack may cost others stands in the attack, never in
//! what was measured. To add one, write it and add a line to [`ALL`].

use anyhow::Result;
use futures::future::LocalBoxFuture;

use crate::play::Setting;
use crate::verdict::Verdict;

mod attacks;
mod files;
mod socket;
mod stranger;
mod summary;
mod talkers;
mod target;
mod usage;

use attacks::{addresses, chats, frames, growth, lobby, origins, pages, requests, sessions, uploads};
pub use summary::Summary;

/// An attack with its name and its function.
#[derive(Clone, Copy)]
pub struct Attack {
    /// Its name, as on the command line.
    pub name: &'static str,
    /// What is done, in a few words.
    pub about: &'static str,
    /// Whether the short form has it.
    pub in_short: bool,
    /// The function that runs it.
    pub run: fn(Setting) -> LocalBoxFuture<'static, Result<Verdict>>,
}

macro_rules! attack {
    ($name:literal, $when:ident, $run:path, $about:literal) => {
        Attack {
            name: $name,
            about: $about,
            in_short: matches!(When::$when, When::Always),
            run: |setting| Box::pin(async move { $run(&setting).await }),
        }
    };
}

/// Which forms have an attack.
enum When {
    Always,
    Long,
}

/// All attacks, in the order in which they run.
pub const ALL: &[Attack] = &[
    attack!("upload-sheets", Always, uploads::sheets, "XLSX and ZIP files that are small to send and dear to read"),
    attack!("upload-texts", Always, uploads::texts, "CSV and JSON of which every byte is work"),
    attack!("upload-pictures", Always, uploads::pictures, "pictures of few bytes and many pixels"),
    attack!("upload-thirty", Always, uploads::thirty, "thirty sheets of 1.8 million shared strings at once"),
    attack!("upload-beside", Always, uploads::beside, "such sheets without end, beside people who talk"),
    attack!("upload-530", Always, uploads::end_among, "530 sheets at once, then SIGTERM"),
    attack!("rooms", Long, frames::rooms, "rooms beyond 10,000, opened as fast as allowed"),
    attack!("nickname", Always, frames::nickname, "a taken nickname in a game of thousands"),
    attack!("pings", Always, frames::pings, "pings as fast as a client can write them"),
    attack!("since", Always, frames::since, "a short join that asks for a long log"),
    attack!("session-reconnects", Always, addresses::reconnecting, "one session that reconnects to say more"),
    attack!("session-on-two-nodes", Long, addresses::reconnecting_on_two, "the same by turns on two nodes"),
    attack!("forms", Always, addresses::forms, "forms without cookies, somebody new each time"),
    attack!("forwarded", Always, addresses::forwarded, "X-Forwarded-For with entries of the client's own"),
    attack!("whole-school", Always, addresses::whole_school, "one session that wants all connections of its school"),
    attack!("slow-readers", Long, addresses::slow_readers, "connections that read nothing, on a node with 256 files"),
    attack!("wrong-pins", Always, lobby::lock_out, "200 wrong PINs from a school, then its host reloads"),
    attack!("pin-oracle", Always, lobby::oracle, "every way to learn which PINs exist"),
    attack!("bots", Always, lobby::bots, "bots of one address that want all seats"),
    attack!("kicked", Always, lobby::kicked, "somebody who was sent away, with a new cookie"),
    attack!("removed-host", Always, lobby::removed_host, "a second host who was removed and goes on"),
    attack!("quizzes-by-nobody", Always, growth::quizzes, "quizzes of somebody new each time"),
    attack!("pictures-by-nobody", Always, growth::pictures, "pictures of somebody new each time"),
    attack!("games-by-nobody", Always, growth::games, "games of somebody new each time"),
    attack!("looking", Always, growth::looking, "pages of rooms that nobody made"),
    attack!("control-characters", Always, growth::controls, "letters that take six bytes each"),
    attack!("day", Long, growth::day, "a day of all of it in minutes: growth stops"),
    attack!("day-on-redis", Long, growth::day_on_redis, "the same on two nodes with Redis"),
    attack!("markup", Always, pages::markup, "titles and texts that would run as HTML"),
    attack!("sentences", Always, pages::sentences, "addresses that make a page say a stranger's sentence"),
    attack!("referers", Always, pages::referers, "forms that ask to be led to another site"),
    attack!("unlisted", Always, pages::unlisted, "a secret room looked for on the front page"),
    attack!("front-page", Always, pages::front_page, "360 rooms of nobody, for all places on the front page"),
    attack!("class-chat", Always, chats::strangers, "strangers who read and write a class's chat"),
    attack!("kicked-chat", Always, chats::kicked, "somebody who was sent away and goes on writing"),
    attack!("other-site", Always, origins::other_site, "forms and sockets of another site"),
    attack!("rebinding", Always, origins::rebinding, "a foreign name that leads here"),
    attack!("two-hosts", Always, origins::hosts, "requests with two names or none"),
    attack!("plain-origin", Always, origins::plain_origin, "a page over http for an https host"),
    attack!("metrics", Always, origins::figures, "strangers at /metrics"),
    attack!("log-out", Always, sessions::log_out, "a cookie from before the log-out"),
    attack!("old-sessions", Long, sessions::old, "sessions from before a date that the operator set"),
    attack!("foreign-cookie", Always, sessions::foreign, "cookies of other sites beside ours"),
    attack!("session-token", Always, sessions::token, "a program without cookies that comes back"),
    attack!("forged-cookies", Always, sessions::forged, "cookies of which a letter was changed"),
    attack!("author-keys", Always, sessions::author_keys, "keys of authors, one after the other"),
    attack!("no-store", Always, sessions::no_store, "what browsers keep of private pages"),
    attack!("files", Always, sessions::files, "other users of the machine"),
    attack!("methods", Always, requests::methods, "CONNECT and others that are meant for proxies"),
    attack!("traversal", Always, requests::files_outside, "files that are none of the site's"),
    attack!("bodies", Always, requests::bodies, "bodies that are no UTF-8, to every call"),
    attack!("pictures", Always, requests::pictures, "EXIF and GPS, and things that begin like a picture"),
];
