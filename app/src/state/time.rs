//! Dates and times as people write them.

const DAY_MS: i64 = 86_400_000;
const WEEKDAYS: [&str; 7] = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A moment in somebody's local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Local {
    /// Milliseconds since 1970 in that time zone.
    ms: i64,
}

impl Local {
    /// The moment `ms` (since 1970, UTC) where clocks are `offset_min` ahead of UTC.
    pub(crate) fn new(ms: u64, offset_min: i32) -> Self {
        Self { ms: i64::try_from(ms).unwrap_or(i64::MAX / 2).saturating_add(i64::from(offset_min) * 60_000) }
    }

    /// The day, counted from 1970.
    pub(crate) fn day(self) -> i64 {
        self.ms.div_euclid(DAY_MS)
    }

    /// Hours and minutes, as in `13:52`.
    pub(crate) fn clock(self) -> String {
        let minutes = self.ms.rem_euclid(DAY_MS) / 60_000;
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    }

    /// As in `Saturday, 21 November 2026, 13:52`, always with the year, because nobody knows when it is read.
    pub(crate) fn moment(self) -> String {
        format!("{}, {}", day_name(self.day(), i64::MAX / 2), self.clock())
    }

    /// As in `2026-11-21T13:52:07Z`; right only for UTC.
    pub(crate) fn machine(self) -> String {
        let (year, month, day) = civil(self.day());
        let seconds = self.ms.rem_euclid(DAY_MS) / 1000;
        format!("{year:04}-{month:02}-{day:02}T{}:{:02}Z", self.clock(), seconds % 60)
    }
}

/// A day as in `Saturday, 21 November`, with the year where it is not `current`'s.
pub(crate) fn day_name(day: i64, current: i64) -> String {
    let (year, month, date) = civil(day);
    let weekday = WEEKDAYS.get(day.rem_euclid(7) as usize).copied().unwrap_or_default();
    let month = MONTHS.get(month as usize - 1).copied().unwrap_or_default();
    if civil(current).0 == year {
        format!("{weekday}, {date} {month}")
    } else {
        format!("{weekday}, {date} {month} {year}")
    }
}

/// Year, month and day of a day since 1970 (Howard Hinnant's `civil_from_days`).
fn civil(days: i64) -> (i64, u8, u8) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month as u8, day as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: u64 = 1_795_262_400_000; // 2026-11-21T12:00:00Z

    #[test]
    fn a_moment_is_written_as_people_and_machines_write_it() {
        let utc = Local::new(NOON + 61_000, 0);
        assert_eq!(utc.clock(), "12:01");
        assert_eq!(utc.machine(), "2026-11-21T12:01:01Z");
        assert_eq!(utc.moment(), "Saturday, 21 November 2026, 12:01");
        assert_eq!(day_name(utc.day(), utc.day()), "Saturday, 21 November");
    }

    #[test]
    fn the_day_is_the_readers() {
        let kiritimati = Local::new(NOON, 14 * 60);
        assert_eq!(kiritimati.clock(), "02:00");
        assert_eq!(day_name(kiritimati.day(), kiritimati.day()), "Sunday, 22 November");
        assert_eq!(Local::new(0, -60).day(), -1);
    }

    #[test]
    fn another_year_is_named() {
        let now = Local::new(NOON, 0).day();
        assert_eq!(day_name(now - 365, now), "Friday, 21 November 2025");
        assert_eq!(day_name(Local::new(951_782_400_000, 0).day(), now), "Tuesday, 29 February 2000");
    }

    #[test]
    fn nonsense_does_no_harm() {
        assert!(!Local::new(u64::MAX, 60).clock().is_empty());
        assert!(!day_name(i64::from(i32::MIN), 0).is_empty());
    }
}
