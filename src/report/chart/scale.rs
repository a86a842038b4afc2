//! Axes as numbers: where a value lies, where the ticks are and what they say.

use super::description::Scale;
use crate::quantity::number::human;

/// The stretch of values an axis shows. `from < to`; on a logarithmic axis both are positive.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Domain {
    pub from: f64,
    pub to: f64,
    pub scale: Scale,
}

/// A mark on an axis and what stands there.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Tick {
    pub at: f64,
    pub text: String,
}

/// The widest ratio a logarithmic axis shows by itself.
const DECADES: f64 = 12.0;

impl Domain {
    /// The stretch that shows all the values; with zero too if the nearest value to it is less than that share of the
    /// farthest.
    pub(super) fn covering(values: impl Iterator<Item = f64>, scale: Scale, zero: f64) -> Self {
        let usable = values.filter(|v| v.is_finite() && (scale != Scale::Log || *v > 0.0));
        let ends = usable.fold(None, |ends: Option<(f64, f64)>, v| {
            Some(ends.map_or((v, v), |(low, high)| (low.min(v), high.max(v))))
        });
        // A logarithm has no zero.
        let zero = if scale == Scale::Log { 0.0 } else { zero };
        let Some((mut low, mut high)) = ends else {
            return match scale {
                Scale::Linear | Scale::Whole => Self {
                    from: 0.0,
                    to: 1.0,
                    scale,
                },
                Scale::Log => Self {
                    from: 0.1,
                    to: 10.0,
                    scale,
                },
                Scale::TimeOfDay => Self {
                    from: 0.0,
                    to: 86_400.0,
                    scale,
                },
            };
        };
        let is_single = low == high;
        if low > 0.0 && (low < zero * high || (is_single && zero > 0.0)) {
            low = 0.0;
        } else if high < 0.0 && (high > zero * low || (is_single && zero > 0.0)) {
            high = 0.0;
        }
        if low == 0.0 && high > 0.0 && is_single {
            high *= 1.25;
        }
        Self::between(low, high, scale)
    }

    /// From one value to another, mended where that is no stretch.
    pub(super) fn between(low: f64, high: f64, scale: Scale) -> Self {
        let (mut from, mut to) = if low <= high {
            (low, high)
        } else {
            (high, low)
        };
        if !(from.is_finite() && to.is_finite()) {
            (from, to) = (0.0, 1.0);
        }
        if scale == Scale::Log {
            to = if to > 0.0 { to } else { 10.0 };
            let floor = to / libm::pow(10.0, DECADES);
            from = from.max(floor);
            if to / from < 1.000_001 {
                (from, to) = (from / 3.0, to * 3.0);
            }
        } else if to - from <= 1e-9 * from.abs().max(to.abs()) {
            (from, to) = match scale {
                Scale::TimeOfDay => (from - 1800.0, to + 1800.0),
                _ if from == 0.0 => (0.0, 1.0),
                _ if from > 0.0 => (from * 0.5, to * 1.5),
                _ => (from * 1.5, to * 0.5),
            };
        }
        Self { from, to, scale }
    }

    /// The same with both ends on a tick.
    pub(super) fn nice(self, count: usize) -> Self {
        match self.scale {
            Scale::Linear | Scale::Whole => {
                let step = step(self.to - self.from, count).max(self.scale.least_step());
                // What sums of rounded values are beyond a tick is no reason for another one.
                let from = (self.from / step + 1e-6).floor() * step;
                let to = (self.to / step - 1e-6).ceil() * step;
                Self { from, to, ..self }
            }
            Scale::Log => {
                let round_to_decade = |x: f64, up: bool| {
                    let l = libm::log10(x);
                    libm::pow(
                        10.0,
                        if up {
                            (l - 1e-9).ceil()
                        } else {
                            (l + 1e-9).floor()
                        },
                    )
                };
                // A whole decade more is much room for little: the nearest of 1, 2, 5 does.
                let low = round_to_decade(self.from, false);
                let high = round_to_decade(self.to, true);
                let from = [5.0, 2.0]
                    .map(|m| m * low)
                    .into_iter()
                    .find(|v| *v <= self.from * (1.0 + 1e-9));
                let to = [0.2, 0.5]
                    .map(|m| m * high)
                    .into_iter()
                    .find(|v| *v >= self.to * (1.0 - 1e-9));
                Self {
                    from: from.unwrap_or(low),
                    to: to.unwrap_or(high),
                    ..self
                }
            }
            Scale::TimeOfDay => self,
        }
    }

    /// The same with so much more of itself at either end.
    pub(super) fn widened(self, share: f64) -> Self {
        if self.scale == Scale::Log {
            let margin = libm::pow(self.to / self.from, share);
            return Self {
                from: self.from / margin,
                to: self.to * margin,
                ..self
            };
        }
        let margin = (self.to - self.from) * share;
        Self {
            from: self.from - margin,
            to: self.to + margin,
            ..self
        }
    }

    /// Where the value lies, 0 at the beginning and 1 at the end. What a logarithm has no place for is at the foot.
    pub(super) fn place(&self, v: f64) -> f64 {
        match self.scale {
            Scale::Log if v <= 0.0 => 0.0,
            Scale::Log => {
                (libm::log(v) - libm::log(self.from)) / (libm::log(self.to) - libm::log(self.from))
            }
            _ => (v - self.from) / (self.to - self.from),
        }
    }

    /// About so many ticks.
    pub(super) fn ticks(&self, count: usize) -> Vec<Tick> {
        match self.scale {
            Scale::Linear | Scale::Whole => {
                linear(self.from, self.to, count, self.scale.least_step())
            }
            Scale::Log => logarithmic(self.from, self.to, count),
            Scale::TimeOfDay => clock(self.from, self.to, count),
        }
    }
}

impl Scale {
    /// From one tick to the next at least.
    fn least_step(self) -> f64 {
        if self == Self::Whole { 1.0 } else { 0.0 }
    }
}

/// The step of about so many parts: 1, 2 or 5 times a power of ten.
fn step(stretch: f64, count: usize) -> f64 {
    let raw_step = stretch / count.max(1) as f64;
    let power = libm::pow(10.0, libm::floor(libm::log10(raw_step)));
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|m| m * power >= raw_step * 0.999)
        .unwrap_or(10.0);
    step * power
}

fn linear(from: f64, to: f64, count: usize, min_step: f64) -> Vec<Tick> {
    let step = step(to - from, count).max(min_step);
    let first = libm::ceil(from / step - 1e-6);
    let last = libm::floor(to / step + 1e-6);
    // Counted in steps, not added up: sums of 0.1 are not what they seem.
    let values = (0..=(last - first).clamp(0.0, 200.0) as u64).map(|i| (first + i as f64) * step);
    values
        .map(|at| Tick {
            at: if at == 0.0 { 0.0 } else { at },
            text: amount(at, step),
        })
        .collect()
}

/// A value to the precision of the step, thousands apart, millions and more in short.
pub(super) fn amount(v: f64, step: f64) -> String {
    let v = if v.abs() < step * 1e-6 { 0.0 } else { v };
    let magnitude = v.abs().max(step);
    if !(1e-4..1e15).contains(&magnitude) {
        return if v == 0.0 { "0".into() } else { scientific(v) };
    }
    let short = [(1e12, " T"), (1e9, " G"), (1e6, " M")]
        .into_iter()
        .find(|(size, _)| magnitude >= *size);
    if let Some((size, letter)) = short.filter(|_| v != 0.0) {
        return format!("{}{letter}", human(v / size)).replace('-', "−");
    }
    let decimals = libm::ceil(-libm::log10(step) - 1e-9).clamp(0.0, 9.0) as usize;
    let text = if decimals == 0 {
        human_whole(v)
    } else {
        format!("{v:.decimals$}")
    };
    text.replace('-', "−")
}

fn human_whole(v: f64) -> String {
    let digits = crate::quantity::number::whole(v.abs().round() as u64);
    if v < -0.5 {
        format!("-{digits}")
    } else {
        digits
    }
}

/// "2×10⁻⁶".
fn scientific(v: f64) -> String {
    let exponent = libm::floor(libm::log10(v.abs()) + 1e-9);
    let front = v / libm::pow(10.0, exponent);
    let power = power_of_ten(exponent as i32);
    let front = human((front * 100.0).round() / 100.0).replace('-', "−");
    match front.as_str() {
        "1" => power,
        "−1" => format!("−{power}"),
        _ => format!("{front}×{power}"),
    }
}

fn power_of_ten(exponent: i32) -> String {
    let superscript = |c: char| match c {
        '-' => '⁻',
        digit => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit as usize - '0' as usize],
    };
    format!(
        "10{}",
        exponent
            .to_string()
            .chars()
            .map(superscript)
            .collect::<String>()
    )
}

fn logarithmic(from: f64, to: f64, count: usize) -> Vec<Tick> {
    let first = libm::floor(libm::log10(from) + 1e-9) as i32;
    let last = libm::ceil(libm::log10(to) - 1e-9) as i32;
    let decades = (last - first).max(1) as usize;
    if libm::log10(to / from) < 0.7 {
        // Less than a factor of five holds too few round numbers: even steps say more.
        return linear(from, to, count.min(5), 0.0);
    }
    let fronts: &[f64] = if decades * 3 <= count + 2 {
        &[1.0, 2.0, 5.0]
    } else {
        &[1.0]
    };
    let every = decades.div_ceil(count.max(1)).max(1);
    let inside = |at: f64| at >= from * (1.0 - 1e-9) && at <= to * (1.0 + 1e-9);
    let values = (first..=last)
        .filter(|e| (e - first) % every as i32 == 0)
        .flat_map(|e| {
            let power = libm::pow(10.0, f64::from(e));
            fronts.iter().map(move |f| f * power)
        });
    let text = |at: f64| {
        if (1e-3..1e6).contains(&at) {
            human(at)
        } else {
            scientific(at)
        }
    };
    values
        .filter(|at| inside(*at))
        .map(|at| Tick { at, text: text(at) })
        .collect()
}

/// Steps a clock face knows [s].
const CLOCK: [f64; 21] = [
    1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0,
    10_800.0, 14_400.0, 21_600.0, 43_200.0, 86_400.0, 172_800.0, 604_800.0,
];

fn clock(from: f64, to: f64, count: usize) -> Vec<Tick> {
    let raw_step = (to - from) / count.max(1) as f64;
    if raw_step < 0.5 {
        return linear(from, to, count, 0.0);
    }
    let step = CLOCK
        .into_iter()
        .find(|s| *s >= raw_step * 0.999)
        .unwrap_or_else(|| step(to - from, count));
    let first = libm::ceil(from / step - 1e-6);
    let last = libm::floor(to / step + 1e-6);
    let values = (0..=(last - first).clamp(0.0, 200.0) as u64).map(|i| (first + i as f64) * step);
    values
        .map(|at| Tick {
            at,
            text: match step {
                86_400.0.. => day(at),
                _ => time_of_day(at, step < 60.0),
            },
        })
        .collect()
}

/// "day 3" at the midnight that begins it.
fn day(at: f64) -> String {
    format!("day {}", ((at / 86_400.0).round() as i64).saturating_add(1))
}

/// "08:00", "+1 d 02:00".
fn time_of_day(at: f64, seconds: bool) -> String {
    let total = at.round() as i64;
    let (day, rest) = (total.div_euclid(86_400), total.rem_euclid(86_400));
    let clock = format!("{:02}:{:02}", rest / 3600, rest / 60 % 60);
    let clock = if seconds {
        format!("{clock}:{:02}", rest % 60)
    } else {
        clock
    };
    match day {
        0 => clock,
        1 if rest == 0 => clock.replacen("00:00", "24:00", 1),
        _ => format!("{day:+} d {clock}").replace('-', "−"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(from: f64, to: f64, scale: Scale, count: usize) -> String {
        let ticks = Domain::between(from, to, scale).ticks(count);
        ticks
            .into_iter()
            .map(|t| t.text)
            .collect::<Vec<_>>()
            .join(" | ")
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(
            texts(0.0, 1.0, Scale::Linear, 5),
            "0.0 | 0.2 | 0.4 | 0.6 | 0.8 | 1.0"
        );
        assert_eq!(
            texts(1.0, 4.0, Scale::Whole, 8),
            "1 | 2 | 3 | 4",
            "of things there are no halves"
        );
        assert_eq!(
            texts(-3.0, 12_345.0, Scale::Linear, 4),
            "0 | 5,000 | 10,000"
        );
        assert_eq!(
            texts(-1.0, 1.0, Scale::Linear, 4),
            "−1.0 | −0.5 | 0.0 | 0.5 | 1.0"
        );
        assert_eq!(texts(0.0, 3e6, Scale::Linear, 3), "0 | 1 M | 2 M | 3 M");
        assert_eq!(
            texts(0.0, 3e-6, Scale::Linear, 3),
            "0 | 10⁻⁶ | 2×10⁻⁶ | 3×10⁻⁶"
        );
    }

    #[test]
    fn logarithmic_ticks_go_by_decades() {
        assert_eq!(
            texts(1.0, 1e6, Scale::Log, 6),
            "1 | 10 | 100 | 1,000 | 10,000 | 100,000 | 10⁶"
        );
        assert_eq!(
            texts(0.1, 10.0, Scale::Log, 6),
            "0.1 | 0.2 | 0.5 | 1 | 2 | 5 | 10"
        );
        assert_eq!(texts(1e-9, 1.0, Scale::Log, 3), "10⁻⁹ | 10⁻⁶ | 0.001 | 1");
        assert_eq!(texts(40.0, 60.0, Scale::Log, 6), "40 | 45 | 50 | 55 | 60");
    }

    #[test]
    fn clocks_tick_like_clocks() {
        assert_eq!(
            texts(0.0, 86_400.0, Scale::TimeOfDay, 4),
            "00:00 | 06:00 | 12:00 | 18:00 | 24:00"
        );
        assert_eq!(
            texts(28_800.0, 28_860.0, Scale::TimeOfDay, 4),
            "08:00:00 | 08:00:15 | 08:00:30 | 08:00:45 | 08:01:00"
        );
        assert_eq!(
            texts(82_800.0, 97_200.0, Scale::TimeOfDay, 4),
            "23:00 | 24:00 | +1 d 01:00 | +1 d 02:00 | +1 d 03:00"
        );
        // A fortnight from 06:00 on.
        assert_eq!(
            texts(21_600.0, 14.0 * 86_400.0, Scale::TimeOfDay, 8),
            "day 3 | day 5 | day 7 | day 9 | day 11 | day 13 | day 15"
        );
    }

    #[test]
    fn every_stretch_is_one() {
        let empty_domain = Domain::covering(std::iter::empty(), Scale::Linear, 0.5);
        assert_eq!((empty_domain.from, empty_domain.to), (0.0, 1.0));
        for scale in [Scale::Linear, Scale::Whole, Scale::Log, Scale::TimeOfDay] {
            for values in [
                [0.0, 0.0],
                [5.0, 5.0],
                [-2.0, -2.0],
                [f64::NAN, 3.0],
                [1e300, 1e-300],
                [f64::INFINITY, 1.0],
            ] {
                for zero in [0.0, 0.5, 2.0] {
                    let domain = Domain::covering(values.into_iter(), scale, zero).nice(5);
                    assert!(domain.from < domain.to, "{values:?} {domain:?}");
                    assert!(domain.ticks(5).len() < 300);
                    assert!(domain.place(values[1]).is_finite());
                }
            }
        }
        let zero = Domain::covering([10.0, 100.0].into_iter(), Scale::Linear, 0.5);
        assert_eq!(zero.from, 0.0, "zero is near, so it is shown");
    }
}
