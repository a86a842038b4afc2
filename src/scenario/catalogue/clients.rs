//! `[[clients]]`: their protocol, how many they are and when they are there.

use super::bound::{HOUR, MILLISECOND, MONTH, SE_LEAST_S, SE_MOST_S};
use crate::protocol::{
    ClientConfig, OnGatewayRefresh, OnGlare, OnNoAnswer, OnRejection, OnTooSmall, RefreshClock,
    RefreshMethod,
};
use crate::quantity::Span;
use crate::scenario::declare::{
    choice, columns, file, flag, gateway_name, keys, lunch, mix, name, offset, profile,
    reestablish, seconds, seconds16, share, shared, sign_in, sign_out, span, span_or, stated,
    timing, whole, words,
};
use crate::scenario::key::Standing::{Assumption, Published, Seen, Standard};
use crate::scenario::kind::Profiles;
use crate::scenario::record_kind::RecordKind;
use crate::scenario::setting::SettingValue;
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
        session_expires => session_expires_s: seconds(SE_LEAST_S, SE_MOST_S).or("1800 s")
            .from(Assumption, "unknown; RFC 4028 §4 recommends 1800 s, and calls on the sibling stack are cut at 30 min")
            .alternatives(&["3000 s"]);
        /// its Min-SE
        min_se => min_se_s: seconds16(SE_LEAST_S as u16, 65_535).or("90 s")
            .from(Standard, "RFC 4028 §5");
        /// reaction to a refresh unanswered for 32 s
        on_no_answer => on_no_answer: choice::<OnNoAnswer>().or("tear-down")
            .from(Assumption, "unknown; RFC 4028 §10 asks for BYE")
            .alternatives(&["hold", "keep-polling"]);
        /// reaction to a refresh that is refused: 405, 488, 500, 501
        on_rejection => on_rejection: choice::<OnRejection>().or("hold")
            .from(Assumption, "unknown; users of rejecting gateways were broken too")
            .alternatives(&["tear-down", "fall-back"]);
        /// when a lost session is set up again
        reestablish => reestablish: reestablish().or("fixed 30 s")
            .from(Assumption, "that it is done is published, how soon is not")
            .alternatives(&["fixed 0 s", "fixed 600 s", "never"]);
        /// whether it offers a session timer: without, its requests carry no Session-Expires
        offers_session_expires => offers_timer: flag().or("true")
            .from(Assumption, "unknown; RFC 4028 §7.1 recommends it, pidgin-sipe 1.25.0 offers none")
            .listed_when_given();
        /// when a refresh is due: after refresh_interval, at a part of the granted session, or so long before its end, at half of a session that is no longer than that
        refresh_timing => refresh_timing: timing().or("interval")
            .from(Assumption, "Communicator's interval is published; pidgin-sipe 1.25.0 refreshes 60 s before the end")
            .listed_when_given();
        /// how often a refresh that stays unanswered is tried in all
        refresh_tries => refresh_tries: whole(1, 100).or("1")
            .from(Standard, "RFC 4028 §10: terminate after a time-out; siphon-ai issue 490 tries twice")
            .listed_when_given();
        /// the wait before a refresh that failed is tried again
        retry_delay => retry_delay: span(Span::from_millis(100), HOUR).or("1 s")
            .from(Seen, "Sofia-SIP 1.12.11 sends the next UPDATE 1 s after a 405")
            .listed_when_given();
        /// reaction to 422
        on_422 => on_too_small: choice::<OnTooSmall>().or("retry")
            .from(Standard, "RFC 4028 §7.3")
            .listed_when_given();
        /// reaction to 491, where two re-INVITEs cross
        on_glare => on_glare: choice::<OnGlare>().or("retry")
            .from(Standard, "RFC 3261 §14.1")
            .listed_when_given();
        /// its answer to a refresh of the gateway, a re-INVITE
        on_gateway_refresh => on_gateway_refresh: choice::<OnGatewayRefresh>().or("accepted")
            .from(Standard, "RFC 4028 §9; SIP.js issue 258 and sipml5 issue 224 refuse it")
            .listed_when_given();
        /// whether its own session timer ends a session that was not refreshed
        enforces_session_timer => enforces_timer: flag().or("true")
            .from(Standard, "RFC 4028 §10; the client of drachtio issue 375 keeps its call")
            .listed_when_given();
        /// whether it sends BYE when it ends a session
        sends_bye => sends_bye: flag().or("true")
            .from(Standard, "RFC 3261 §15; Sofia-SIP 1.12.11 gives up without")
            .listed_when_given();
        /// whether it answers the event INFOs of the gateway
        answers_events => answers_events: flag().or("true")
            .from(Standard, "RFC 3261 §8.2; pidgin-sipe 1.25.0 answers none")
            .listed_when_given();
        /// a client farm or proxy lets one set-up of the group through so often, for each gateway
        setup_pace => setup_pace: span_or("unlimited", MILLISECOND, HOUR).or("unlimited")
            .from(Assumption, "each client sets up by itself; OpenCom 1000 asks for 500 ms between two lineOpens")
            .listed_when_given();
    }
}

keys! {
    /// `[[clients]]` besides their protocol, their workload and their path.
    CLIENTS_OWN as struct Clients {
        /// the group's name
        name = name().must();
        /// the profile whose values it takes
        profile = profile(Profiles::Clients).or("communicator-2007-r2");
        /// profiles with their shares, instead of one profile
        mix = mix(Profiles::Clients).optional();
        /// users, over all gateways of that name
        count: Option<u32> = whole(1, 1_000_000_000).optional();
        /// users of each gateway of that name, instead of count
        count_per_gateway: Option<SettingValue<u32>> = stated(&whole(1, 1_000_000_000)).optional()
            .example("3", &[("name", "office"), ("gateway", "gateway")]);
        /// the gateway that serves them
        gateway: SettingValue<String> = stated(&gateway_name()).must();
        /// their calls
        workload = shared(Profiles::Workloads).or("moderate")
            .from(Published, "2 call legs per user-hour")
            .unless(RecordKind::Calls)
            .optional();
        /// the client–OCS leg
        path = shared(Profiles::Paths).or("ideal")
            .from(Assumption, "no delay, no loss");
        /// when they sign in
        sign_in: Option<SignIn> = sign_in().or("normal 09:00 sd 25 min")
            .from(Assumption, "no published ramp")
            .unless(RecordKind::SignIns)
            .optional();
        /// how far the users' clocks are ahead of the scenario's: their times of day come so much earlier
        time_zone: i64 = offset().or("+0 h");
        /// share of users who sign in at all (published: 80 % on a day)
        attendance: Option<f64> = share(0.0, 100.0).or("100 %")
            .unless(RecordKind::SignIns)
            .optional();
        /// when they sign out, the next day if not after sign_in; never: not before the horizon
        sign_out: Option<Option<SignIn>> = sign_out().or("never")
            .from(Assumption, "the run ends first")
            .unless(RecordKind::SignIns)
            .optional();
        /// when they sign out for lunch, and for how long; who is not signed in then does not go
        lunch: Option<Option<Lunch>> = lunch().or("never")
            .from(Assumption, "a dip in the middle of the day is plausible, none is published")
            .unless(RecordKind::SignIns)
            .optional();
        /// CSV of the calls to replay, time,user,direction,ring_s,talk_s, and perhaps answered,at_pc; instead of drawn ones
        calls_file = file(RecordKind::Calls).optional();
        /// CSV of sign-ins and sign-outs to replay, time,user,action; instead of drawn ones
        sign_in_file = file(RecordKind::SignIns).optional();
        /// what calls_file calls its columns; further columns of the file are left aside then
        calls_columns: Option<Vec<(String, String)>> = columns(RecordKind::Calls).optional();
        /// what sign_in_file calls its columns; further columns of the file are left aside then
        sign_in_columns: Option<Vec<(String, String)>> = columns(RecordKind::SignIns).optional();
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
    "retry-once" => RetryOnce, "it sends the refresh again at once, once; refused again, it waits for its session timer";
    "retry" => Retry, "it sends the refresh again after retry_delay, without end; its session timer ends nothing meanwhile";
} }

words! { OnTooSmall {
    "retry" => Retry, "it asks once more, with the larger Session-Expires";
    "every-time" => EveryTime, "the same after each further 422, 500 ms later: with a relay that shortens what it asks for, a loop";
    "fail" => Fail, "it takes the 422 for a refusal";
} }

words! { OnGlare {
    "retry" => Retry, "it refreshes again after the wait of RFC 3261 §14.1";
    "tear-down" => TearDown, "it sends BYE at once";
} }

words! { OnGatewayRefresh {
    "accepted" => Accepted, "200";
    "ignored" => Ignored, "no answer";
    "405" => Rejected405, "405 Method Not Allowed";
    "488" => Rejected488, "488 Not Acceptable Here";
    "491" => Rejected491, "491 Request Pending";
    "500" => Rejected500, "500 Server Internal Error";
} }
