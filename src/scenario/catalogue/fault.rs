//! `[[fault]]`: what goes wrong, whom it hits and when.

use super::bound::{CENTURY, MONTH, NOTHING};
use crate::faults::FaultKind;
use crate::quantity::{Every, Moment, Span};
use crate::scenario::declare::{
    choice, every, flag, keys, moment, moments, name, share, span, stated, targets, whole_or, words,
};
use crate::scenario::key::Standing::Assumption;
use crate::scenario::setting::SettingValue;

keys! {
    /// `[[fault]]`.
    FAULT as struct Fault {
        /// the fault's name, for messages
        name = name().optional();
        /// what goes wrong
        kind: FaultKind = choice::<FaultKind>().must();
        /// whom it hits
        target: SettingValue<Vec<String>> = stated(&targets()).must().example("gateway:gateway", &[]);
        /// which of the gateways of that name, counted from 1
        instance: SettingValue<Option<u32>> = stated(&whole_or("every", 1, 1_000_000)).or("every")
            .example("1", &[]);
        /// time of day at which it happens, the next day's if before the start; or mtbf and mttr
        at: Option<SettingValue<Vec<Moment>>> = stated(&moments()).optional();
        /// how often it happens: after an interval again, or on days at a time of day
        every: Option<SettingValue<Every>> = stated(&every()).optional()
            .example("1 h", &[("kind", "crash"), ("target", "all")]);
        /// from when on it happens, with `every`; a time of day here and in until bounds each day
        from: Option<SettingValue<Moment>> = stated(&moment()).optional()
            .example("09:00", &[("kind", "crash"), ("target", "all"), ("every", "1 h")]);
        /// until when it happens, with `every`
        until: Option<SettingValue<Moment>> = stated(&moment()).optional()
            .example("17:00", &[("kind", "crash"), ("target", "all"), ("every", "1 h")]);
        /// how long it lasts, with `at`
        duration: Span = span(NOTHING, MONTH).or("5 min")
            .from(Assumption, "a restart");
        /// mean time from repair to fault, exponential
        mtbf: Option<Span> = span(Span::from_secs(1), CENTURY).optional()
            .example("30 d", &[("kind", "crash"), ("target", "all")]);
        /// mean time from fault to repair, exponential, with `mtbf`
        mttr: Span = span(NOTHING, MONTH).or("5 min")
            .from(Assumption, "a restart")
            .example("10 min", &[("kind", "crash"), ("target", "all"), ("mtbf", "30 d")]);
        /// connections are reset, which is noticed at once; else silence
        reset: SettingValue<bool> = stated(&flag()).or("false")
            .from(Assumption, "a host that is gone is silent");
        /// of a surge: how many calls there are while it lasts, of the usual number
        call_rate: SettingValue<f64> = stated(&share(0.0, 100_000.0)).or("200 %")
            .from(Assumption, "sprout issue 1234: the load doubled for a minute")
            .example("150 %", &[("kind", "surge"), ("target", "all"), ("at", "09:00")])
            .listed_when_given();
    }
}

words! { FaultKind {
    "crash" => Crash, "a gateway stops without a word and starts again; what it forgets is a key of the gateway";
    "stall" => Stall, "a gateway accepts messages and answers nothing";
    "maintenance" => Maintenance, "a gateway ends every dialog with BYE and is away";
    "link-outage" => LinkOutage, "a leg carries nothing: messages wait for its end on TCP and TLS, and are lost on UDP";
    "ocs-failover" => OcsFailover, "OCS drops every connection and is away; it keeps no dialog";
    "sleep" => Sleep, "the PC of a client sleeps: its timers wait, messages to it are lost";
    "network-change" => NetworkChange, "the address of a client changes: its connection is reset";
    "surge" => Surge, "people call more, or less, than they usually do: call_rate says how much";
} }
