//! A gateway as a scenario names it, with the client groups that it serves and the faults that hit it.

use super::day::{Day, faults_of};
use super::group::Group;
use super::keys::Keys;
use crate::report::inputs::Input;

/// The gateways of one name.
pub struct Site<'a> {
    /// As figures name them.
    pub scope: String,
    /// Their values.
    pub gateway: Keys<'a>,
    /// Whom they serve.
    pub groups: Vec<Group<'a>>,
    /// The faults that hit them.
    pub faults: Vec<Keys<'a>>,
    /// When the run is.
    pub day: Day,
}

impl<'a> Site<'a> {
    /// Every gateway of a run.
    pub fn all(inputs: &'a [Input]) -> Vec<Site<'a>> {
        let site = |gateway: Keys<'a>| {
            let scope = format!("gateway:{}", gateway.name());
            let faults = faults_of(inputs, std::slice::from_ref(&scope));
            let mut groups = Group::all(inputs);
            groups.retain(|group| group.gateway.name() == gateway.name());
            Site {
                scope,
                gateway,
                groups,
                faults,
                day: Day::of(inputs),
            }
        };
        Keys::all(inputs, "gateway").into_iter().map(site).collect()
    }
}
