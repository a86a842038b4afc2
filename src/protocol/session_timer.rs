//! The session timer of RFC 4028: what is granted, and when the side that does not refresh ends the session.

use crate::quantity::Span;

/// The lowest Session-Expires (RFC 4028 §4) and Min-SE (§5), seconds.
pub(crate) const FLOOR_S: u32 = 90;

/// The session interval that a gateway grants: the smaller of what is offered and what it allows, at least both sides'
/// Min-SE (RFC 4028 §9). A gateway that allows less than the floor of the RFC knows no Min-SE: it grants what it allows.
pub(crate) fn granted_s(
    offered_s: u32,
    allowed_s: u32,
    client_min_se_s: u16,
    gateway_min_se_s: u16,
) -> u32 {
    if allowed_s < FLOOR_S {
        return offered_s.min(allowed_s);
    }
    offered_s
        .min(allowed_s)
        .max(u32::from(client_min_se_s))
        .max(u32::from(gateway_min_se_s))
}

/// When the side that does not refresh sends BYE, after the last refresh: SE − min(32 s, SE/3) (RFC 4028 §10).
pub fn non_refresher_bye(se_s: u32) -> Span {
    let se = Span::from_secs(u64::from(se_s));
    se - Span::from_secs(32).min(Span(se.0 / 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_non_refresher_waits_to_32_s_or_a_third_before_the_end() {
        // 1800 − 32; 3000 − 32; and for 90 s a third, 30 s, is less than 32 s.
        assert_eq!(non_refresher_bye(1800), Span::from_secs(1768));
        assert_eq!(non_refresher_bye(3000), Span::from_secs(2968));
        assert_eq!(non_refresher_bye(90), Span::from_secs(60));
    }

    #[test]
    fn the_grant_is_the_smaller_but_never_below_either_min_se() {
        assert_eq!(granted_s(1800, 86_400, 90, 90), 1800);
        assert_eq!(granted_s(1800, 600, 90, 90), 600);
        assert_eq!(granted_s(1800, 600, 900, 90), 900);
        assert_eq!(granted_s(3600, 600, 90, 3600), 3600);
        // Below the floor of RFC 4028 §4 nobody's Min-SE counts (seen: a carrier that grants 30 s).
        assert_eq!(granted_s(1800, 30, 90, 90), 30);
    }
}
