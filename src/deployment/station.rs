//! The gateway as a station: servers, a bounded queue and a serial section at set-up.
//!
//! A job is a request copy that arrives or an event that the gateway originates; its service includes the answer, which
//! leaves when service ends.

use std::collections::VecDeque;

use rand_distr::Distribution;

use super::throttle::{Throttle, ThrottleConfig};
use crate::engine::{Exponential, Normal, Stream};
use crate::measure::StationTally;
use crate::protocol::{Message, Subject};
use crate::quantity::{Span, Time};

/// How long a server is busy with a job.
#[derive(Clone, PartialEq, Debug)]
pub enum ServiceTime {
    /// Always the same.
    Fixed(Span),
    /// Exponential with this mean.
    Exponential(Span),
    /// Log-normal with this mean and standard deviation.
    LogNormal {
        /// Mean.
        mean: Span,
        /// Standard deviation.
        sd: Span,
    },
    /// Linear between the points of its quantile function, from 0 at share 0 where that is not given; the last share is 1.
    Quantiles(Vec<(f64, Span)>),
}

impl ServiceTime {
    /// The mean.
    pub fn mean(&self) -> Span {
        match self {
            Self::Fixed(span) | Self::Exponential(span) => *span,
            Self::LogNormal { mean, .. } => *mean,
            Self::Quantiles(points) => {
                let mut last = (0.0, 0.0);
                let mut sum = 0.0;
                for (share, span) in points {
                    let us = span.0 as f64;
                    sum += (share - last.0) * (us + last.1) / 2.0;
                    last = (*share, us);
                }
                Span::from_micros_f64(sum)
            }
        }
    }

    fn draw(&self, stream: &mut Stream) -> Span {
        match self {
            Self::Fixed(span) => *span,
            Self::Exponential(mean) => {
                let unit: f64 = Exponential.sample(stream);
                Span::from_micros_f64(unit * mean.0 as f64)
            }
            Self::LogNormal { mean, sd } => {
                let (mean, sd) = (mean.0 as f64, sd.0 as f64);
                let variance = libm::log(1.0 + sd * sd / (mean * mean));
                let z: f64 = Normal.sample(stream);
                Span::from_micros_f64(libm::exp(
                    libm::log(mean) - variance / 2.0 + libm::sqrt(variance) * z,
                ))
            }
            Self::Quantiles(points) => {
                let u = stream.uniform();
                let mut last = (0.0, 0.0);
                for (share, span) in points {
                    let us = span.0 as f64;
                    if u <= *share {
                        let part = if *share > last.0 {
                            (u - last.0) / (share - last.0)
                        } else {
                            1.0
                        };
                        return Span::from_micros_f64(last.1 + part * (us - last.1));
                    }
                    last = (*share, us);
                }
                Span::from_micros_f64(last.1)
            }
        }
    }
}

/// What happens to a job that finds every slot taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Overload {
    /// Nothing: it is dropped, and its sender finds out by itself.
    Drop,
    /// A request is answered 503 with Retry-After at once, at no cost; an event is dropped.
    Refuse503,
}

/// The classes of jobs, each with its own service time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
pub enum JobClass {
    /// INVITE, GetCSTAFeatures, MonitorStart.
    Setup,
    /// UPDATE, re-INVITE.
    Refresh,
    /// MakeCall, AnswerCall and the events of calls.
    Call,
    /// MonitorStop, BYE.
    TearDown,
}

/// A station's settings.
#[derive(Clone, PartialEq, Debug)]
pub struct StationConfig {
    /// Servers, at least 1. Default 1.
    pub servers: u32,
    /// Waiting places, so that at most servers + queue jobs are in the station, besides those that have been served and are at
    /// the serial section; `None`: no bound. Default none.
    pub queue: Option<u32>,
    /// Service time by [`JobClass`].
    pub service: [ServiceTime; 4],
    /// Service time of an ACK or a response; at 0 they wait for nobody. Default 0.
    pub response_service: Span,
    /// Time in the serial section, which every MonitorStart passes after its service, one at a time. Default 0.
    pub setup_serial: Span,
    /// Reaction to a full queue. Default drop.
    pub overload: Overload,
    /// Whether requests and events of calls go before everything else that waits; ACKs and responses do not. Default no.
    pub calls_first: bool,
    /// Overload control by measured queue. Default none.
    pub throttle: Option<ThrottleConfig>,
}

/// What a job is about.
#[derive(Clone, Copy, Debug)]
pub enum Work {
    /// A message that arrived.
    Received(Message),
    /// An event of a call, to be sent.
    Originate(Subject, u32),
}

impl Work {
    fn class(&self) -> JobClass {
        let subject = match self {
            Self::Received(message) => message.subject,
            Self::Originate(subject, _) => *subject,
        };
        match subject {
            Subject::Invite | Subject::GetCstaFeatures | Subject::MonitorStart => JobClass::Setup,
            Subject::Update | Subject::ReInvite | Subject::Options => JobClass::Refresh,
            Subject::Bye | Subject::MonitorStop => JobClass::TearDown,
            _ => JobClass::Call,
        }
    }

    fn is_response(&self) -> bool {
        matches!(self, Self::Received(m) if !m.is_request() || m.subject == Subject::Ack)
    }

    /// Whether overload control may refuse it: a request, unless it ends something.
    fn is_throttled(&self) -> bool {
        matches!(self, Self::Received(_))
            && !self.is_response()
            && self.class() != JobClass::TearDown
    }

    fn needs_serial_section(&self) -> bool {
        matches!(self, Self::Received(m) if m.is_request() && m.subject == Subject::MonitorStart)
    }
}

/// A job in the station.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    /// Whose.
    pub user: u32,
    /// What.
    pub work: Work,
    arrived: Time,
    /// Tells it from jobs that had its slot before.
    number: u32,
    in_serial_section: bool,
    /// In the station: its slot is not free.
    inside: bool,
}

/// A service that began: the slot of its job, the job's number and when it ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ServiceStart {
    /// The job's slot.
    pub slot: u32,
    /// The job's number.
    pub number: u32,
    /// When the service ends.
    pub ends: Time,
}

/// The servers, the queue and what is in them.
#[derive(Debug)]
pub struct Station<'a> {
    config: &'a StationConfig,
    stream: Stream,
    jobs: Vec<Job>,
    free: Vec<u32>,
    busy: u32,
    urgent: VecDeque<u32>,
    waiting: VecDeque<u32>,
    serial: VecDeque<u32>,
    serial_busy: bool,
    /// How long anybody was in the serial section, microseconds.
    serial_us: u64,
    in_system: u32,
    changed: Time,
    count: u32,
    /// Jobs that were inside when the gateway stopped.
    cleared: u64,
    throttle: Option<Throttle>,
    /// What was counted so far.
    pub tally: StationTally,
}

impl<'a> Station<'a> {
    /// An idle station; `stream` draws the service times.
    pub fn new(config: &'a StationConfig, stream: Stream, horizon: Time) -> Self {
        Station {
            config,
            stream,
            jobs: Vec::new(),
            free: Vec::new(),
            busy: 0,
            urgent: VecDeque::new(),
            waiting: VecDeque::new(),
            serial: VecDeque::new(),
            serial_busy: false,
            serial_us: 0,
            in_system: 0,
            changed: Time::ZERO,
            count: 0,
            cleared: 0,
            throttle: config.throttle.map(Throttle::new),
            tally: StationTally::new(config.servers, horizon),
        }
    }

    /// Whether a message has to be served, not just handled.
    pub fn serves(&self, work: &Work) -> bool {
        !work.is_response() || self.config.response_service > Span::ZERO
    }

    /// Those that wait for a server.
    fn queued(&self) -> u32 {
        (self.urgent.len() + self.waiting.len()) as u32
    }

    /// Those that wait, for a server or for the serial section.
    fn waiting(&self) -> u32 {
        self.queued() + self.serial.len() as u32
    }

    /// Brings the integrals up to now, before the numbers change.
    fn advance(&mut self, now: Time) {
        let us = (now - self.changed).0;
        self.tally.area_us += u128::from(us) * u128::from(self.in_system);
        self.tally.busy_us += u128::from(us) * u128::from(self.busy);
        self.serial_us += us * u64::from(self.serial_busy);
        let waiting = u64::from(self.waiting());
        if let Some(throttle) = &mut self.throttle {
            throttle.advance(now, waiting);
        }
        if waiting > 0 {
            self.tally.queue_over(self.changed, now, waiting);
        }
        self.changed = now;
    }

    /// A job comes. `Err`: there is no slot for it.
    ///
    /// # Errors
    /// The reaction of the station to a job too many.
    pub fn offer(
        &mut self,
        now: Time,
        user: u32,
        work: Work,
    ) -> Result<Option<ServiceStart>, Overload> {
        self.advance(now);
        self.tally.offered += 1;
        let full = self
            .config
            .queue
            .is_some_and(|slots| self.busy == self.config.servers && self.queued() >= slots);
        if full {
            self.tally.refused += 1;
            return Err(self.config.overload);
        }
        if let Some(throttle) = self.throttle.as_mut().filter(|_| work.is_throttled())
            && !throttle.admits()
        {
            self.tally.refused += 1;
            return Err(Overload::Refuse503);
        }
        self.count = self.count.wrapping_add(1);
        let job = Job {
            user,
            work,
            arrived: now,
            number: self.count,
            in_serial_section: false,
            inside: true,
        };
        let slot = match self.free.pop() {
            Some(slot) => {
                self.jobs[slot as usize] = job;
                slot
            }
            None => {
                self.jobs.push(job);
                self.jobs.len() as u32 - 1
            }
        };
        self.in_system += 1;
        if self.busy < self.config.servers {
            return Ok(Some(self.begin(now, slot)));
        }
        if self.config.calls_first && work.class() == JobClass::Call && !work.is_response() {
            self.urgent.push_back(slot);
        } else {
            self.waiting.push_back(slot);
        }
        self.tally.queue_peak = self.tally.queue_peak.max(self.waiting());
        Ok(None)
    }

    fn begin(&mut self, now: Time, slot: u32) -> ServiceStart {
        self.busy += 1;
        let job = &self.jobs[slot as usize];
        let service = if job.work.is_response() {
            self.config.response_service
        } else {
            self.config.service[job.work.class() as usize].draw(&mut self.stream)
        };
        ServiceStart {
            slot,
            number: job.number,
            ends: now + service,
        }
    }

    fn begin_serial(&mut self, now: Time, slot: u32) -> ServiceStart {
        self.serial_busy = true;
        ServiceStart {
            slot,
            number: self.jobs[slot as usize].number,
            ends: now + self.config.setup_serial,
        }
    }

    /// A service ends. Returns the job, where it is done, and the services that begin now.
    pub fn served(
        &mut self,
        now: Time,
        slot: u32,
        number: u32,
    ) -> (Option<Job>, [Option<ServiceStart>; 2]) {
        let Some(job) = self
            .jobs
            .get(slot as usize)
            .copied()
            .filter(|job| job.inside && job.number == number)
        else {
            return (None, [None; 2]); // the gateway crashed meanwhile
        };
        self.advance(now);
        let mut starts = [None; 2];
        if job.in_serial_section {
            self.serial_busy = false;
            if let Some(next) = self.serial.pop_front() {
                starts[0] = Some(self.begin_serial(now, next));
            }
            return (Some(self.leave(now, slot)), starts);
        }
        self.busy -= 1;
        if let Some(throttle) = self.throttle.as_mut().filter(|_| job.work.is_throttled()) {
            throttle.served();
        }
        if let Some(next) = self.urgent.pop_front().or_else(|| self.waiting.pop_front()) {
            starts[0] = Some(self.begin(now, next));
        }
        if job.work.needs_serial_section() && self.config.setup_serial > Span::ZERO {
            self.jobs[slot as usize].in_serial_section = true;
            if self.serial_busy {
                self.serial.push_back(slot);
                self.tally.queue_peak = self.tally.queue_peak.max(self.waiting());
            } else {
                starts[1] = Some(self.begin_serial(now, slot));
            }
            return (None, starts);
        }
        (Some(self.leave(now, slot)), starts)
    }

    fn leave(&mut self, now: Time, slot: u32) -> Job {
        let job = self.jobs[slot as usize];
        self.in_system -= 1;
        self.jobs[slot as usize].inside = false;
        self.free.push(slot);
        self.tally.responded(now, now - job.arrived);
        job
    }

    /// The gateway stops: what is in the station is gone.
    pub fn clear(&mut self, now: Time) {
        self.advance(now);
        self.account_open(now);
        self.cleared += u64::from(self.in_system);
        if let Some(throttle) = &mut self.throttle {
            throttle.clear();
        }
        self.jobs.clear();
        self.free.clear();
        self.urgent.clear();
        self.waiting.clear();
        self.serial.clear();
        self.serial_busy = false;
        self.busy = 0;
        self.in_system = 0;
    }

    fn account_open(&mut self, now: Time) {
        let inside = self.jobs.iter().filter(|job| job.inside);
        self.tally.sojourn_us += inside
            .map(|job| u128::from((now - job.arrived).0))
            .sum::<u128>();
    }

    /// The run ends.
    pub fn finish(mut self, horizon: Time) -> StationTally {
        self.advance(horizon);
        self.account_open(horizon);
        // A gateway is as busy as its busiest part: its servers, or the serial section.
        let serial_us = u128::from(self.serial_us) * u128::from(self.config.servers);
        self.tally.busy_us = self.tally.busy_us.max(serial_us);
        let finished_jobs = self.tally.refused + self.tally.response.count() + self.cleared;
        assert_eq!(
            self.tally.offered,
            finished_jobs + u64::from(self.in_system),
            "jobs are neither refused nor done nor inside"
        );
        let idle = self.busy < self.config.servers;
        assert!(
            !(idle && self.queued() > 0),
            "a job waits while a server is idle"
        );
        assert!(
            self.serial_busy || self.serial.is_empty(),
            "a job waits for a serial section that nobody is in"
        );
        self.tally
    }
}
