//! One person on this node: their connections, and the call to the store that is due for them. Makes no call
//! itself and reads no clock.

use protocol::{Member, Name, UserId};

/// How a connection ended, which decides when its person counts as gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Departure {
    /// Closed on purpose: the person leaves at once.
    Clean,
    /// Cut off: the person leaves after the grace.
    Lost,
}

/// A call to the store that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StoreCall {
    Enter(Member),
    Leave(UserId),
}

/// Identifies one grace; only the person's latest one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct GraceToken(pub(super) u64);

#[derive(Debug)]
pub(super) struct LocalMember {
    pub(super) name: Name,
    pub(super) connections: usize,
    /// Whether they were renamed on this node and have not entered again since.
    pub(super) is_renamed: bool,
    /// The last connection was lost; the grace that runs.
    pub(super) grace: Option<GraceToken>,
    entry: Entry,
    call: CallState,
}

/// What is known of a person's entry in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Entry {
    Absent,
    As(Name),
    Unknown,
}

/// Whether a call is under way for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CallState {
    Nothing,
    Way,
    /// One is, but entries may have been lost since it began: its result proves nothing.
    Doubt,
}

impl LocalMember {
    pub(super) fn new(name: Name) -> Self {
        Self { name, connections: 0, is_renamed: false, grace: None, entry: Entry::Absent, call: CallState::Nothing }
    }

    /// A person without connections who may have an entry in the store: only a leave is due.
    pub(super) fn left_behind(name: Name) -> Self {
        Self { entry: Entry::Unknown, ..Self::new(name) }
    }

    /// The call that is due, unless one is under way.
    pub(super) fn due(&self, user: &UserId) -> Option<StoreCall> {
        if self.call != CallState::Nothing {
            return None;
        }
        let is_here = self.connections > 0 || self.grace.is_some();
        match &self.entry {
            Entry::As(name) if is_here && *name == self.name => None,
            Entry::Absent if !is_here => None,
            _ if is_here => Some(StoreCall::Enter(Member { id: user.clone(), name: self.name.clone() })),
            _ => Some(StoreCall::Leave(user.clone())),
        }
    }

    /// Notes that a call begins.
    pub(super) fn calls(&mut self) {
        self.call = CallState::Way;
    }

    /// Notes the end of a call, and if it was done, the name that is in the store now.
    pub(super) fn called(&mut self, name: Option<Name>, is_done: bool) {
        self.entry = match name {
            _ if !is_done || self.call != CallState::Way => Entry::Unknown,
            Some(name) => Entry::As(name),
            None => Entry::Absent,
        };
        self.call = CallState::Nothing;
    }

    /// Whether there is an entry in the store, as far as is known.
    pub(super) fn has_entry(&self) -> bool {
        matches!(self.entry, Entry::As(_))
    }

    /// Whether the entry is right and no call is due.
    pub(super) fn is_settled(&self) -> bool {
        self.call == CallState::Nothing
            && match &self.entry {
                Entry::As(name) => (self.connections > 0 || self.grace.is_some()) && *name == self.name,
                Entry::Absent | Entry::Unknown => false,
            }
    }

    /// Whether this node need not remember the person any more.
    pub(super) fn is_over(&self) -> bool {
        self.connections == 0 && self.grace.is_none() && self.entry == Entry::Absent && self.call == CallState::Nothing
    }

    /// Takes over a name that the person got on another node; otherwise entering them again would bring
    /// the old one back.
    pub(super) fn learn_name(&mut self, name: &Name) {
        if self.is_settled() {
            self.name = name.clone();
            self.entry = Entry::As(name.clone());
        }
    }

    /// Notes that the store may have lost the entry.
    pub(super) fn doubt(&mut self) {
        match self.call {
            CallState::Nothing => self.entry = Entry::Unknown,
            CallState::Way | CallState::Doubt => self.call = CallState::Doubt,
        }
    }
}
