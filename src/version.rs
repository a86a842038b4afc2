//! What this program is: its version, and the commit and the features that it is built of (`build.rs` tells).

/// The version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The last commit that changed a source of the program, 12 hexadecimal digits, with a `+` where they were changed since;
/// empty where the build knew of no commit.
pub const COMMIT: &str = env!("RCCSIM_COMMIT");

/// The features that are on, in the order of the alphabet, with commas.
pub const FEATURES: &str = env!("RCCSIM_FEATURES");

/// All three in a line, as `--version` shows them behind the name; what is not known is called so.
pub const IDENTITY: &str = env!("RCCSIM_IDENTITY");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_features_are_those_of_the_build() {
        let features: Vec<&str> = FEATURES.split(',').collect();
        assert_eq!(features.contains(&"parallel"), cfg!(feature = "parallel"));
        assert_eq!(features.contains(&"cli"), cfg!(feature = "cli"));
        assert!(features.is_sorted() && !features.contains(&"default"));
    }

    #[test]
    fn a_commit_is_hexadecimal_or_absent() {
        let digits = COMMIT.strip_suffix('+').unwrap_or(COMMIT);
        assert!(digits.is_empty() || digits.len() == 12, "{COMMIT}");
        assert!(digits.bytes().all(|b| b.is_ascii_hexdigit()), "{COMMIT}");
    }
}
