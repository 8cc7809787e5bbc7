//! The requests that commands send to the API.

use crate::domain::{Continuation, Failure, Image, ListQuery, Page, Reference, Usage, VariantOptions};

/// An account of Cloudflare Images, whose errors are already messages for the user. Tests replace it with one
/// that needs no network.
pub trait Account {
    fn image(&self, reference: &Reference) -> impl Future<Output = Result<Image, Failure>>;

    /// One page of the list: the first, or the one that `after` points to.
    fn page(
        &self,
        query: &ListQuery,
        after: Option<&Continuation>,
    ) -> impl Future<Output = Result<Page, Failure>>;

    /// The options of the account's variants, sorted by name.
    fn variant_options(&self) -> impl Future<Output = Result<Vec<VariantOptions>, Failure>>;

    /// The account's variants as the API sent them, in its order: the name in the response's map, and the
    /// JSON.
    fn raw_variants(&self) -> impl Future<Output = Result<Vec<(String, String)>, Failure>>;

    /// How many images the account has and may have.
    fn usage(&self) -> impl Future<Output = Result<Usage, Failure>>;

    /// The same as the API sent it: the JSON of `result`.
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

    /// An account with fixed responses, which counts requests.
    #[derive(Debug, Default)]
    pub(in super::super) struct Scripted {
        pub(in super::super) images: Vec<Image>,
        pub(in super::super) options: Option<Vec<VariantOptions>>,
        /// Name and JSON of each variant.
        pub(in super::super) raw_variants: Vec<(String, String)>,
        /// The responses to requests for pages, in order. When they run out, pages are empty.
        pub(in super::super) pages: RefCell<VecDeque<Result<Page, Failure>>>,
        pub(in super::super) requests: Cell<usize>,
        /// Calls of `sign`, successful or not.
        pub(in super::super) signed: Cell<usize>,
        /// Whether signing fails, as if there were no key.
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
