//! One connection's outbox, with and without a reader.

use tokio::io::AsyncReadExt;
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// An outbox, and the other end of its connection.
async fn connected(limit_bytes: usize) -> (Outbox, OwnedReadHalf, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let there = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (here, _) = listener.accept().await.unwrap();
    here.writable().await.unwrap();
    let (read, write) = here.into_split();
    (Outbox::new(write, limit_bytes), read, there)
}

#[test]
fn frames_leave_in_the_order_they_came() {
    let outbox = Outbox::stuck(100);
    outbox.push("a");
    outbox.push("b");
    assert_eq!(outbox.take(), (vec!["a".to_owned(), "b".to_owned()], None));
    assert!(outbox.take().0.is_empty());
}

#[test]
fn a_reader_that_is_too_slow_is_asked_to_come_back() {
    let outbox = Outbox::stuck(6);
    outbox.push("ab");
    outbox.push("cd");
    outbox.push("e");
    let (texts, closing) = outbox.take();
    assert_eq!(texts, ["ab"], "the first may have gone in part and is ended, the others are read from the log");
    assert_eq!(closing, Some(CloseCode::Slow));
}

#[tokio::test]
async fn what_the_socket_takes_wakes_nobody() {
    let (outbox, _read, mut there) = connected(100).await;
    outbox.push("hello");
    assert!(!outbox.is_waiting());
    let mut came = [0; 7];
    there.read_exact(&mut came).await.unwrap();
    assert_eq!(&came, b"\x81\x05hello");
}

#[tokio::test]
async fn what_the_socket_does_not_take_comes_later_and_whole() {
    let (outbox, _read, mut there) = connected(64 << 20).await;
    let long = "a".repeat(1 << 20);
    (0..20).for_each(|_| outbox.push(&long));
    assert!(outbox.is_waiting(), "no system holds 20 MiB for a reader who does not read");
    outbox.work().await;
    let mut came = vec![0; 20 * (long.len() + 10)];
    let (drained, read) = tokio::join!(outbox.drain(), there.read_exact(&mut came));
    drained.unwrap();
    read.unwrap();
    for frame in came.chunks(long.len() + 10) {
        assert_eq!(&frame[..2], b"\x81\x7f");
        assert!(frame[10..].iter().all(|byte| *byte == b'a'));
    }
}

#[tokio::test]
async fn one_who_is_gone_costs_nothing_more() {
    let (outbox, _read, there) = connected(100).await;
    drop(there);
    while !outbox.lock().is_broken {
        outbox.push("hello");
        tokio::task::yield_now().await;
    }
    outbox.push("hello");
    assert!(!outbox.is_waiting());
}
