//! Files that are expensive to parse: each is refused with a sentence, after little time and
//! in little memory, while others go on chatting.
//!
//! They are sent to the program itself, in a process of its own, so that what it
//! takes can be told apart from what the tests take.

use std::time::Duration;

use bytes::Bytes;
use reqwest::{Client, StatusCode};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::hostile_archives as archives;
use crate::polling::{PATIENCE, poll_until};
use crate::program::Program;
use crate::visitor::Visitor;

const MEBIBYTE: u64 = 1024 * 1024;
/// Memory above what there was before it, and processor time, that one file may take. A file has a budget of 1.5 s of
/// the latter, and the rest is for what the program does besides. Other processes take nothing of it, as they would of
/// time on the clock.
const MEMORY: u64 = 64 * MEBIBYTE;
const BUSY: Duration = Duration::from_secs(2);

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

#[tokio::test(flavor = "multi_thread")]
async fn no_file_costs_more_than_its_budget() {
    let program = Program::start(&["--rate-limit", "off"]).await;
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
    }
    let given_back = async || (program.reset_peak() <= first + MEMORY).then_some(());
    poll_until(PATIENCE, given_back).await.expect("what files took has not been given back");
    program.end().await;
}

/// Messages overtake files, however fast the machine is: if each had to wait for a file, at least as many files would be
/// answered as messages come back.
#[tokio::test(flavor = "multi_thread")]
async fn who_chats_does_not_wait_for_files() {
    const MESSAGES: usize = 50;
    let program = Program::start(&["--rate-limit", "off"]).await;
    let mut ana = Visitor::at_address(program.address(), &[]).await.unwrap();
    ana.join("talk", None).await;
    let (answer, mut answers) = mpsc::channel(MESSAGES);
    let mut sending = JoinSet::new();
    // More than are read at a time, so that another one is always read.
    for _ in 0..4 {
        let (client, url, answer) = (Client::new(), program.url(SHEET), answer.clone());
        let file = Bytes::from(archives::rows_without_cells());
        sending.spawn(async move {
            loop {
                let answered = client.post(&url).body(file.clone()).send().await.unwrap();
                answer.send(answered.status()).await.unwrap();
            }
        });
    }
    assert_eq!(answers.recv().await, Some(StatusCode::UNPROCESSABLE_ENTITY));
    while answers.try_recv().is_ok() {}
    for number in 0..MESSAGES {
        ana.say(&format!("m{number}"), "still here").await;
    }
    let meanwhile: Vec<_> = std::iter::from_fn(|| answers.try_recv().ok()).collect();
    println!("{} files were answered while {MESSAGES} messages came back", meanwhile.len());
    assert!(meanwhile.len() < MESSAGES / 2, "{} files for {MESSAGES} messages", meanwhile.len());
    assert!(meanwhile.iter().all(|status| *status == StatusCode::UNPROCESSABLE_ENTITY), "{meanwhile:?}");
    drop(sending);
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
