//! What a publication costs from the log to its listeners: `.ci/bench --parts`.

// Nothing can be reached from outside a benchmark; `pub` only says what modules offer each other.
#![allow(unreachable_pub)]

use std::cell::Cell;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use protocol::wire;
use realtime::channel::Channel;
use realtime::hub::{ControlFrames, Hub};
use realtime::outbox::Outbox;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tungstenite::Utf8Bytes;

mod stage;

use stage::{Nothing, at, gardener, room};

const LISTENERS: [usize; 3] = [10, 1_000, 10_000];
/// More listeners than this share connections: each needs a file, and two with its other end.
const CONNECTIONS: usize = 1_000;
/// Nobody needs so long to read one publication.
const READ_WITHIN: Duration = Duration::from_secs(10);

fn main() {
    let limit = getrlimit(Resource::Nofile);
    // Where it is refused, the benchmark of the largest room fails for lack of files.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
    divan::main();
}

/// Every listener's socket takes the write: what most publications cost.
#[divan::bench(args = LISTENERS, sample_count = 300, sample_size = 1, max_time = 3)]
fn one_to_listeners_who_read(bencher: Bencher<'_, '_>, listeners: usize) {
    let room = &Room::with(listeners, AtTheOtherEnd::Reads);
    bencher.counter(ItemsCount::new(listeners)).with_inputs(|| room.next()).bench_local_values(|one| one.go_out());
}

/// Eight that came together are one batch, so each listener is written to once.
#[divan::bench(args = LISTENERS, sample_count = 300, sample_size = 1, max_time = 3)]
fn eight_to_listeners_who_read(bencher: Bencher<'_, '_>, listeners: usize) {
    let room = &Room::with(listeners, AtTheOtherEnd::Reads);
    bencher
        .counter(ItemsCount::new(8 * listeners))
        .with_inputs(|| room.next_of(8))
        .bench_local_values(|eight| eight.go_out());
}

/// No socket is written to, because something waits for each already: the hub's own part, without the system's.
#[divan::bench(args = LISTENERS, sample_count = 300, sample_size = 1, max_time = 3)]
fn one_to_listeners_who_wait(bencher: Bencher<'_, '_>, listeners: usize) {
    let room = &Room::with(listeners, AtTheOtherEnd::Sleeps);
    bencher.counter(ItemsCount::new(listeners)).with_inputs(|| room.next()).bench_local_values(|one| one.go_out());
}

/// What the clients at the other ends of the connections do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AtTheOtherEnd {
    Reads,
    Sleeps,
}

struct Room {
    /// Ends the readers when it is dropped.
    _runtime: Runtime,
    hub: Hub,
    channel: Channel,
    listeners: u64,
    offset: Cell<u64>,
    /// Bytes that have to be read before the next batch.
    sent: Cell<u64>,
    read: Arc<AtomicU64>,
    other_end: AtTheOtherEnd,
    /// The other ends that are open and not read.
    _asleep: Vec<TcpStream>,
}

/// Publications that came from the log at one moment: one batch.
struct Batch<'a> {
    hub: &'a Hub,
    channel: &'a Channel,
    frames: Vec<(protocol::Position, Utf8Bytes)>,
}

impl Batch<'_> {
    fn go_out(self) {
        let mut batch = self.hub.batch();
        for (position, frame) in self.frames {
            batch.publication(self.channel, black_box(&position), frame);
        }
    }
}

impl Room {
    fn with(listeners: usize, other_end: AtTheOtherEnd) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let (read, channel) = (Arc::new(AtomicU64::new(0)), Channel::Room(room()));
        let (hub, _asleep) = runtime.block_on(async {
            let control_frames = ControlFrames {
                renamed: |_, _| "renamed".into(),
                availability: |_, _| "availability".into(),
                is_whole: |_| true,
                erases: |_| false,
            };
            let hub = Hub::new(Arc::new(Nothing), control_frames);
            let asleep = people(&hub, &channel, listeners, other_end, &read).await;
            (hub, asleep)
        });
        let room = Self {
            _runtime: runtime,
            hub,
            channel,
            listeners: listeners as u64,
            offset: Cell::new(0),
            sent: Cell::new(HELLO_BYTES * listeners as u64),
            read,
            other_end,
            _asleep,
        };
        room.next().go_out();
        room
    }

    fn next(&self) -> Batch<'_> {
        self.next_of(1)
    }

    /// Publications that nobody has seen, once all have read those before.
    fn next_of(&self, count: u64) -> Batch<'_> {
        let began = Instant::now();
        while self.other_end == AtTheOtherEnd::Reads && self.read.load(Ordering::Relaxed) < self.sent.get() {
            assert!(began.elapsed() < READ_WITHIN, "somebody does not read");
            std::thread::yield_now();
        }
        let frames: Vec<_> =
            (1..=count).map(|next| self.offset.get() + next).map(|offset| (at(offset), frame(offset))).collect();
        self.offset.set(self.offset.get() + count);
        let bytes: u64 = frames.iter().map(|(_, frame)| on_the_wire(frame)).sum();
        self.sent.set(self.sent.get() + bytes * self.listeners);
        Batch { hub: &self.hub, channel: &self.channel, frames }
    }
}

const HELLO: &str = "hello";
const HELLO_BYTES: u64 = HELLO.len() as u64 + 2;

/// The bytes of a text with the header of a server's frame.
fn on_the_wire(text: &str) -> u64 {
    text.len() as u64 + if text.len() < 126 { 2 } else { 4 }
}

/// A message of 128 characters, as the log has it.
fn frame(offset: u64) -> Utf8Bytes {
    let id = protocol::MessageId::parse("c1-7").expect("it is well formed");
    wire::message_template(&room(), &id, &gardener(), &"x".repeat(128), None, 1_795_305_600_000).fill(offset).into()
}

/// Subscribes `listeners` listeners; returns the other ends that nobody reads.
async fn people(
    hub: &Hub,
    channel: &Channel,
    listeners: usize,
    other_end: AtTheOtherEnd,
    read: &Arc<AtomicU64>,
) -> Vec<TcpStream> {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("an address");
    let address = listener.local_addr().expect("an address");
    let (mut connections, mut asleep) = (Vec::new(), Vec::new());
    for _ in 0..listeners.min(CONNECTIONS) {
        let (here, there) = connected(&listener, address).await;
        match other_end {
            AtTheOtherEnd::Reads => drop(tokio::spawn(read_all(there, read.clone()))),
            AtTheOtherEnd::Sleeps => {
                fill(&here).await;
                asleep.push(there);
            }
        }
        connections.push(here.into_std().expect("a socket"));
    }
    for number in 0..listeners {
        let shared = connections[number % connections.len()].try_clone().expect("a file more, see ulimit -n");
        let socket = TcpStream::from_std(shared).expect("a socket");
        if other_end == AtTheOtherEnd::Reads {
            // Until the first readiness event, the runtime takes a socket for a full one.
            socket.writable().await.expect("a socket");
        }
        let (_, write) = socket.into_split();
        let subscription = hub.register(channel, Arc::new(Outbox::new(write, usize::MAX)));
        hub.open(channel).await.expect("the log is reached");
        hub.activate(channel, subscription, None, |_, _, _| HELLO.into()).await.expect("the log is reached");
    }
    asleep
}

async fn connected(listener: &TcpListener, address: SocketAddr) -> (TcpStream, TcpStream) {
    let (there, here) = tokio::join!(TcpStream::connect(address), listener.accept());
    let (here, there) = (here.expect("a connection").0, there.expect("a connection"));
    here.set_nodelay(true).expect("a socket");
    (here, there)
}

/// Writes until the system takes no more.
async fn fill(socket: &TcpStream) {
    let zeros = vec![0; 1 << 20];
    socket.writable().await.expect("a socket");
    while socket.try_write(&zeros).is_ok() {}
}

async fn read_all(mut socket: TcpStream, read: Arc<AtomicU64>) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(size) = socket.read(&mut buffer).await
        && size > 0
    {
        read.fetch_add(size as u64, Ordering::Relaxed);
    }
}
