//! Which API responses are faulty: at random with `fail`, or requested by image ID.

use super::Options;
use super::delivery_fault::DeliveryFault;
use super::rng::splitmix64;

/// Defines the faults and their IDs.
macro_rules! faults {
    ($($fault:ident: $id:literal, $description:literal;)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Fault {
            /// 500 with an HTML page. No ID requests it.
            Html500,
            $($fault,)*
        }

        /// Image IDs that produce a fault, with a description of the fault. Credentials are checked first. The list
        /// produces the same faults with `creator=ID`. [`super::delivery_fault_id`] makes more IDs, for delivery errors.
        pub const FAULT_IDS: &[(&str, &str)] = &[$(($id, $description),)*];

        /// In the order of [`FAULT_IDS`].
        const LISTED: &[Fault] = &[$(Fault::$fault,)*];
    };
}

faults! {
    Internal: "fault-500", "500 with an error envelope, code 10000";
    Html502: "fault-html", "502 with an HTML page";
    RateLimited: "fault-429", "429, code 971, with a retry after 1 second";
    LongRateLimit: "fault-429-long", "429, code 971, with a retry after 240 seconds";
    Unauthorized: "fault-403", "403, code 9109";
    Flaky: "fault-flaky", "500 twice, then an image like the sample, repeatedly";
    Reset: "fault-reset", "the connection is reset before any response";
    Cut: "fault-cut", "the connection is closed in the middle of the body";
    Half: "fault-half", "a complete response with incomplete JSON";
    Empty: "fault-empty", "200 with an empty body";
    Challenge: "fault-challenge", "403 with an anti-bot page and the header cf-mitigated";
    Array: "fault-array", "200 with [] instead of the envelope";
    NoId: "fault-no-id", "200 with a result that isn't an image";
    Null: "fault-null", "200 with a result that is null";
    Types: "fault-types", "200 with an image whose fields are of the wrong types";
    Deep: "fault-deep", "200 with metadata that is nested 10,000 levels deep";
    LongName: "fault-long-name", "200 with a file name of 1,000 characters, four times the limit";
    CodeError: "fault-code-error", "400 with {code, error} and no envelope";
    Huge: "fault-huge", "200 with a body of 1 GB";
    Slow: "fault-slow", "half a body, then nothing more";
    Hang: "fault-hang", "no response, on a connection that stays open";
    Redirect: "fault-redirect", "302 to another host name";
    FlakyCut: "fault-flaky-cut", "an incomplete body twice, then the sample image, repeatedly";
    OtherId: "fault-other-id", "200 with a different image than requested";
    AccessNull: "fault-access-null", "200 with requireSignedURLs null";
    AccessMissing: "fault-access-missing", "200 without requireSignedURLs";
    Errors: "fault-errors", "400 with three errors, with documentation_url, source.pointer and error_chain";
    Messages: "fault-messages", "200 with forty messages, some of them long or with escape sequences";
    Delivery: "fault-flexible", "an image whose flexible variants work, with the usual warnings";
}

/// The faults that `fail` chooses from.
const RANDOM_FAULTS: [Fault; 7] = [
    Fault::Html500,
    Fault::Html502,
    Fault::RateLimited,
    Fault::Half,
    Fault::Reset,
    Fault::Empty,
    Fault::Challenge,
];

impl Fault {
    /// The fault for the request with this number, if any. Depends only on the seed and the number.
    pub(super) fn random(options: &Options, number: u64) -> Option<Self> {
        if options.fail <= 0.0 {
            return None;
        }
        let bits = splitmix64(options.seed.rotate_left(8) ^ number);
        // 32 bits are exact in a float, and precise enough for a share.
        let share = f64::from(u32::try_from(bits >> 32).unwrap_or_default()) / f64::from(u32::MAX);
        let index = usize::try_from(splitmix64(bits) % RANDOM_FAULTS.len() as u64).unwrap_or_default();
        (share <= options.fail).then(|| RANDOM_FAULTS[index])
    }

    /// The fault that an image ID requests. [`Self::Delivery`] is also that of a
    /// [`DeliveryFault`]: the API's response is normal.
    pub(super) fn by_id(id: &str) -> Option<Self> {
        let listed = FAULT_IDS.iter().position(|(listed, _)| *listed == id).map(|at| LISTED[at]);
        listed.or_else(|| DeliveryFault::by_id(id).map(|_| Self::Delivery))
    }

    /// Whether the fault is about an image that exists.
    pub(super) fn has_image(self) -> bool {
        let is_edited = matches!(self, Self::AccessNull | Self::AccessMissing | Self::Messages);
        is_edited || matches!(self, Self::Flaky | Self::FlakyCut | Self::Delivery)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_id_knows_exactly_the_listed_ids() {
        for (id, _) in FAULT_IDS {
            assert!(Fault::by_id(id).is_some(), "{id}");
        }
        assert_eq!(Fault::by_id("fault-unheard-of"), None);
        assert_eq!(Fault::by_id("logo"), None);
    }

    #[test]
    fn random_faults_follow_share_and_seed() {
        let draw = |fail, seed| -> Vec<Option<Fault>> {
            let options = Options { fail, seed, ..Options::default() };
            (0..2000).map(|number| Fault::random(&options, number)).collect()
        };
        let faults = draw(0.25, 7);
        let share = faults.iter().flatten().count();
        assert!((400..600).contains(&share), "{share}");
        assert!(RANDOM_FAULTS.iter().all(|fault| faults.contains(&Some(*fault))));
        assert_eq!(faults, draw(0.25, 7));
        assert_ne!(faults, draw(0.25, 8));
        assert!(draw(0.0, 7).iter().all(Option::is_none));
        assert!(draw(1.0, 7).iter().all(Option::is_some));
    }
}
