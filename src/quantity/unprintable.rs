//! Characters that are no text.

/// Whether a character is none to show: a control character, which steers a terminal, or one that turns the direction of
/// the text about it, so that a name reads as another (Unicode TR 36 §3.1).
pub(crate) fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
