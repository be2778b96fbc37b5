//! Which shard keeps what carries a hash tag: a calculation that must be the same on all nodes.
//!
//! A change of it separates rooms from their logs, so tests pin its values.

use super::keyspace::HashTag;

/// Number of slots in a Redis Cluster.
pub(super) const SLOTS: u16 = 16_384;

/// Which of `count` independent servers keeps what carries a tag: the jump consistent hash (Lamping and Veach, 2014)
/// of the FNV-1a hash of the tag. A server added at the end of the list takes its share of the rooms from
/// the others and moves none between them.
pub(super) fn server_of(tag: &(impl HashTag + ?Sized), count: usize) -> usize {
    let mut name = String::new();
    tag.write_to(&mut name);
    server_of_name(&name, count)
}

/// Which of `count` servers keeps something without a hash tag, by its name.
pub(super) fn server_of_name(name: &str, count: usize) -> usize {
    jump(fnv_1a(name.as_bytes()), count)
}

/// The slot of a key or pub/sub channel in a Redis Cluster: CRC16 of the text in the first braces, or
/// of the whole name.
pub(super) fn slot_of(key: &str) -> u16 {
    let tag = key.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map(|(tag, _)| tag);
    crc16(tag.filter(|tag| !tag.is_empty()).unwrap_or(key).as_bytes()) % SLOTS
}

fn jump(mut key: u64, count: usize) -> usize {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let (mut bucket, mut next) = (0, 0);
    while next < count {
        bucket = next;
        key = key.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(1);
        let step = (1_u64 << 31) as f64 / ((key >> 33) + 1) as f64;
        next = ((bucket + 1) as f64 * step) as i64;
    }
    usize::try_from(bucket).unwrap_or(0)
}

fn fnv_1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// CRC16/XMODEM, as in the specification of Redis Cluster.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| (crc << 1) ^ if crc & 0x8000 == 0 { 0 } else { 0x1021 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    fn room(id: &str) -> String {
        format!("room:{id}")
    }

    #[test]
    fn a_room_stays_where_it_was_in_every_version() {
        let places = |count| ["garden", "room1", "ünïcode-{x}", "a"].map(|id| server_of(room(id).as_str(), count));
        assert_eq!(places(1), [0, 0, 0, 0]);
        assert_eq!(places(2), [1, 1, 1, 0]);
        assert_eq!(places(3), [1, 2, 1, 0]);
        assert_eq!(places(5), [4, 2, 4, 0]);
    }

    #[test]
    fn a_server_more_takes_rooms_and_moves_none_between_the_others() {
        let rooms: Vec<_> = (0..3000).map(|n| room(&format!("room {n}"))).collect();
        let mut counts = [0; 4];
        for room in &rooms {
            let (three, four) = (server_of(room.as_str(), 3), server_of(room.as_str(), 4));
            assert!(four == three || four == 3, "{room}");
            counts[four] += 1;
        }
        assert!(counts.iter().all(|count| (650..850).contains(count)), "{counts:?}");
    }

    #[test]
    fn slots_are_those_of_redis() {
        // From the specification, and from CLUSTER KEYSLOT.
        assert_eq!(crc16(b"123456789"), 0x31C3);
        assert_eq!(slot_of("foo"), 12_182);
        assert_eq!(slot_of("hubbub:{foo}:log"), 12_182);
        assert_eq!(slot_of("{}foo"), slot_of("{}foo"));
        assert_ne!(slot_of("{}foo"), slot_of(""));
    }
}
