//! `[[clients]]`: their protocol, how many they are and when they are there.

use super::bound::{MONTH, SE_MOST_S};
use crate::protocol::{ClientConfig, OnNoAnswer, OnRejection, RefreshClock, RefreshMethod};
use crate::quantity::Span;
use crate::scenario::declare::{
    choice, file, gateway_name, keys, lunch, name, offset, profile, reestablish, seconds,
    seconds16, share, shared, sign_in, sign_out, span, stated, whole, words,
};
use crate::scenario::key::Standing::{Assumption, Published, Standard};
use crate::scenario::kind::{Profiles, Recorded};
use crate::scenario::setting::Stated;
use crate::workload::{Lunch, SignIn};

keys! {
    /// `[[clients]]`, their protocol.
    CLIENTS fills ClientConfig by client_config {
        /// R, time between refreshes; under `refresh_method = "rfc4028"` half of the granted session takes its place
        refresh_interval => refresh_interval: span(Span::from_secs(1), MONTH).or("25 min")
            .from(Published, "Communicator 2007 R2");
        /// how the method of a refresh is chosen
        refresh_method => refresh_method: choice::<RefreshMethod>().or("by-allow")
            .from(Assumption, "strong: the only rule consistent with what is published on 2007 R2");
        /// what restarts the refresh clock
        refresh_clock => refresh_clock: choice::<RefreshClock>().or("since-refresh")
            .from(Assumption, "the published texts disagree")
            .alternatives(&["since-traffic"]);
        /// j: each interval is R·U[1−j, 1+j]
        refresh_jitter => refresh_jitter: share(0.0, 100.0).or("0 %")
            .from(Assumption, "none is published");
        /// the Session-Expires it offers
        session_expires => session_expires_s: seconds(90, SE_MOST_S).or("1800 s")
            .from(Assumption, "unknown; RFC 4028 §4 recommends 1800 s, and calls on the sibling stack are cut at 30 min")
            .alternatives(&["3000 s"]);
        /// its Min-SE
        min_se => min_se_s: seconds16(90, 65_535).or("90 s")
            .from(Standard, "RFC 4028 §5");
        /// reaction to a refresh unanswered for 32 s
        on_no_answer => on_no_answer: choice::<OnNoAnswer>().or("tear-down")
            .from(Assumption, "unknown; RFC 4028 §10 asks for BYE")
            .alternatives(&["hold", "keep-polling"]);
        /// reaction to a refresh answered 405 or 501
        on_rejection => on_rejection: choice::<OnRejection>().or("hold")
            .from(Assumption, "unknown; users of rejecting gateways were broken too")
            .alternatives(&["tear-down", "fall-back"]);
        /// when a lost session is set up again
        reestablish => reestablish: reestablish().or("fixed 30 s")
            .from(Assumption, "that it is done is published, how soon is not")
            .alternatives(&["fixed 0 s", "fixed 600 s", "never"]);
    }
}

keys! {
    /// `[[clients]]` besides their protocol, their workload and their path.
    CLIENTS_OWN as struct Clients {
        /// the group's name
        name = name().must();
        /// the profile whose values it takes
        profile = profile(Profiles::Clients).or("communicator-2007-r2");
        /// users, over all gateways of that name
        count: u32 = whole(1, 1_000_000_000).must();
        /// the gateway that serves them
        gateway: Stated<String> = stated(&gateway_name()).must();
        /// their calls
        workload = shared(Profiles::Workloads).or("moderate")
            .from(Published, "2 call legs per user-hour")
            .unless(Recorded::Calls)
            .optional();
        /// the client–OCS leg
        path = shared(Profiles::Paths).or("ideal")
            .from(Assumption, "no delay, no loss");
        /// when they sign in
        sign_in: Option<SignIn> = sign_in().or("normal 09:00 sd 25 min")
            .from(Assumption, "no published ramp")
            .unless(Recorded::SignIns)
            .optional();
        /// how far the users' clocks are ahead of the scenario's: their times of day come so much earlier
        time_zone: i64 = offset().or("+0 h");
        /// share of users who sign in at all (published: 80 % on a day)
        attendance: Option<f64> = share(0.0, 100.0).or("100 %")
            .unless(Recorded::SignIns)
            .optional();
        /// when they sign out, the next day if not after sign_in; never: not before the horizon
        sign_out: Option<Option<SignIn>> = sign_out().or("never")
            .from(Assumption, "the run ends first")
            .unless(Recorded::SignIns)
            .optional();
        /// when they sign out for lunch, and for how long; who is not signed in then does not go
        lunch: Option<Option<Lunch>> = lunch().or("never")
            .from(Assumption, "a dip in the middle of the day is plausible, none is published")
            .unless(Recorded::SignIns)
            .optional();
        /// CSV of the calls to replay, time,user,direction,ring_s,talk_s, and perhaps answered,at_pc; instead of drawn ones
        calls_file = file(Recorded::Calls).optional();
        /// CSV of sign-ins and sign-outs to replay, time,user,action; instead of drawn ones
        sign_in_file = file(Recorded::SignIns).optional();
    }
}

words! { RefreshMethod {
    "by-allow" => ByAllow, "UPDATE, unless the 2xx to INVITE carries an Allow that leaves UPDATE out";
    "rfc4028" => Rfc4028, "UPDATE only if Allow lists it, else re-INVITE; at half of the granted session (RFC 4028 §7.4)";
    "update" => Update, "always UPDATE";
    "re-invite" => ReInvite, "always re-INVITE";
} }

words! { RefreshClock {
    "since-refresh" => SinceRefresh, "only a successful refresh";
    "since-traffic" => SinceTraffic, "any message of the dialog that the client sends or receives";
} }

words! { OnNoAnswer {
    "tear-down" => TearDown, "it sends BYE at once";
    "hold" => Hold, "it sends no further refresh and waits for its session timer";
    "keep-polling" => KeepPolling, "it refreshes again one interval later; its own session timer ends the session only when it no longer polls";
} }

words! { OnRejection {
    "fall-back" => FallBack, "it refreshes by re-INVITE for the rest of the dialog";
    "tear-down" => TearDown, "it sends BYE at once";
    "hold" => Hold, "it sends no further refresh and waits for its session timer";
} }
