//! The predictions of a plan: which closed forms it meets, and what is against the others.

use super::agreement::Agreement;
use super::client_group::ClientGroup;
use super::crash::Crash;
use super::cycle::Sessions;
use super::death::Death;
use super::expected::ExpectedFigure;
use super::figures::RunFigures;
use super::following::Following;
use super::gateway::Gateway;
use super::idle::Idle;
use super::load::{Messages, Refreshes, Toasts};
use super::loss::Loss;
use super::outage::Outage;
use super::precondition::Violation;
use super::share::Share;
use super::station::Utilisation;
use super::step::Step;
use super::storm::Storm;
use super::{
    crash, cycle, death, following, idle, load, loss, outage, share, station, step, storm,
};
use crate::deployment::Plan;
use crate::measure::Scope;

/// What a closed form says of a client group or a gateway.
#[derive(Clone, PartialEq, Debug)]
pub struct Prediction {
    /// Whom it is about.
    pub scope: Scope,
    /// What it is about, in words.
    pub about: &'static str,
    /// The closed form, or the first of its preconditions that the plan does not meet.
    pub form: Result<Form, Violation>,
}

/// A closed form with its parameters; the documentation of the module states each of them.
#[derive(Clone, PartialEq, Debug)]
pub enum Form {
    /// Sessions that are kept, or lost cycle after cycle.
    Sessions(Sessions),
    /// A silent crash that is found at the next refresh.
    Crash(Crash),
    /// A connection that idles into a hole.
    Idle(Idle),
    /// Refreshes that UDP loses.
    Loss(Loss),
    /// An outage on UDP.
    Outage(Outage),
    /// Refreshes of sessions that are kept.
    Refreshes(Refreshes),
    /// Messages of sessions that are kept.
    Messages(Messages),
    /// Toasts due.
    Toasts(Toasts),
    /// Utilisation of a station.
    Utilisation(Utilisation),
    /// The way back of all users.
    Storm(Storm),
    /// A share of the refreshes that is ignored.
    Share(Share),
    /// A connection that dies in silence.
    Death(Death),
    /// Calls beyond those that a gateway follows.
    Following(Following),
    /// A step of the load.
    Step(Step),
}

/// The predictions of a plan: of each client group, then of each gateway. A closed form that does not concern one of them
/// (an outage, where there is none) is left out.
pub fn predict(plan: &Plan) -> Vec<Prediction> {
    let groups = (0..plan.clients.len()).flat_map(|i| of_group(&ClientGroup::new(plan, i)));
    let gateways = (0..plan.gateways.len()).flat_map(|i| of_gateway(&Gateway::new(plan, i)));
    groups.chain(gateways).collect()
}

fn of_group(group: &ClientGroup) -> Vec<Prediction> {
    let wrap = |form: Result<Form, Violation>| form.map(Some);
    let forms = [
        (
            "lost sessions",
            wrap(cycle::predict(group).map(Form::Sessions)),
        ),
        (
            "a crash found at the next refresh",
            crash::predict(group).map(|form| form.map(Form::Crash)),
        ),
        (
            "a share of refreshes that is ignored",
            share::predict(group).map(|form| form.map(Form::Share)),
        ),
        (
            "a connection that dies in silence",
            death::predict(group).map(|form| form.map(Form::Death)),
        ),
        (
            "an idle timeout",
            idle::predict(group).map(|form| form.map(Form::Idle)),
        ),
        (
            "refreshes that UDP loses",
            loss::predict(group).map(|form| form.map(Form::Loss)),
        ),
        (
            "an outage on UDP",
            outage::predict(group).map(|form| form.map(Form::Outage)),
        ),
        (
            "refreshes",
            wrap(load::refreshes(group).map(Form::Refreshes)),
        ),
        ("messages", wrap(load::messages(group).map(Form::Messages))),
        (
            "toasts due",
            load::toasts(group).map(|form| form.map(Form::Toasts)),
        ),
    ];
    concerned(&group.scope, forms)
}

fn of_gateway(gateway: &Gateway) -> Vec<Prediction> {
    let waits = gateway.plan.station.as_ref();
    let forms = [
        (
            "utilisation",
            station::predict(gateway).map(|form| form.map(Form::Utilisation)),
        ),
        (
            "the way back of all users",
            storm::predict(gateway).map(|form| form.map(Form::Storm)),
        ),
        (
            "calls that are not followed",
            following::predict(gateway).map(|form| form.map(Form::Following)),
        ),
        (
            "a step of the load",
            step::predict(gateway).map(|form| form.map(Form::Step)),
        ),
        (
            "waiting in the gateway",
            waits.map_or(Ok(None), |_| Err(Violation::NotPoisson)),
        ),
    ];
    concerned(&gateway.scope, forms)
}

fn concerned<const N: usize>(
    scope: &Scope,
    forms: [(&'static str, Result<Option<Form>, Violation>); N],
) -> Vec<Prediction> {
    let prediction = |(about, form): (&'static str, Result<Option<Form>, Violation>)| {
        form.transpose().map(|form| Prediction {
            scope: scope.clone(),
            about,
            form,
        })
    };
    forms.into_iter().filter_map(prediction).collect()
}

impl Form {
    /// What the closed form says from the plan alone.
    pub fn expected(&self) -> Vec<ExpectedFigure> {
        match self {
            Self::Sessions(form) => form.expected(),
            Self::Crash(form) => form.expected(),
            Self::Idle(form) => form.expected(),
            Self::Loss(form) => form.expected(),
            Self::Outage(form) => form.expected(),
            Self::Refreshes(form) => form.expected(),
            Self::Messages(form) => form.expected(),
            Self::Toasts(form) => form.expected(),
            Self::Utilisation(form) => form.expected(),
            Self::Storm(form) => form.expected(),
            Self::Share(form) => form.expected(),
            Self::Death(form) => form.expected(),
            Self::Following(form) => form.expected(),
            Self::Step(form) => form.expected(),
        }
    }

    /// Its text in the documentation of the module, by the heading.
    pub fn section(&self) -> &'static str {
        match self {
            Self::Sessions(_) => "Sessions that are kept, or lost again and again",
            Self::Crash(_) => "A crash found at the next refresh",
            Self::Idle(_) => "An idle timeout",
            Self::Loss(_) => "Independent loss on UDP",
            Self::Outage(_) => "An outage on UDP",
            Self::Refreshes(_) | Self::Messages(_) | Self::Toasts(_) => "Load",
            Self::Utilisation(_) => "A station",
            Self::Storm(_) => "A storm",
            Self::Share(_) => "A share of refreshes that is ignored",
            Self::Death(_) => "A connection that dies in silence",
            Self::Following(_) => "Calls that a gateway does not follow",
            Self::Step(_) => "A step of the load",
        }
    }
}

impl Prediction {
    /// The prediction beside a simulation of the same plan.
    ///
    /// # Errors
    /// The first precondition that the plan or the run does not meet.
    pub fn compare(&self, figures: &RunFigures) -> Result<Vec<Agreement>, Violation> {
        let scope = &self.scope;
        match self.form.as_ref().map_err(Clone::clone)? {
            Form::Sessions(form) => Ok(form.compare(figures, scope)),
            Form::Crash(form) => form.compare(figures, scope),
            Form::Idle(form) => Ok(form.compare(figures, scope)),
            Form::Loss(form) => Ok(form.compare(figures, scope)),
            Form::Outage(form) => Ok(form.compare(figures, scope)),
            Form::Refreshes(form) => form.compare(figures, scope),
            Form::Messages(form) => form.compare(figures, scope),
            Form::Toasts(form) => Ok(form.compare(figures, scope)),
            Form::Utilisation(form) => Ok(form.compare(figures, scope)),
            Form::Storm(form) => Ok(form.compare(figures, scope)),
            Form::Share(form) => Ok(form.compare(figures, scope)),
            Form::Death(form) => form.compare(figures, scope),
            Form::Following(form) => form.compare(figures, scope),
            Form::Step(form) => Ok(form.compare(figures, scope)),
        }
    }
}
