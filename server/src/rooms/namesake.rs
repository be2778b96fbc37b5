//! Two people of one name in a room: the later one is told, as in a game.

use protocol::{Member, Name, Namesake, RoomId};
use quiz::nickname;
use realtime::channel::Channel;
use realtime::presence::{Presence, Preview};

/// What somebody is told who could be taken for another person in a room. In a large room only some members
/// are known, and not all of them are compared.
pub(crate) fn namesake(room_id: RoomId, newcomer: &Member, preview: &Preview) -> Option<Namesake> {
    let knows_all = preview.members.len() == preview.count;
    let (member, free_name) = knows_all.then(|| look_alike(newcomer, &preview.members)).flatten()?;
    Some(Namesake { room_id, member: member.clone(), free_name })
}

/// The rooms on this node in which somebody could be taken for another person.
pub(crate) fn namesakes(presence: &Presence, member: &Member) -> Vec<Namesake> {
    let previews = presence.previews_of(&member.id, |channel| matches!(channel, Channel::Room(_))).into_iter();
    let found = previews.filter_map(|(channel, preview)| match channel {
        Channel::Room(room) => namesake(room, member, &preview),
        Channel::Game(_) | Channel::Nodes => None,
    });
    found.collect()
}

/// A member whom `newcomer` could be taken for, and a name that nobody there has. The newcomer's own
/// tabs do not count.
fn look_alike<'a>(newcomer: &Member, members: &'a [Member]) -> Option<(&'a Member, Name)> {
    let looks = nickname::skeleton(&newcomer.name);
    let others = || members.iter().filter(|member| member.id != newcomer.id);
    let is_taken = |looks: &str| others().any(|member| nickname::skeleton(&member.name) == looks);
    let other = others().find(|member| nickname::skeleton(&member.name) == looks)?;
    let free = nickname::alternatives(&newcomer.name, members.len() as u64);
    let free = free.into_iter().find(|name| !is_taken(&nickname::skeleton(name)))?;
    Some((other, free))
}

#[cfg(test)]
mod tests {
    use protocol::UserId;

    use super::*;

    fn called(id: &str, name: &str) -> Member {
        Member { id: UserId::parse(id).unwrap(), name: Name::parse(name).unwrap() }
    }

    #[test]
    fn who_looks_like_somebody_there_is_offered_a_number() {
        let there = [called("u1", "Ana"), called("u2", "Ana 2"), called("u3", "Ben")];
        let told =
            |newcomer: &Member| look_alike(newcomer, &there).map(|(who, free)| (who.id.to_string(), free.to_string()));
        assert_eq!(told(&called("u9", "Аna")), Some(("u1".into(), "Аna 3".into())), "in Cyrillic letters");
        assert_eq!(told(&called("u9", "Ann")), None);
        assert_eq!(told(&called("u1", "Ana")), None, "another tab of hers");
    }

    #[test]
    fn in_a_crowd_of_which_only_some_are_known_nobody_is_told() {
        let room = || RoomId::parse("garden").unwrap();
        let preview = |count| Preview { members: vec![called("u1", "Ana")], count };
        let told =
            |count| namesake(room(), &called("u9", "Ana"), &preview(count)).map(|told| told.free_name.to_string());
        assert_eq!((told(1), told(101)), (Some("Ana 2".into()), None));
    }
}
