//! What a page may do, as it tells the browser: names in it come from scenarios and folders of somebody else. Should one of
//! them ever pass the escaping, the browser runs no script but ours and loads nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The Content-Security-Policy of a page with this script (CSP Level 3 §8.3). Styles are inline: charts set colours and
/// places by attributes, which no hash covers.
pub(super) fn policy(script: &str) -> String {
    let hash = STANDARD.encode(Sha256::digest(script));
    format!(
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_known_by_its_hash() {
        // printf "alert('Hello, world.');" | openssl dgst -sha256 -binary | base64; the example of CSP Level 3 §8.3.
        let policy = policy("alert('Hello, world.');");
        let hash = "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='";
        assert!(policy.contains(&format!("script-src {hash};")), "{policy}");
    }
}
