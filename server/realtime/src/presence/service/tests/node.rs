//! A node on a fake store, which tests control.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use protocol::{Member, MembersPage, Name, RoomId, UserId};
use storage::StorageError;

use crate::channel::Channel;
use crate::notice::PresenceChange;
use crate::presence::{Departure, Lease, Presence, PresenceStore, Preview, Settings, Snapshot, Summary};

pub(super) fn room() -> Channel {
    Channel::Room(RoomId::parse("room1").unwrap())
}

pub(super) fn person(id: &str) -> Member {
    called(id, id)
}

pub(super) fn called(id: &str, name: &str) -> Member {
    Member { id: UserId::parse(id).unwrap(), name: Name::parse(name).unwrap() }
}

/// A store of one channel, in which other nodes can do things, too.
#[derive(Default)]
pub(super) struct Fake {
    state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) version: u64,
    pub(super) members: BTreeMap<UserId, Name>,
    pub(super) mine: BTreeMap<UserId, Name>,
    /// What this node asked for, in order.
    pub(super) calls: Vec<String>,
    pub(super) is_away: bool,
    pub(super) is_slow: bool,
    pub(super) is_lost: bool,
    /// How often the channel was forgotten.
    pub(super) forgotten: usize,
    /// How often everybody was asked for.
    pub(super) snapshots: usize,
    /// How often only the version and the count were asked for.
    pub(super) summaries: usize,
}

impl Fake {
    pub(super) fn with<R>(&self, act: impl FnOnce(&mut State) -> R) -> R {
        act(&mut self.state.lock().unwrap())
    }

    async fn answer<R>(&self, act: impl FnOnce(&mut State) -> R) -> Result<R, StorageError> {
        if self.with(|state| state.is_slow) {
            // How long a slow store takes, on the paused clock of these tests.
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        self.with(|state| if state.is_away { Err(StorageError::Unavailable("away".into())) } else { Ok(act(state)) })
    }

    pub(super) fn calls(&self) -> Vec<String> {
        self.with(|state| std::mem::take(&mut state.calls))
    }
}

impl State {
    pub(super) fn enter(&mut self, member: &Member) -> PresenceChange {
        self.version += 1;
        self.members.insert(member.id.clone(), member.name.clone());
        PresenceChange { version: self.version, count: self.members.len(), joined: vec![member.clone()], left: vec![] }
    }

    fn everybody(&self) -> impl Iterator<Item = Member> + '_ {
        self.members.iter().map(|(id, name)| Member { id: id.clone(), name: name.clone() })
    }

    pub(super) fn leave(&mut self, user: &UserId) -> PresenceChange {
        self.version += 1;
        self.members.remove(user);
        PresenceChange { version: self.version, count: self.members.len(), joined: vec![], left: vec![user.clone()] }
    }
}

#[async_trait]
impl PresenceStore for Fake {
    async fn enter(&self, _: &Channel, member: &Member) -> Result<(), StorageError> {
        let act = |state: &mut State| {
            state.calls.push(format!("enter {} as {}", member.id, member.name));
            state.mine.insert(member.id.clone(), member.name.clone());
            state.enter(member);
        };
        self.answer(act).await
    }

    async fn leave(&self, _: &Channel, user: &UserId) -> Result<(), StorageError> {
        let act = |state: &mut State| {
            state.calls.push(format!("leave {user}"));
            state.mine.remove(user);
            state.leave(user);
        };
        self.answer(act).await
    }

    async fn snapshot(&self, _: &Channel) -> Result<Snapshot, StorageError> {
        let act = |state: &mut State| {
            state.snapshots += 1;
            Snapshot {
                version: state.version,
                members: state.everybody().collect(),
                mine: state.mine.keys().cloned().collect(),
            }
        };
        self.answer(act).await
    }

    async fn forget(&self, _: &Channel) -> Result<(), StorageError> {
        self.answer(|state| state.forgotten += 1).await
    }

    async fn summary(&self, _: &Channel) -> Result<Summary, StorageError> {
        let act = |state: &mut State| {
            state.summaries += 1;
            Summary { version: state.version, count: state.members.len(), mine: state.mine.len() }
        };
        self.answer(act).await
    }

    async fn page(&self, _: &Channel, after: Option<&UserId>, most: usize) -> Result<MembersPage, StorageError> {
        assert_eq!(after, None);
        let act = |state: &mut State| MembersPage {
            members: state.everybody().take(most).collect(),
            member_count: state.members.len(),
            next: None,
        };
        self.answer(act).await
    }

    async fn preview(&self, _: &[Channel], _: usize) -> Result<Vec<Preview>, StorageError> {
        Ok(Vec::new())
    }

    async fn renew(&self) -> Result<Lease, StorageError> {
        self.answer(|state| if std::mem::take(&mut state.is_lost) { Lease::Lost } else { Lease::Kept }).await
    }

    async fn reap(&self) -> Result<(), StorageError> {
        Ok(())
    }

    async fn withdraw(&self) -> Result<(), StorageError> {
        self.answer(|state| state.calls.push("withdraw".into())).await
    }
}

/// A node, its store, and the frames that its clients were sent.
pub(super) struct Node {
    pub(super) store: Arc<Fake>,
    pub(super) presence: Presence,
    pub(super) announced: Arc<Mutex<Vec<protocol::Presence>>>,
}

impl Node {
    pub(super) fn start() -> Self {
        let (store, announced) = (Arc::new(Fake::default()), Arc::<Mutex<Vec<_>>>::default());
        let tell = {
            let announced = announced.clone();
            Box::new(move |_: &Channel, frame| announced.lock().unwrap().push(frame))
        };
        Self { presence: Presence::start(store.clone(), tell, Settings::default()), store, announced }
    }

    pub(super) async fn enter(&self, id: &str) -> Vec<String> {
        let entered = self.presence.enter(&room(), &person(id)).await;
        assert_eq!(entered.count, entered.members.len());
        entered.members.into_iter().map(|member| member.name.to_string()).collect()
    }

    pub(super) fn leave(&self, id: &str, departure: Departure) {
        self.presence.leave(&room(), &person(id).id, departure);
    }

    pub(super) fn on_change(&self, change: &PresenceChange) {
        self.presence.on_change(&room(), change.clone());
    }

    /// The frames that each client was sent since the last call.
    pub(super) fn frames(&self) -> Vec<protocol::Presence> {
        std::mem::take(&mut *self.announced.lock().unwrap())
    }

    /// What clients were sent since the last call, as `+name` and `-id`.
    pub(super) fn announced(&self) -> Vec<String> {
        let words = |frame: protocol::Presence| {
            let joined: Vec<_> = frame.joined.iter().map(|member| format!("+{}", member.name)).collect();
            let left: Vec<_> = frame.left.iter().map(|user| format!("-{user}")).collect();
            [joined, left].concat()
        };
        self.frames().into_iter().flat_map(words).collect()
    }
}
