//! One person on this node: their connections, and what is due for them in
//! the store. Makes no call itself and reads no clock.

use protocol::{Member, Name, UserId};

/// Something that is due in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Call {
    Enter(Member),
    Leave(UserId),
}

/// The end of a grace; worth something only while it is the person's latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct GraceToken(pub(super) u64);

#[derive(Debug)]
pub(super) struct LocalMember {
    pub(super) name: Name,
    pub(super) connections: usize,
    /// Whether they got another name here, and have not come in again since.
    pub(super) is_renamed: bool,
    /// The last connection was lost, and may come back until this is due.
    pub(super) goodbye: Option<GraceToken>,
    entry: Entry,
    call: Under,
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
enum Under {
    Nothing,
    Way,
    /// It is, but entries were lost meanwhile: its outcome proves nothing.
    Doubt,
}

impl LocalMember {
    pub(super) fn new(name: Name) -> Self {
        Self { name, connections: 0, is_renamed: false, goodbye: None, entry: Entry::Absent, call: Under::Nothing }
    }

    /// Nobody is connected, so all that is due for them is a leave.
    pub(super) fn back_from_the_past(name: Name) -> Self {
        Self { entry: Entry::Unknown, ..Self::new(name) }
    }

    /// What is due, if no call is under way.
    pub(super) fn due(&self, user: &UserId) -> Option<Call> {
        if self.call != Under::Nothing {
            return None;
        }
        let is_here = self.connections > 0 || self.goodbye.is_some();
        match &self.entry {
            Entry::As(name) if is_here && *name == self.name => None,
            Entry::Absent if !is_here => None,
            _ if is_here => Some(Call::Enter(Member { id: user.clone(), name: self.name.clone() })),
            _ => Some(Call::Leave(user.clone())),
        }
    }

    /// A call is under way now.
    pub(super) fn calls(&mut self) {
        self.call = Under::Way;
    }

    /// The call ended, with this name in the store if it was done.
    pub(super) fn called(&mut self, name: Option<Name>, is_done: bool) {
        self.entry = match name {
            _ if !is_done || self.call != Under::Way => Entry::Unknown,
            Some(name) => Entry::As(name),
            None => Entry::Absent,
        };
        self.call = Under::Nothing;
    }

    /// Whether there is an entry in the store, for all that is known.
    pub(super) fn has_entry(&self) -> bool {
        matches!(self.entry, Entry::As(_))
    }

    /// Whether there is, and nothing is to be done about it.
    pub(super) fn is_settled(&self) -> bool {
        self.call == Under::Nothing
            && match &self.entry {
                Entry::As(name) => (self.connections > 0 || self.goodbye.is_some()) && *name == self.name,
                Entry::Absent | Entry::Unknown => false,
            }
    }

    /// Whether nothing is left of them.
    pub(super) fn is_over(&self) -> bool {
        self.connections == 0 && self.goodbye.is_none() && self.entry == Entry::Absent && self.call == Under::Nothing
    }

    /// Somebody who has another name elsewhere has it here too; otherwise
    /// entering them again would bring the old one back.
    pub(super) fn learn_name(&mut self, name: &Name) {
        if self.is_settled() {
            self.name = name.clone();
            self.entry = Entry::As(name.clone());
        }
    }

    /// The store may have lost their entry.
    pub(super) fn doubt(&mut self) {
        match self.call {
            Under::Nothing => self.entry = Entry::Unknown,
            Under::Way | Under::Doubt => self.call = Under::Doubt,
        }
    }
}
