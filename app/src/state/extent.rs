//! Which part of a room's log is shown.
//!
//! Counted in entries, whatever they are: a page of the log may end with changes of earlier messages, or have no
//! message at all. So the messages alone do not tell where it begins and ends.

use protocol::HistoryPage;

/// The part of the log between two offsets, and what is known of the rest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    /// The first entry; 0 where there is none.
    first: u64,
    /// The last entry; 0 where there is none.
    last: u64,
    /// Whether there are entries before the first.
    more: bool,
    /// The newest known entry; beyond the last one if a link led far back.
    top: u64,
}

impl Extent {
    /// The part that a page covers, of a log that is known to reach to `top`.
    pub(super) fn of(page: &HistoryPage, top: u64) -> Self {
        let (first, last) = covered(page);
        Self { first, last, more: page.more, top: top.max(page.position.offset) }
    }

    /// The newest known offset; 0 in an empty log.
    pub(super) fn newest(self) -> u64 {
        self.last.max(self.top)
    }

    /// The last offset up to which everything is shown.
    pub(super) fn last(self) -> u64 {
        self.last
    }

    /// The offset before which there is more, if there is.
    pub(super) fn earlier(self) -> Option<u64> {
        (self.more && self.first > 0).then_some(self.first)
    }

    /// The offset after which there is more that is not shown, if there is.
    pub(super) fn later(self) -> Option<u64> {
        (self.last < self.top).then_some(self.last)
    }

    /// Adds the part that an earlier page covers. A page that leads no further back is the end of it.
    pub(super) fn prepend(&mut self, page: &HistoryPage) {
        let (first, _) = covered(page);
        let leads_back = first > 0 && first < self.first;
        self.more = page.more && leads_back;
        if leads_back {
            self.first = first;
        }
    }

    /// Adds the part that a later page covers. Where it covers nothing new, nothing followed when it was read, or
    /// nothing that can be shown.
    pub(super) fn append(&mut self, page: &HistoryPage) {
        let (_, last) = covered(page);
        self.top = self.top.max(page.position.offset);
        self.last = if last > self.last { last } else { self.last.max(page.position.offset) };
    }

    /// Notes that the log has reached an offset. What comes after a hole is not shown.
    pub(super) fn reach(&mut self, offset: u64) {
        if self.later().is_none() {
            self.last = self.last.max(offset);
        }
        self.top = self.top.max(offset);
    }

    /// Drops what is before an offset.
    pub(super) fn cut(&mut self, first: u64) {
        self.first = first;
        self.more = true;
    }
}

/// The first and the last entry that a page covers. Servers of an earlier version do not say which, but all their
/// entries are messages.
pub(super) fn covered(page: &HistoryPage) -> (u64, u64) {
    let first = page.messages.first().map_or(0, |first| first.offset);
    let last = page.messages.last().map_or(0, |last| last.offset);
    (if page.first > 0 { page.first } else { first }, page.last.max(last))
}
