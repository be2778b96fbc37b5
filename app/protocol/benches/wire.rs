//! Measures encoding and decoding of frames: `cargo bench -p protocol`, `.ci/bench --parts`.

use divan::{Bencher, black_box};
use protocol::{ClientMessage, Member, MessageId, Name, RoomId, UserId, wire};

fn main() {
    divan::main();
}

/// The length of most messages, and the largest one allowed.
const LENGTHS: [usize; 2] = [128, 4_000];

fn message(length: usize) -> ClientMessage {
    ClientMessage::Message {
        room_id: RoomId::parse("garden").ok(),
        id: MessageId::parse("c1-7").ok(),
        message: "x".repeat(length),
        reply_to: None,
    }
}

/// The frame of a message with a gap for its offset.
fn template(length: usize) -> wire::Template {
    let known = |text: &str| (UserId::parse(text), Name::parse(text), RoomId::parse(text), MessageId::parse(text));
    let (Ok(id), Ok(name), Ok(room), Ok(message)) = known("garden") else { panic!("these are well formed") };
    wire::message_template(&room, &message, &Member { id, name }, &"x".repeat(length), None, 1_795_305_600_000)
}

#[divan::bench(args = LENGTHS)]
fn a_server_reads_a_message(bencher: Bencher<'_, '_>, length: usize) {
    let frame = wire::encode_client(&message(length));
    bencher.bench(|| wire::decode_client(black_box(&frame)));
}

#[divan::bench(args = LENGTHS)]
fn a_server_spells_a_message(bencher: Bencher<'_, '_>, length: usize) {
    bencher.bench(|| template(black_box(length)));
}

#[divan::bench(args = LENGTHS)]
fn a_log_puts_its_offset_in(bencher: Bencher<'_, '_>, length: usize) {
    let template = template(length);
    bencher.bench(|| template.fill(black_box(1_234_567)));
}

#[divan::bench(args = LENGTHS)]
fn a_client_spells_a_message(bencher: Bencher<'_, '_>, length: usize) {
    let message = message(length);
    bencher.bench(|| wire::encode_client(black_box(&message)));
}

#[divan::bench(args = LENGTHS)]
fn a_client_reads_a_message(bencher: Bencher<'_, '_>, length: usize) {
    let frame = template(length).fill(1_234_567);
    bencher.bench(|| wire::decode_server(black_box(&frame)));
}
