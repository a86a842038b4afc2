//! `[[gateway]]`: its protocol, what it holds and forgets, how many there are.

use super::bound::{DAY, NOTHING, SE_LEAST_S, SE_MOST_S};
use crate::deployment::Forgets;
use crate::protocol::{
    Allow, GatewayConfig, OnRefreshFailure, OwnRefreshes, ReInviteBehaviour, Refresher,
    RefresherOnRefresh, SessionTimer, UpdateBehaviour,
};
use crate::quantity::Span;
use crate::scenario::declare::{
    choice, flag, keys, name, profile, seconds, seconds16, share, shared, span, stated, whole,
    whole_or, words,
};
use crate::scenario::key::Standing::{Assumption, Published, Standard};
use crate::scenario::kind::Profiles;
use crate::scenario::setting::SettingValue;

keys! {
    /// `[[gateway]]`, its protocol.
    GATEWAY fills GatewayConfig by gateway_config {
        /// what it does with UPDATE (gateway behaviour class)
        update => update: choice::<UpdateBehaviour>().must()
            .alternatives(&["accepted", "ignored", "405", "501"]);
        /// the Allow header in its 200 to INVITE
        allow => allow: choice::<Allow>().or("absent")
            .from(Assumption, "the failing gateways of the published reports sent none");
        /// the longest session it grants
        session_expires => session_expires_s: seconds(SE_LEAST_S, SE_MOST_S).or("1 d")
            .from(Assumption, "it takes what the client offers");
        /// its Min-SE: a shorter Session-Expires is answered 422, in every INVITE and refresh that it answers
        min_se => min_se_s: seconds16(SE_LEAST_S as u16, 65_535).or("90 s")
            .from(Standard, "RFC 4028 §5");
        /// who refreshes, as its 2xx says
        refresher => refresher: choice::<Refresher>().or("uac")
            .from(Published, "keeping the dialog alive is the client's job");
        /// what it does when no refresh came
        enforces_session_timer => enforces_session_timer: choice::<SessionTimer>().or("silent")
            .from(Assumption, "no published value; RFC 4028 §10 asks for BYE")
            .alternatives(&["no", "bye"]);
        /// Retry-After of its 503
        retry_after => retry_after_s: seconds(0, 86_400).or("60 s")
            .from(Assumption, "no published value");
        /// share of the UPDATEs that meet `update`; the others are accepted
        update_share => update_share: share(0.0, 100.0).or("100 %")
            .from(Assumption, "a gateway treats all alike")
            .listed_when_given();
        /// what it does with re-INVITE
        reinvite => reinvite: choice::<ReInviteBehaviour>().or("accepted")
            .from(Assumption, "the published fix relies on it")
            .listed_when_given();
        /// share of the re-INVITEs that meet `reinvite`; the others are accepted
        reinvite_share => reinvite_share: share(0.0, 100.0).or("100 %")
            .from(Assumption, "a gateway treats all alike; Cisco CSCun31375 ignores 1 of 100")
            .listed_when_given();
        /// who refreshes from a refresh on, as its 2xx says
        refresher_on_refresh => refresher_on_refresh: choice::<RefresherOnRefresh>().or("same")
            .from(Standard, "RFC 4028 §9; sofia-sip issue 284 and Telephone issue 180 met other ones")
            .listed_when_given();
        /// how often it refreshes where it is the refresher
        refreshes => refreshes: choice::<OwnRefreshes>().or("always")
            .from(Standard, "RFC 4028 §10; pocket-dial issue 198 never does")
            .listed_when_given();
        /// what it does when its own refresh stays unanswered for 32 s
        on_no_answer => on_no_answer: choice::<OnRefreshFailure>().or("tear-down")
            .from(Standard, "RFC 4028 §10; drachtio issue 375 keeps the dialog")
            .listed_when_given();
        /// what it does when its own refresh is refused, but by 481 or 491
        on_rejection => on_rejection: choice::<OnRefreshFailure>().or("hold")
            .from(Standard, "RFC 4028 §10")
            .listed_when_given();
        /// whether it imposes a session timer on a client that asked for none
        imposes_timer => imposes_timer: flag().or("false")
            .from(Assumption, "RFC 4028 §9 allows it")
            .listed_when_given();
    }
}

keys! {
    /// `[[gateway]]`, what it holds and forgets.
    LIMITS as struct Limits {
        /// lines it monitors at most; more are refused as CSTA overallMonitorLimitExceeded
        max_sessions: Option<u32> = whole_or("unlimited", 1, 1_000_000_000).or("unlimited")
            .from(Assumption, "no published value");
        /// monitors of one line at most
        max_sessions_per_line: Option<u32> = whole_or("unlimited", 1, 1_000).or("unlimited")
            .from(Assumption, "a setting of some products");
        /// calls that it follows at once at most; of others no event comes, and MakeCall is refused
        max_calls: Option<u32> = whole_or("unlimited", 1, 1_000_000_000).or("unlimited")
            .from(Assumption, "no published value; Toshiba IPedge follows 560 of 1,152 lines")
            .listed_when_given();
        /// what it does not know after a restart
        forgets: Forgets = choice::<Forgets>().or("sessions")
            .from(Assumption, "no published value")
            .alternatives(&["monitors", "nothing"]);
    }
}

keys! {
    /// `[[gateway]]` besides its protocol, its servers and its path.
    GATEWAY_OWN as struct Fleet {
        /// the gateway's name
        name = name().must();
        /// the profile whose values it takes
        profile = profile(Profiles::Gateways).optional();
        /// how many alike gateways; the users of a group go to them in turn
        count: u32 = whole(1, 1_000_000).or("1");
        /// the OCS–gateway leg
        path = shared(Profiles::Paths).or("ideal")
            .from(Assumption, "no delay, no loss");
        /// further gateways that stand by for all `count` of them
        spare: SettingValue<u32> = stated(&whole(0, 10_000)).or("0")
            .from(Published, "OCS ties a user to one gateway");
        /// a set-up goes to a spare gateway when the own has been down for so long
        rehome_after: Span = span(NOTHING, DAY).or("60 s")
            .from(Assumption, "OCS has no such rule: somebody changes the user's gateway");
    }
}

words! { UpdateBehaviour {
    "accepted" => Accepted, "answers 200 with Session-Expires";
    "ignored" => Ignored, "never answers";
    "405" => Rejected405, "answers 405 Method Not Allowed";
    "501" => Rejected501, "answers 501 Not Implemented";
    "481" => DialogLost481, "answers 481 and forgets the dialog";
    "answer-lost" => AnswerLost, "answers 200, which never reaches the client";
    "no-session-expires" => NoSessionExpires, "answers 200 without Session-Expires, to INVITE as well: it supports no timers (RFC 4028 §7.2)";
    "422" => IntervalTooSmall422, "answers 422 where the offered Session-Expires is below its Min-SE";
    "503" => Unavailable503, "answers 503 with Retry-After";
    "not-counted" => NotCounted, "answers 200 with Session-Expires, and its own timer goes on as if no refresh had come";
    "488" => Rejected488, "answers 488 Not Acceptable Here";
    "500" => Rejected500, "answers 500 Server Internal Error";
} }

words! { ReInviteBehaviour {
    "accepted" => Accepted, "answers 200 with Session-Expires";
    "ignored" => Ignored, "never answers";
    "answer-lost" => AnswerLost, "answers 200, which never reaches the client";
    "not-counted" => NotCounted, "answers 200 with Session-Expires, and its own timer goes on as if no refresh had come";
    "405" => Rejected405, "answers 405 Method Not Allowed";
    "481" => DialogLost481, "answers 481 and forgets the dialog";
    "488" => Rejected488, "answers 488 Not Acceptable Here";
    "491" => Rejected491, "answers 491 Request Pending";
    "500" => Rejected500, "answers 500 Server Internal Error";
    "501" => Rejected501, "answers 501 Not Implemented";
    "503" => Unavailable503, "answers 503 with Retry-After";
} }

words! { RefresherOnRefresh {
    "same" => Same, "who did before";
    "uac" => Uac, "the client";
    "uas" => Uas, "the gateway";
    "flips" => Flips, "the other one";
} }

words! { OwnRefreshes {
    "always" => Always, "at half of the session, each time";
    "once" => Once, "once in a dialog";
    "never" => Never, "never";
} }

words! { OnRefreshFailure {
    "tear-down" => TearDown, "it sends BYE at once";
    "hold" => Hold, "it keeps the dialog and refreshes no more; its session timer goes on, if it enforces one";
} }

words! { Allow {
    "absent" => Absent, "no Allow header";
    "with-update" => WithUpdate, "Allow lists UPDATE";
    "without-update" => WithoutUpdate, "Allow is there and leaves UPDATE out";
} }

words! { Refresher {
    "uac" => Uac, "the client, which sent the INVITE";
    "uas" => Uas, "the gateway";
} }

words! { SessionTimer {
    "no" => No, "it runs no timer";
    "silent" => Silent, "it forgets the dialog when the session expires, without a word";
    "bye" => Bye, "it sends BYE at SE − min(32 s, SE/3) (RFC 4028 §10)";
    "bye-at-expiry" => ByeAtExpiry, "it sends BYE when the session expires, and not before";
} }

words! { Forgets {
    "sessions" => Sessions, "every dialog";
    "monitors" => Monitors, "monitors: dialogs stand, events do not flow";
    "nothing" => Nothing, "nothing";
} }
