//! What commands ask of an account.

use crate::domain::{Continuation, Failure, Image, ListQuery, Page, Reference, Usage, VariantOptions};

/// An account of Cloudflare Images, as commands see it: failures are in words already. Tests put one without a network
/// in its place.
pub trait Account {
    /// One image.
    fn image(&self, reference: &Reference) -> impl Future<Output = Result<Image, Failure>>;

    /// One page of the list: the first, or the one that an earlier page led to.
    fn page(
        &self,
        query: &ListQuery,
        after: Option<&Continuation>,
    ) -> impl Future<Output = Result<Page, Failure>>;

    /// The options of the account's variants, by name.
    fn variant_options(&self) -> impl Future<Output = Result<Vec<VariantOptions>, Failure>>;

    /// The account's variants in the API's own words and order: each one's name in the map, and its JSON.
    fn raw_variants(&self) -> impl Future<Output = Result<Vec<(String, String)>, Failure>>;

    /// How full the account is.
    fn usage(&self) -> impl Future<Output = Result<Usage, Failure>>;

    /// How full the account is, in the API's own words: the JSON of its result.
    fn raw_usage(&self) -> impl Future<Output = Result<String, Failure>>;
}

#[cfg(test)]
pub(super) mod scripted {
    use std::cell::{Cell, RefCell};
    use std::collections::VecDeque;

    use super::Account;
    use crate::domain::{
        Continuation, Failure, FailureKind, Image, ListQuery, Page, Reference, Usage, VariantOptions,
    };

    /// An account of written answers, which counts what it is asked.
    #[derive(Debug, Default)]
    pub(in super::super) struct Scripted {
        pub(in super::super) images: Vec<Image>,
        pub(in super::super) options: Option<Vec<VariantOptions>>,
        /// The account's variants as the API words them.
        pub(in super::super) raw_variants: Vec<(String, String)>,
        /// What each request for a page is answered, in turn; then there are no more.
        pub(in super::super) pages: RefCell<VecDeque<Result<Page, Failure>>>,
        pub(in super::super) requests: Cell<usize>,
        /// How often something was to be signed.
        pub(in super::super) signed: Cell<usize>,
        /// Whether nothing can be signed.
        pub(in super::super) keyless: bool,
    }

    impl Scripted {
        pub(in super::super) fn with(images: &[&str]) -> Self {
            let images = images.iter().map(|raw| Image::read(raw).expect("an image")).collect();
            Self { images, options: Some(Vec::new()), ..Self::default() }
        }
    }

    impl Account for Scripted {
        async fn image(&self, reference: &Reference) -> Result<Image, Failure> {
            self.requests.set(self.requests.get() + 1);
            let image = self.images.iter().find(|image| image.id == reference.id);
            image
                .cloned()
                .ok_or_else(|| Failure::new(FailureKind::NotFound, "Image not found", "Check the ID."))
        }

        async fn page(&self, _: &ListQuery, _: Option<&Continuation>) -> Result<Page, Failure> {
            self.requests.set(self.requests.get() + 1);
            let next = self.pages.borrow_mut().pop_front();
            next.unwrap_or(Ok(Page { images: Vec::new(), skipped: 0, next: None }))
        }

        async fn variant_options(&self) -> Result<Vec<VariantOptions>, Failure> {
            self.requests.set(self.requests.get() + 1);
            self.options.clone().ok_or_else(|| Failure::new(FailureKind::Network, "Cut short", "Try again."))
        }

        async fn raw_variants(&self) -> Result<Vec<(String, String)>, Failure> {
            Ok(self.raw_variants.clone())
        }

        async fn usage(&self) -> Result<Usage, Failure> {
            Ok(Usage { current: Some(8113), allowed: Some(100_000) })
        }

        async fn raw_usage(&self) -> Result<String, Failure> {
            Ok("{ \"count\": {\"current\": 8113, \"allowed\": 1.0e5}, \"new\u{9b}\": null }".to_owned())
        }
    }
}
