//! Looks up many images by pages of the list, which cost one request for a thousand images.

use std::collections::{HashMap, VecDeque};

use tokio::sync::Mutex;

use crate::commands::account::Account;
use crate::domain::{Continuation, Failure, Image, ImageId, ListQuery, Reference};

/// As many images are looked up one by one before a page is worth its time.
const FEW: usize = 20;

/// The most pages in memory. IDs from `cfimg list` come in the order of the pages.
const PAGES: usize = 2;

/// Looks up images.
pub(super) struct Lookup<'a, A> {
    account: &'a A,
    list: Mutex<List>,
}

/// What was loaded of the list.
#[derive(Default)]
struct List {
    lookups: usize,
    pages: VecDeque<HashMap<ImageId, Image>>,
    /// Where the list continues after the last page that was loaded.
    next: Option<Continuation>,
    is_complete: bool,
}

impl<'a, A: Account> Lookup<'a, A> {
    pub(super) fn new(account: &'a A) -> Self {
        Self { account, list: Mutex::default() }
    }

    /// An image with the details that the list has. It is requested if the next page does not have it.
    pub(super) async fn image(&self, reference: &Reference) -> Result<Image, Failure> {
        let listed = self.listed(&reference.id).await;
        match listed.filter(|image| image.of_other_account(reference.hash.as_deref()).is_none()) {
            Some(image) => Ok(image),
            None => self.account.image(reference).await,
        }
    }

    async fn listed(&self, id: &ImageId) -> Option<Image> {
        // Others wait here for the page that is loading.
        let mut list = self.list.lock().await;
        list.lookups += 1;
        if list.lookups <= FEW {
            return None;
        }
        if let Some(image) = list.take(id) {
            return Some(image);
        }
        if list.is_complete {
            return None;
        }
        match self.account.page(&ListQuery::default(), list.next.as_ref()).await {
            Ok(page) => {
                list.is_complete = page.next.is_none();
                list.next = page.next;
                list.pages.truncate(PAGES - 1);
                list.pages
                    .push_front(page.images.into_iter().map(|image| (image.id.clone(), image)).collect());
            }
            // The request for the image says what is wrong.
            Err(_) => list.is_complete = true,
        }
        list.take(id)
    }
}

impl List {
    fn take(&mut self, id: &ImageId) -> Option<Image> {
        self.pages.iter_mut().find_map(|page| page.remove(id))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::commands::account::scripted::Scripted;
    use crate::commands::console::tests::run;
    use crate::domain::Page;

    fn page(images: std::ops::Range<usize>, is_last: bool) -> Page {
        let raw = |number| format!(r#"{{"id":"img{number}"}}"#);
        let mut images: Vec<_> = images.map(|number| Image::read(&raw(number)).unwrap()).collect();
        let next = Continuation::after_page(None, "next".to_owned(), 1000, &mut images);
        Page { images, skipped: 0, next: (!is_last).then_some(next) }
    }

    /// The number of requests for these images of an account of 2100.
    fn requests(numbers: impl IntoIterator<Item = usize>) -> usize {
        let raw: Vec<_> = (0..2100).map(|number| format!(r#"{{"id":"img{number}"}}"#)).collect();
        let raw: Vec<_> = raw.iter().map(String::as_str).collect();
        let pages = [page(0..1000, false), page(1000..2000, false), page(2000..2100, true)];
        let account = Scripted { pages: RefCell::new(pages.map(Ok).into()), ..Scripted::with(&raw) };
        let lookup = Lookup::new(&account);
        for number in numbers {
            let id = format!("img{number}");
            let image = run(lookup.image(&Reference::read(&id).unwrap())).unwrap();
            assert_eq!(image.id.as_str(), id);
        }
        account.requests.get()
    }

    #[test]
    fn many_images_are_looked_up_by_pages() {
        assert_eq!(requests(0..FEW), FEW, "a few");
        assert_eq!(requests(0..2100), FEW + 3, "all");
        assert_eq!(
            requests((0..2100).step_by(50)),
            FEW + 3 + 1,
            "those of a filter; one is not on the first page"
        );
        assert_eq!(requests((0..2100).rev()), FEW + 3 + 2 + 1000, "the oldest first");
        assert_eq!(requests([7; 30]), 30 + 2, "one image again and again");
    }
}
