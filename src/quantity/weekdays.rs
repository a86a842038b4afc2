//! Days of the week.

use time::Weekday;

use super::moment::parse_weekday;

/// A set of days of the week.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Weekdays(u8);

impl Weekdays {
    /// All seven.
    pub const EVERY: Self = Self(0x7f);
    /// Monday to Friday.
    pub const WORKING: Self = Self(0x1f);

    /// Whether that day is one of them.
    pub fn contains(self, day: Weekday) -> bool {
        self.0 >> day.number_days_from_monday() & 1 == 1
    }

    /// Reads "every day", or days and stretches of days: "Monday..Friday, Sunday".
    pub fn parse(text: &str) -> Option<Self> {
        if matches!(text, "every day" | "day") {
            return Some(Self::EVERY);
        }
        let mut days = 0;
        for part in text.split(',') {
            let (from, to) = part.split_once("..").unwrap_or((part, part));
            let (mut day, last) = (parse_weekday(from.trim())?, parse_weekday(to.trim())?);
            loop {
                days |= 1 << day.number_days_from_monday();
                if day == last {
                    break;
                }
                day = day.next();
            }
        }
        Some(Self(days))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_week_are_read() {
        assert_eq!(Weekdays::parse("Monday..Friday"), Some(Weekdays::WORKING));
        assert_eq!(
            Weekdays::parse("mon..fri, Sat,Sunday"),
            Some(Weekdays::EVERY)
        );
        // Over the week's end.
        assert_eq!(
            Weekdays::parse("Sunday..Thursday"),
            Some(Weekdays(0b100_1111))
        );
        for bad in ["", "Monday..", "weekdays", "Monday Tuesday"] {
            assert_eq!(Weekdays::parse(bad), None, "{bad}");
        }
    }
}
