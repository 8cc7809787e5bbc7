//! Delivery: opens, copies, signs and verifies the URLs of variants.

mod metadata;
mod notices;
mod payload;
mod probes;
mod state;
mod steps;
mod targets;
pub(super) mod update;
mod warnings;

pub use state::{
    ActiveSignedUrl, Confirmation, Delivery, DeliveryState, Job, Probe, SrcsetVariant, Step, Target,
    TargetUrl, UnsignedPolicy,
};
