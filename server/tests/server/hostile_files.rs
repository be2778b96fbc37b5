//! Files that are expensive to parse: each is refused with a sentence, after little time and
//! in little memory, while others go on chatting.
//!
//! They are sent to the program itself, in a process of its own, so that what it
//! takes can be told apart from what the tests take.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::{Client, StatusCode};
use tokio::time::interval;
use tokio_util::task::AbortOnDropHandle;

use crate::hostile_archives as archives;
use crate::polling::{PATIENCE, poll_until};
use crate::program::Program;
use crate::visitor::Visitor;

const MEBIBYTE: u64 = 1024 * 1024;
/// Memory above what there was before it, and processor time, that one file may take.
const MEMORY: u64 = 64 * MEBIBYTE;
const BUSY: Duration = Duration::from_secs(2);

/// How often somebody posts a message meanwhile.
const SAY_EVERY: Duration = Duration::from_millis(50);

const SHEET: &str = "/api/import-quiz";
const PICTURE: &str = "/api/picture";

/// What is wrong with a file, the address that it is sent to, and its bytes.
type File = (&'static str, &'static str, Vec<u8>);

fn texts() -> Vec<File> {
    let mib = 1024 * 1024;
    let list = |begin: &str, one: &str| [begin, &one.repeat((mib - begin.len()) / one.len())].concat().into_bytes();
    vec![
        ("a row of a million empty cells", SHEET, vec![b','; mib]),
        ("a million rows", SHEET, vec![b'\n'; mib]),
        ("half a million rows of two cells", SHEET, b",\n".repeat(mib / 2)),
        ("one large cell", SHEET, vec![b'x'; mib]),
        ("a quote that does not end", SHEET, [&b"\""[..], &vec![b'"'; mib - 2]].concat()),
        ("letters that become three bytes each", SHEET, vec![0x80; mib]),
        ("a deep JSON", SHEET, list("", "{\"questions\":[")),
        ("brackets without end", SHEET, list("{\"questions\":", "[")),
        ("a third of a million questions", SHEET, list("{\"questions\":[", "{},")),
        ("a third of a million options", SHEET, list("{\"questions\":[{\"options\":[", "{},")),
        ("a third of a million accepted answers", SHEET, list("{\"questions\":[{\"accepted_answers\":[", "\"\",")),
        ("a number beyond all", SHEET, b"{\"questions\":[{\"seconds\":1e999}]}".to_vec()),
        ("a kind with a long name", SHEET, list("{\"questions\":[{\"kind\":\"", "x")),
    ]
}

fn pictures() -> Vec<File> {
    let png = |header: [u8; 8]| {
        let chunk = |name: &[u8], data: &[u8]| {
            let length = u32::try_from(data.len()).unwrap().to_be_bytes();
            [&length[..], name, data, &archives::crc(&[name, data].concat()).to_be_bytes()].concat()
        };
        let header = [&header[..], &[8, 6, 0, 0, 0]].concat();
        [&b"\x89PNG\r\n\x1a\n"[..], &chunk(b"IHDR", &header), &chunk(b"IDAT", &[0; 600_000])].concat()
    };
    let gif = |screen: &[u8], frame: &[u8], times| {
        [&b"GIF89a"[..], screen, &[0x80, 0, 0, 0, 0, 0, 255, 255, 255], &frame.repeat(times), b";"].concat()
    };
    let jpeg = |height: [u8; 2], width: [u8; 2]| {
        let frame =
            [&b"\xFF\xD8\xFF\xC2\0\x11\x08"[..], &height, &width, b"\x03\x01\x22\0\x02\x11\0\x03\x11\0"].concat();
        [frame, b"\xFF\xDA\0\x08\x01\x01\0\0\0\0\x55".repeat(90_000), b"\xFF\xD9".to_vec()].concat()
    };
    vec![
        ("a picture of 65,535 by 65,535", PICTURE, png([0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF])),
        ("a picture with one row of 2 billion", PICTURE, png([0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1])),
        ("a picture of broken rows", PICTURE, png([0, 0, 0x10, 0, 0, 0, 0x10, 0])),
        (
            "sixty thousand frames",
            PICTURE,
            gif(b"\x01\0\x01\0", b"\x2C\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0", 60_000),
        ),
        ("large frames", PICTURE, gif(b"\xFF\x0F\xFF\x0F", b"\x2C\0\0\0\0\xFF\x0F\xFF\x0F\0\x02\x02\x44\x01\0", 900)),
        ("ninety thousand passes", PICTURE, jpeg([0x0F, 0xFF], [0x0F, 0xFF])),
        ("a photograph of 65,535 by 65,535", PICTURE, jpeg([0xFF, 0xFF], [0xFF, 0xFF])),
        ("a page that begins like a picture", PICTURE, b"GIF89a<script>alert(1)</script>".to_vec()),
    ]
}

/// Posts messages again and again, and measures how long each takes to come back.
struct Talk {
    waits: Arc<Mutex<Vec<Duration>>>,
    _talking: AbortOnDropHandle<()>,
}

impl Talk {
    async fn at(program: &Program) -> Self {
        let mut visitor = Visitor::at_address(program.address(), &[]).await.unwrap();
        visitor.join("talk", None).await;
        let waits = Arc::<Mutex<Vec<Duration>>>::default();
        let noted = waits.clone();
        let talk = async move {
            let mut pace = interval(SAY_EVERY);
            for number in 0_u32.. {
                pace.tick().await;
                let said_at = Instant::now();
                visitor.say(&format!("m{number}"), "still here").await;
                noted.lock().unwrap().push(said_at.elapsed());
            }
        };
        Self { waits, _talking: AbortOnDropHandle::new(tokio::spawn(talk)) }
    }

    /// The 99th percentile of these times since the last call.
    fn worst_of_a_hundred(&self) -> Duration {
        let mut waits = std::mem::take(&mut *self.waits.lock().unwrap());
        waits.sort_unstable();
        waits.get(waits.len() * 99 / 100).copied().unwrap_or_default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_file_costs_more_than_its_budget() {
    let program = Program::start(&["--rate-limit", "off"]).await;
    let talk = Talk::at(&program).await;
    // What is loaded once, at the first file, is no cost of the others.
    program.send(SHEET, b"Question\n".to_vec()).await;
    program.send(PICTURE, b"GIF89a".to_vec()).await;
    let first = program.reset_peak();
    let files = archives::all().into_iter().map(|(name, bytes)| (name, SHEET, bytes));
    for (name, path, bytes) in files.chain(texts()).chain(pictures()) {
        assert!(bytes.len() <= 1024 * 1024, "{name} would not be read at all");
        // On a busy machine the allocator has not given back yet what the file before took.
        let rest = program.reset_peak();
        let before = program.busy();
        let (status, sentence) = program.send(path, bytes).await;
        let (peak, busy) = (program.peak(), program.busy() - before);
        let above = peak.saturating_sub(rest);
        println!("{name}: {status}, {} KiB above rest, {} ms busy: {sentence}", above / 1024, busy.as_millis());
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{name}: {sentence}");
        assert!(sentence.chars().count() <= 301, "{name}: {sentence}");
        assert!(above <= MEMORY, "{name}: {} MiB above rest", above / MEBIBYTE);
        assert!(busy <= BUSY, "{name}: {busy:?}");
        let wait = talk.worst_of_a_hundred();
        println!("  who talked meanwhile waited {} ms at most, but for one of a hundred", wait.as_millis());
        assert!(wait < PATIENCE, "{name}: messages waited for {wait:?}");
    }
    drop(talk);
    let given_back = async || (program.reset_peak() <= first + MEMORY).then_some(());
    poll_until(PATIENCE, given_back).await.expect("what files took has not been given back");
    program.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_at_once_take_no_more_than_a_few_and_the_node_stays_ready() {
    let program = Program::start(&[]).await;
    let file = archives::many_texts();
    program.send(SHEET, file.clone()).await;
    let rest = program.reset_peak();
    let sending: Vec<_> = (0..30).map(|_| tokio::spawn(program.sends(SHEET, file.clone()))).collect();
    let ready = reqwest::get(program.url("/readyz")).await.unwrap().status();
    for sent in sending {
        let (status, sentence) = sent.await.unwrap();
        let expected = [StatusCode::OK, StatusCode::UNPROCESSABLE_ENTITY, StatusCode::SERVICE_UNAVAILABLE];
        assert!(expected.contains(&status), "{status}: {sentence}");
    }
    assert_eq!(ready, StatusCode::OK);
    let above = program.peak().saturating_sub(rest);
    println!("thirty at once: {} KiB above rest", above / 1024);
    assert!(above <= MEMORY, "{} MiB above rest", above / MEBIBYTE);
    program.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_ends_in_time_whatever_it_reads() {
    let mut program = Program::start(&["--drain-seconds", "1"]).await;
    let file = archives::rows_without_cells();
    let _sending: Vec<_> = (0..12).map(|_| tokio::spawn(program.request(SHEET, file.clone()).send())).collect();
    program.is_busy().await;
    // A second to drain, one for what is still at work, and some for a busy machine.
    assert!(program.ends_within(Duration::from_secs(6)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sends_slowly_keeps_nobody_else_out() {
    for addresses in [1, 3, 12] {
        let program = Program::start(&[]).await;
        let slow = (0..addresses * 4).map(|n| program.sends_without_end(2 + n % addresses, SHEET));
        let slow: Vec<_> = futures::future::join_all(slow).await;
        // From another address of this machine, and from one of theirs.
        for number in [200, 2] {
            let teacher = Client::builder().local_address(std::net::IpAddr::from([127, 0, 0, number])).build().unwrap();
            let sent = teacher.post(program.url(SHEET)).body("Question\n").send().await.unwrap();
            let status = sent.status();
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{addresses}: {}", sent.text().await.unwrap());
        }
        drop(slow);
        program.end().await;
    }
}
