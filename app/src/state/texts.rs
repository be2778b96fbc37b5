//! Sentences about numbers of people and messages.

/// Who is typing, as in `Amara and Mei-Ling are typing`; empty for nobody.
pub(crate) fn typing(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("{one} is typing"),
        [one, two] => format!("{one} and {two} are typing"),
        [one, two, three] => format!("{one}, {two} and {three} are typing"),
        _ => format!("{} people are typing", names.len()),
    }
}

/// As in `1 new message` and `3 new messages`.
pub(crate) fn new_messages(count: usize) -> String {
    counted(count, "new message", "new messages")
}

/// As in `3 new while you were away`.
pub(crate) fn missed(count: usize) -> String {
    format!("{count} new while you were away")
}

/// The label of the button for earlier messages; `missed` of them came while the reader was away.
pub(crate) fn earlier_messages(missed: usize) -> String {
    match missed {
        0 => "Earlier messages".into(),
        _ => format!("Earlier messages: {missed} more while you were away"),
    }
}

/// As in `1 person here` and `31 people here`.
pub(crate) fn people_here(count: usize) -> String {
    format!("{} here", counted(count, "person", "people"))
}

/// As in `200 people are listed`.
pub(crate) fn people_listed(count: usize) -> String {
    counted(count, "person is listed", "people are listed")
}

/// As in `74 people in 4 rooms`; the rooms are those with somebody in them.
pub(crate) fn people_in_rooms(people: usize, rooms: usize) -> String {
    if people == 0 {
        return "Nobody is here right now".into();
    }
    format!("{} in {}", counted(people, "person", "people"), counted(rooms, "room", "rooms"))
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_fits_the_number_of_people() {
        let names = ["Amara", "Mei-Ling", "Jörg", "Noor"].map(String::from);
        assert_eq!(typing(&names[..0]), "");
        assert_eq!(typing(&names[..1]), "Amara is typing");
        assert_eq!(typing(&names[..2]), "Amara and Mei-Ling are typing");
        assert_eq!(typing(&names[..3]), "Amara, Mei-Ling and Jörg are typing");
        assert_eq!(typing(&names), "4 people are typing");
    }

    #[test]
    fn one_is_not_many() {
        assert_eq!(new_messages(1), "1 new message");
        assert_eq!(new_messages(2), "2 new messages");
        assert_eq!(people_here(1), "1 person here");
        assert_eq!(people_listed(200), "200 people are listed");
        assert_eq!(people_in_rooms(74, 1), "74 people in 1 room");
        assert_eq!(people_in_rooms(0, 0), "Nobody is here right now");
    }
}
