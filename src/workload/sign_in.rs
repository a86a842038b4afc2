//! When a user signs in or out.

use rand_distr::Distribution;

use super::SignIn;
use crate::engine::{Normal, Stream};
use crate::quantity::{Span, Time};

impl SignIn {
    /// The instant drawn for one user, for a run that starts at `start_us` (time of day on the user's clock). Instants before the start become the start.
    pub fn draw(&self, start_us: i64, stream: &mut Stream) -> Time {
        match *self {
            SignIn::AtStart => Time::ZERO,
            SignIn::At(clock) => Time((clock.0 as i64 - start_us).max(0) as u64),
            SignIn::UniformOver(width) => {
                Time::ZERO + Span::from_micros_f64(stream.uniform() * width.0 as f64)
            }
            SignIn::Normal { mean, sd } => {
                let z: f64 = Normal.sample(stream);
                let after = mean.0 as f64 - start_us as f64 + z * sd.0 as f64;
                Time::ZERO + Span::from_micros_f64(after)
            }
        }
    }
}
