//! Colours: names for the page, fixed values for everything else.
//!
//! Every shape carries the fixed value as a presentation attribute, so that a file looks right in any program, and a class,
//! so that [`stylesheet`] can give it the colours of a page. The series follow Okabe and Ito, darkened to 3:1 on white
//! where theirs are too pale, and each has its own dash pattern as a second cue.

use std::fmt::Write;

use super::layer::Tone;

/// A named colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Paint {
    /// Text and the chosen point.
    Ink,
    /// Axes, ticks, notes.
    Soft,
    /// Grid lines.
    Grid,
    /// The ground.
    Paper,
    /// What is wanted.
    Good,
    /// What is not.
    Bad,
    /// One of the palette.
    Series(u8),
    /// A step of the heat map, 0–10.
    Heat(u8),
    /// Text on a step of the heat map.
    OnHeat(u8),
}

/// Those that are not one of many.
const PLAIN_PAINTS: [Paint; 6] = [
    Paint::Ink,
    Paint::Soft,
    Paint::Grid,
    Paint::Paper,
    Paint::Good,
    Paint::Bad,
];

/// Light, dark.
type Pair = (u32, u32);

const SERIES: [Pair; 7] = [
    (0x0072B2, 0x56B4E9),
    (0xD55E00, 0xFF9248),
    (0x00805E, 0x2FCB9C),
    (0xB5578F, 0xE79FC8),
    (0x9A7200, 0xF0C64B),
    (0x5B5FC7, 0xA5A8FF),
    (0x6B6B6B, 0xB4B4B4),
];

/// On, off, on, off … [px].
const DASHES: [&[f64]; 7] = [
    &[],
    &[8.0, 4.0],
    &[2.0, 3.0],
    &[10.0, 3.0, 2.0, 3.0],
    &[5.0, 2.5],
    &[12.0, 4.0],
    &[2.0, 5.0],
];

/// Steps from the least to the most: one hue that only darkens, so that it survives a grey printer; a warm one, since
/// what is told so is better small.
const HEAT: [u32; 11] = [
    0xFFF8F1, 0xFEEAD6, 0xFDDAB8, 0xFCC796, 0xFBB173, 0xF69855, 0xE97F3C, 0xB3501A, 0x963F10,
    0x762F0B, 0x55200A,
];

impl Paint {
    /// The colour on white, and on a dark page.
    fn pair(self) -> Pair {
        match self {
            Self::Ink => (0x1F2328, 0xE8EAED),
            Self::Soft => (0x59636E, 0xA9B1BA),
            Self::Grid => (0xE3E6EA, 0x343A41),
            Self::Paper => (0xFFFFFF, 0x16191D),
            Self::Good => (0x00805E, 0x2FCB9C),
            Self::Bad => (0xC0392B, 0xFF7B6B),
            Self::Series(n) => SERIES[n as usize % SERIES.len()],
            // A heat map is a picture of its own ground: the same steps on every page.
            Self::Heat(n) => (HEAT[n.min(10) as usize], HEAT[n.min(10) as usize]),
            Self::OnHeat(n) => {
                let text = if n >= 7 { 0xFFFFFF } else { 0x1F2328 };
                (text, text)
            }
        }
    }

    /// The colour as two numbers, for who knows no names.
    pub(super) fn code(self) -> (u8, u8) {
        match self {
            Self::Series(n) => (0, n),
            Self::Heat(n) => (1, n),
            Self::OnHeat(n) => (2, n),
            paint => {
                let index = PLAIN_PAINTS.iter().position(|p| *p == paint);
                (3, index.unwrap_or_default() as u8)
            }
        }
    }

    /// The colour of that [`code`](Paint::code).
    pub(super) fn from_code(kind: u8, n: u8) -> Self {
        match kind {
            0 => Self::Series(n),
            1 => Self::Heat(n),
            2 => Self::OnHeat(n),
            _ => PLAIN_PAINTS[n as usize % PLAIN_PAINTS.len()],
        }
    }

    /// Red, green, blue on white.
    pub(super) fn rgb(self) -> (u8, u8, u8) {
        let [_, r, g, b] = self.pair().0.to_be_bytes();
        (r, g, b)
    }

    /// As SVG writes it.
    pub(super) fn hex(self) -> String {
        format!("#{:06x}", self.pair().0)
    }

    /// The name behind `rc-`; none for what never changes.
    pub(super) fn class(self) -> Option<String> {
        Some(match self {
            Self::Ink => "ink".into(),
            Self::Soft => "soft".into(),
            Self::Grid => "grid".into(),
            Self::Paper => "paper".into(),
            Self::Good => "good".into(),
            Self::Bad => "bad".into(),
            Self::Series(n) => format!("s{}", n as usize % SERIES.len()),
            Self::Heat(_) | Self::OnHeat(_) => return None,
        })
    }

    /// The dash pattern that goes with it.
    pub(super) fn dash(self) -> &'static [f64] {
        match self {
            // The second time round the colours meet other dashes.
            Self::Series(n) => DASHES[(n as usize + n as usize / SERIES.len() * 3) % DASHES.len()],
            Self::Good | Self::Bad => &[6.0, 4.0],
            _ => &[],
        }
    }

    /// The colour of a tone; `next` is the one of the palette whose turn it is.
    pub(super) fn for_tone(tone: Tone, next: u8) -> Self {
        match tone {
            Tone::Auto => Self::Series(next),
            Tone::Series(n) => Self::Series(n),
            Tone::Good => Self::Good,
            Tone::Bad => Self::Bad,
            Tone::Quiet => Self::Soft,
        }
    }
}

/// The rules that give charts in a page its colours: a page that holds charts has this once, in a `<style>`.
///
/// Light and dark follow the reader's system. A page with a switch of its own sets `data-theme="light"` or `"dark"` on its
/// root element; one with colours of its own sets the properties `--rc-ink`, `--rc-s0` …
pub(crate) fn stylesheet() -> String {
    let series = (0..SERIES.len() as u8).map(Paint::Series);
    let paints = PLAIN_PAINTS.into_iter().chain(series);
    let (mut light, mut dark, mut rules) = (String::new(), String::new(), String::new());
    for paint in paints {
        let Some(name) = paint.class() else { continue };
        let (on_white, on_dark) = paint.pair();
        let _ = write!(light, "--rc-{name}:#{on_white:06x};");
        let _ = write!(dark, "--rc-{name}:#{on_dark:06x};");
        let _ = writeln!(
            rules,
            ".rc-{name}{{fill:var(--rc-{name})}} .rc-{name}-l{{stroke:var(--rc-{name})}}"
        );
    }
    format!(
        ":root{{{light}}}\n@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n\
         :root[data-theme=light]{{{light}}}\n:root[data-theme=dark]{{{dark}}}\n\
         @media print{{:root,:root[data-theme=dark]{{{light}}}}}\n\
         .rc-chart{{display:block;width:100%;height:auto}}\n.rc-narrow{{display:none}}\n\
         figure:has(>.rc-wide){{container-type:inline-size}}\n\
         @container (max-width:519px){{.rc-wide{{display:none}}.rc-narrow{{display:block}}}}\n{rules}{}",
        super::script::STYLE
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The contrast of two colours as WCAG 2 counts it, 1 to 21.
    fn contrast(a: u32, b: u32) -> f64 {
        let light = |c: u32| {
            let part = |shift: u32| {
                let v = f64::from(c >> shift & 0xFF) / 255.0;
                if v <= 0.04045 {
                    v / 12.92
                } else {
                    libm::pow((v + 0.055) / 1.055, 2.4)
                }
            };
            0.2126 * part(16) + 0.7152 * part(8) + 0.0722 * part(0) + 0.05
        };
        let (a, b) = (light(a), light(b));
        a.max(b) / a.min(b)
    }

    #[test]
    fn text_can_be_read_and_lines_can_be_seen() {
        let paper = Paint::Paper.pair();
        let texts = [Paint::Ink, Paint::Soft, Paint::Good, Paint::Bad].map(|p| (p, 4.5));
        let lines = (0..SERIES.len() as u8).map(|n| (Paint::Series(n), 3.0));
        for (paint, min_contrast) in texts.into_iter().chain(lines) {
            let (on_white, on_dark) = (
                contrast(paint.pair().0, paper.0),
                contrast(paint.pair().1, paper.1),
            );
            assert!(
                on_white >= min_contrast && on_dark >= min_contrast,
                "{paint:?}: {on_white:.1} and {on_dark:.1}"
            );
        }
        for n in 0..=10 {
            let ratio = contrast(Paint::OnHeat(n).pair().0, Paint::Heat(n).pair().0);
            assert!(ratio >= 4.5, "step {n}: {ratio:.1}");
        }
    }

    #[test]
    fn no_two_of_many_series_look_alike() {
        let look = |n: u8| (Paint::Series(n).rgb(), Paint::Series(n).dash());
        for a in 0..21 {
            for b in 0..a {
                assert_ne!(look(a), look(b), "{a} and {b}");
            }
        }
    }
}
