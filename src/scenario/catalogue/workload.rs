//! `[[workload]]`: the calls of a user.

use super::bound::{DAY, MILLISECOND};
use crate::scenario::declare::{hours, keys, name, profile, rate, share, span, working_days};
use crate::scenario::key::Standing::{Assumption, Published};
use crate::scenario::kind::Profiles;
use crate::scenario::record_kind::RecordKind;
use crate::workload::WorkloadConfig;

keys! {
    /// `[[workload]]`, or in `[[clients]]` itself.
    WORKLOAD fills WorkloadConfig by workload_config {
        /// incoming calls per signed-in user
        incoming_calls => incoming_per_s: rate(1.0).or("1 /h")
            .from(Published, "moderate use: 2 call legs per user-hour, half of them incoming")
            .unless(RecordKind::Calls);
        /// calls made from the PC per signed-in user
        outgoing_calls => outgoing_per_s: rate(1.0).or("1 /h")
            .from(Published, "moderate use: 2 call legs per user-hour, half of them outgoing")
            .unless(RecordKind::Calls);
        /// mean of the exponential ring time
        ring_time => ring_time: span(MILLISECOND, DAY).or("10 s")
            .from(Assumption, "no published value")
            .unless(RecordKind::Calls);
        /// a call rings no longer
        no_answer => no_answer: span(MILLISECOND, DAY).or("20 s")
            .from(Assumption, "no published value")
            .unless(RecordKind::Calls);
        /// mean of the exponential talk time
        talk_time => talk_time: span(MILLISECOND, DAY).or("180 s")
            .from(Published, "Avaya: 20 s set-up and 180 s talk")
            .unless(RecordKind::Calls);
        /// share of answered incoming calls that are answered at the PC
        answered_at_pc => answered_at_pc: share(0.0, 100.0).or("0 %")
            .from(Assumption, "no published value")
            .unless(RecordKind::Calls);
        /// factors on both call rates by time of day
        calls_by_hour => by_hour: hours().or("flat")
            .from(Assumption, "no published value")
            .unless(RecordKind::Calls);
        /// standard deviation over mean of the users' own call rates, log-normal: light and heavy users
        call_spread => spread: share(0.0, 1000.0).or("0 %")
            .from(Assumption, "all alike")
            .unless(RecordKind::Calls);
        /// days of the week on which users sign in, where start has a weekday or a date
        working_days => working_days: working_days().or("Monday..Friday")
            .from(Assumption, "a working week")
            .listed_when_given();
    }
}

keys! {
    /// `[[workload]]` besides.
    WORKLOAD_OWN {
        /// its name
        name = name().must();
        /// the profile whose values it takes
        profile = profile(Profiles::Workloads).optional();
    }
}
