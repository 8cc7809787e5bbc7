//! What commands ask of an account.

use crate::domain::{Failure, Image, Reference, Usage, VariantOptions};

/// An account of Cloudflare Images, as commands see it: failures are in words already. Tests put one without a network
/// in its place.
pub trait Account {
    /// One image.
    fn image(&self, reference: &Reference) -> impl Future<Output = Result<Image, Failure>>;

    /// The options of the account's variants, by name.
    fn variant_options(&self) -> impl Future<Output = Result<Vec<VariantOptions>, Failure>>;

    /// How full the account is.
    fn usage(&self) -> impl Future<Output = Result<Usage, Failure>>;
}

#[cfg(test)]
pub(super) mod scripted {
    use std::cell::Cell;

    use super::Account;
    use crate::domain::{Failure, FailureKind, Image, Reference, Usage, VariantOptions};

    /// An account of written answers, which counts what it is asked.
    #[derive(Debug, Default)]
    pub(in super::super) struct Scripted {
        pub(in super::super) images: Vec<Image>,
        pub(in super::super) options: Option<Vec<VariantOptions>>,
        pub(in super::super) asked: Cell<usize>,
    }

    impl Scripted {
        pub(in super::super) fn with(images: &[&str]) -> Self {
            let images = images.iter().map(|raw| Image::read(raw).expect("an image")).collect();
            Self { images, options: Some(Vec::new()), ..Self::default() }
        }
    }

    impl Account for Scripted {
        async fn image(&self, reference: &Reference) -> Result<Image, Failure> {
            self.asked.set(self.asked.get() + 1);
            let found = self.images.iter().find(|image| image.id == reference.id);
            found
                .cloned()
                .ok_or_else(|| Failure::new(FailureKind::NotFound, "Image not found", "Check the ID."))
        }

        async fn variant_options(&self) -> Result<Vec<VariantOptions>, Failure> {
            self.asked.set(self.asked.get() + 1);
            self.options.clone().ok_or_else(|| Failure::new(FailureKind::Network, "Cut short", "Try again."))
        }

        async fn usage(&self) -> Result<Usage, Failure> {
            Ok(Usage { current: 8113, allowed: 100_000 })
        }
    }
}
