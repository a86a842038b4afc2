//! The least and the most that keys of several tables take.

use crate::quantity::Span;

pub(super) const NOTHING: Span = Span::ZERO;
pub(super) const MILLISECOND: Span = Span::from_millis(1);
pub(super) const HOUR: Span = Span::from_secs(3600);
pub(super) const DAY: Span = Span::from_secs(86_400);
pub(super) const MONTH: Span = Span::from_secs(31 * 86_400);
pub(super) const CENTURY: Span = Span::from_secs(100 * 366 * 86_400);
/// The shortest Session-Expires and Min-SE accepted, below the floor of 90 s of RFC 4028 §4 and §5 with a warning (seen: a carrier
/// grants 30 s).
pub(super) const SE_LEAST_S: u32 = 10;
/// The longest Session-Expires accepted; SIP allows up to 2³²−1 s, and no published deployment comes near this.
pub(super) const SE_MOST_S: u32 = 30 * 86_400;
