//! Times in the lines of logs, in the many ways they are written.

/// A time as a line gives it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Stamp {
    /// Days since 1 January 2000 (of an unnamed year, that year), where the line has a date.
    day: Option<i64>,
    /// Microseconds of the day, or since 1970.
    us: u64,
    /// Digits of the fraction of a second.
    pub digits: usize,
}

const DAY_US: u64 = 86_400_000_000;
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Days from 1 January 2000 to a date of the Gregorian calendar.
fn day_number(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March, so that the leap day is their last.
    let shifted = (month + 9) % 12;
    let year = year - i64::from(shifted >= 10);
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leap_days + (shifted * 306 + 5) / 10 + day - 1 - 730_425
}

fn number(text: &str) -> Option<i64> {
    let is_digits = !text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit());
    is_digits.then(|| text.parse().ok()).flatten()
}

/// The date that a text ends with: `2026-11-27`, `2026/11/27`, `11/27/2026`, `27-11-2026`, `Nov 27`, `Nov 27 2026`.
fn date(text: &str) -> Option<i64> {
    let text = text.trim_end_matches([' ', 'T', '-', ',', '@', '.', '|']);
    let word = |c: char| !(c.is_ascii_alphanumeric() || "-/".contains(c));
    let mut words = text.rsplit(word).filter(|w| !w.is_empty());
    let last = words.next()?;
    let parts: Vec<&str> = last.split(['-', '/']).collect();
    let valid = |y: i64, m: i64, d: i64| {
        ((1..=12).contains(&m) && (1..=31).contains(&d)).then(|| day_number(y, m, d))
    };
    if let [a, b, c] = parts[..] {
        let (x, y, z) = (number(a)?, number(b)?, number(c)?);
        return match (a.len(), c.len()) {
            (4, _) => valid(x, y, z),
            // Month first where slashes stand, day first where hyphens do.
            (_, 4) if last.contains('/') => valid(z, x, y),
            (_, 4) => valid(z, y, x),
            _ => None,
        };
    }
    let month = |name: &str| {
        MONTHS
            .iter()
            .position(|m| name.eq_ignore_ascii_case(m))
            .map(|i| i as i64 + 1)
    };
    let before = words.next()?;
    if let Some(m) = month(before) {
        return valid(2000, m, number(last)?);
    }
    let m = month(words.next()?)?;
    valid(number(last).filter(|y| *y > 31)?, m, number(before)?)
}

impl Stamp {
    /// The first time in a line.
    pub(super) fn find(line: &str) -> Option<Self> {
        let line = &line[..line.floor_char_boundary(512)];
        let bytes = line.as_bytes();
        let digits = |at: usize| {
            bytes
                .get(at..at + 2)
                .filter(|d| d.iter().all(u8::is_ascii_digit))
        };
        let value =
            |at: usize| digits(at).map(|d| u64::from(d[0] - b'0') * 10 + u64::from(d[1] - b'0'));
        for at in 0..bytes.len() {
            let fits = bytes.get(at + 2) == Some(&b':') && bytes.get(at + 5) == Some(&b':');
            let stands_alone = at == 0
                || !(bytes[at - 1].is_ascii_alphanumeric() && bytes[at - 1] != b'T'
                    || bytes[at - 1] == b':');
            if !fits || !stands_alone {
                continue;
            }
            let (Some(h), Some(m), Some(s)) = (value(at), value(at + 3), value(at + 6)) else {
                continue;
            };
            let rest = &line[at + 8..];
            let goes_on = rest.starts_with(|c: char| c.is_ascii_alphanumeric() && c != 'Z')
                || rest
                    .strip_prefix(':')
                    .is_some_and(|r| r.starts_with(|c: char| c.is_ascii_hexdigit() || c == ':'));
            if h > 23 || m > 59 || s > 60 || goes_on {
                continue;
            }
            let (fraction, digits) = fraction(rest);
            let us = (h * 3600 + m * 60 + s) * 1_000_000 + fraction;
            return Some(Self {
                day: date(&line[..at]),
                us,
                digits,
            });
        }
        Self::epoch(line)
    }

    /// Microseconds of the day, or since 1970.
    pub(super) fn us(self) -> u64 {
        self.us
    }

    /// Seconds since 1970 at the start of a line, as `tcpdump -tt` writes them.
    fn epoch(line: &str) -> Option<Self> {
        let (whole, rest) = line.split_once('.')?;
        let seconds: u64 = whole
            .parse()
            .ok()
            .filter(|_| (9..=10).contains(&whole.len()))?;
        let (fraction, digits) = fraction(&format!(".{rest}"));
        let us = seconds * 1_000_000 + fraction;
        (digits > 0).then_some(Self {
            day: Some(0),
            us,
            digits,
        })
    }
}

/// Microseconds of `.123` or `,123`, and how many digits there were.
fn fraction(rest: &str) -> (u64, usize) {
    let Some(rest) = rest.strip_prefix(['.', ',']) else {
        return (0, 0);
    };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count().min(9);
    let micros = format!("{:0<6}", &rest[..digits.min(6)]);
    (micros.parse().unwrap_or(0), digits)
}

/// Turns the times of lines into instants of one clock; a day without a date follows the one before.
#[derive(Default)]
pub(super) struct Clock {
    days: u64,
    last: Option<u64>,
    first_day: Option<i64>,
}

impl Clock {
    /// Microseconds since the day of the first stamp.
    pub(super) fn at_us(&mut self, stamp: Stamp) -> u64 {
        if let Some(day) = stamp.day {
            let first = *self.first_day.get_or_insert(day);
            return u64::try_from(day - first).unwrap_or(0) * DAY_US + stamp.us;
        }
        if self.last.is_some_and(|last| last > stamp.us + DAY_US / 2) {
            self.days += 1;
        }
        self.last = Some(stamp.us);
        self.days * DAY_US + stamp.us
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<(Option<i64>, u64, usize)> {
        Stamp::find(line).map(|s| (s.day, s.us, s.digits))
    }

    #[test]
    fn the_ways_in_which_programs_write_times() {
        let day = Some(day_number(2026, 11, 27));
        let us = |ms: u64| (22 * 3600 + 28 * 60 + 32) * 1_000_000 + ms * 1000;
        for (line, day, ms, digits) in [
            (
                "2026/11/27 22:28:32.522686 127.0.0.1:1 -> 127.0.0.1:2",
                day,
                522,
                6,
            ),
            ("2026-11-27T22:28:32.522Z x", day, 522, 3),
            ("[2026-11-27 22:28:32,522] VERBOSE[1]", day, 522, 3),
            (
                "TL_INFO(TF_PROTOCOL) [0]06E4.0EB4::11/27/2026-22:28:32.522.00005386 (x)",
                day,
                522,
                3,
            ),
            ("22:28:32.522686 IP a > b", None, 522, 6),
            ("(22:28:32) sipe:", None, 0, 0),
            (
                "send 9 bytes to udp/[::1]:5060 at 22:28:32.522718:",
                None,
                522,
                6,
            ),
            ("22:28:32: //-1/xxx/SIP/Msg/ccsipDisplayMsg:", None, 0, 0),
            (
                "[Nov 27 22:28:32] VERBOSE",
                Some(day_number(2000, 11, 27)),
                0,
                0,
            ),
            (
                "*Nov 27 22:28:32.522: //",
                Some(day_number(2000, 11, 27)),
                522,
                3,
            ),
            (
                "Arrival Time: Nov 27, 2026 22:28:32.522718000 CET",
                day,
                522,
                9,
            ),
            ("27 22:28:32.522 x", None, 522, 3),
        ] {
            let (d, t, n) = read(line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!((d, t / 1000 * 1000, n), (day, us(ms), digits), "{line}");
        }
        for line in [
            "Via: [2001:10:20:30::1]",
            "no time",
            "99:99:99",
            "1:2:3",
            "12:34:56:78:9a:bc",
            "é12:3",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
        assert_eq!(
            read("1732746448.382686 IP a > b"),
            Some((Some(0), 1_732_746_448_382_686, 6))
        );
    }

    #[test]
    fn dates_are_counted_and_a_clock_without_them_passes_midnight() {
        assert_eq!(day_number(2000, 1, 1), 0);
        assert_eq!(day_number(2000, 3, 1), 60);
        assert_eq!(day_number(2026, 11, 28) - day_number(2025, 11, 28), 365);
        assert_eq!(day_number(1970, 1, 1), -10_957);
        let mut clock = Clock::default();
        let at = |clock: &mut Clock, line| clock.at_us(Stamp::find(line).unwrap());
        let before = at(&mut clock, "23:59:59.5 x");
        assert_eq!(at(&mut clock, "00:00:01.0 x") - before, 1_500_000);
    }
}
