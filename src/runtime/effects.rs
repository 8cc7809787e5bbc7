//! Performs effects. Each becomes a task, a command of a worker or a call of the desktop, and ends in an event.

use std::collections::HashMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::runtime::Handle;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::AbortHandle;

use super::arrival::Arrival;
use super::clock::now;
use super::custom_commands::{self, PreparedCommand, Preparer};
use super::delivery_effects::DeliveryEffects;
use super::failures::{bug, no_count_failure};
use super::freed;
use super::history_worker::{HistoryCommand, history_worker};
use super::index_worker::{IndexCommand, index_worker};
use super::pictures::{Decoder, Pictures};
use super::request_limiter::{Priority, RequestLimiter};
use super::saver::Saver;
use crate::app::{CommandRun, Effect, Event, Page, PictureSource, RequestId, SensitiveText, Wait};
use crate::cloudflare::{self, Client, KeyRing};
use crate::desktop::Desktop;
use crate::domain::child_process::{InTerminal, RunInTerminal};
use crate::domain::pagination::ListQuery;
use crate::domain::{Continuation, Failure, ImageId, UrlTemplates};
use crate::picture::Target;
use crate::sandbox::Sandbox;
use crate::search::{SearchCommand, SearchMatches, SearchMessage, search_worker};
use crate::storage::{History, Index, ThumbnailCache};
use crate::worker::Worker;

/// Images on the list's first page: more than the tallest screen shows, and a tenth of the work of a full page.
const FIRST_PAGE: u16 = 100;

/// The bytes of a text that is worth waking up for once it was copied, to give back what it took.
const LARGE_COPY: usize = 1 << 20;

/// Does what the model asks for.
pub struct EffectRunner {
    client: Option<Client>,
    desktop: Arc<dyn Desktop>,
    arrivals: UnboundedSender<Arrival>,
    requests: HashMap<RequestId, AbortHandle>,
    request_limiter: RequestLimiter,
    /// `None` after a command was lost: a thread that misses images would match the wrong ones.
    search_worker: Option<Worker<SearchCommand>>,
    url_templates: Arc<Mutex<UrlTemplates>>,
    delivery_effects: DeliveryEffects,
    pictures: Pictures,
    saver: Saver,
    history_worker: Option<Worker<HistoryCommand>>,
    index_worker: Option<Worker<IndexCommand>>,
}

impl EffectRunner {
    /// Results go to `arrivals`. Without a client nothing is fetched; the model knows and requests nothing. Pictures that
    /// need another process are decoded in `sandbox`.
    pub fn new(
        client: Option<Client>,
        keys: KeyRing,
        desktop: Arc<dyn Desktop>,
        sandbox: Sandbox,
        arrivals: UnboundedSender<Arrival>,
    ) -> Self {
        let search_arrivals = arrivals.clone();
        let search_worker = search_worker(move |message| {
            _ = search_arrivals.send(Arrival::Event(match message {
                SearchMessage::Matches(SearchMatches { generation, matches, searched }) => {
                    Event::FilterMatched { generation, matches, searched }
                }
                SearchMessage::Sorted { generation, order } => Event::NamesSorted(generation, order),
            }));
        });
        let request_limiter = RequestLimiter::new();
        // Of its own: a new picture in the preview cancels what its sandbox is drawing.
        let sandbox_of_thumbs = sandbox.another();
        let decoder = Decoder::new(arrivals.clone(), Arc::new(sandbox));
        let arrivals_of_pictures = arrivals.clone();
        let saver = Saver::new(client.clone(), keys.clone(), request_limiter.clone());
        let pictures = Pictures::new(
            client.clone(),
            keys.clone(),
            request_limiter.clone(),
            decoder,
            sandbox_of_thumbs,
            arrivals_of_pictures,
        );
        Self {
            client,
            desktop,
            arrivals,
            requests: HashMap::new(),
            request_limiter,
            search_worker: Some(search_worker),
            url_templates: Arc::default(),
            delivery_effects: DeliveryEffects::new(keys),
            pictures,
            saver,
            history_worker: None,
            index_worker: None,
        }
    }

    /// Stores lookups in `history`, and the list in `index`. Without them, each run starts with nothing.
    #[must_use]
    pub fn with_stores(mut self, history: Option<History>, index: Option<Index>) -> Self {
        self.history_worker = history.map(|history| history_worker(history, self.arrivals.clone()));
        self.index_worker = index.map(|index| index_worker(index, self.arrivals.clone()));
        self
    }

    /// Stores the gallery's thumbnails in `cache`. Without it, each run fetches them.
    #[must_use]
    pub fn with_thumbnail_cache(mut self, cache: Option<ThumbnailCache>) -> Self {
        if let Some(cache) = cache {
            self.pictures.store_thumbs_in(cache);
        }
        self
    }

    /// Starts an effect and returns right away. Effects on the terminal are left to the event loop.
    pub fn run_effect(&mut self, effect: Effect) {
        match effect {
            Effect::FetchImage { request, id, hash } => self.fetch_image(request, id, hash),
            Effect::FetchOptions(request) => {
                self.call_api(request, Priority::Interactive, Event::OptionsFetched, async |api, on_wait| {
                    let options = api.variant_options(&*on_wait).await;
                    options.map_err(|error| cloudflare::failure(&error, &api.about(None, None)))
                });
            }
            Effect::FetchPage { request, after } => self.fetch_page(request, after),
            Effect::FetchTotal(request) => {
                self.call_api(request, Priority::Background, Event::TotalFetched, async |api, on_wait| {
                    let usage = api.usage(&*on_wait).await;
                    let usage = usage.map_err(|error| cloudflare::failure(&error, &api.about(None, None)))?;
                    usage.current.ok_or_else(no_count_failure)
                });
            }
            Effect::AddToSearch(images) => self.search(SearchCommand::Add(images)),
            Effect::ClearSearch => self.search(SearchCommand::Clear),
            Effect::Search { generation, query } => self.search(SearchCommand::Search(generation, query)),
            Effect::SortByName(generation) => self.search(SearchCommand::Sort(generation)),
            Effect::ShowPicture { request, source, cells, zoom } => {
                let on_wait = self.on_wait(request);
                if let Some(fetched) = self.pictures.show(request, source, (cells, zoom), on_wait) {
                    self.spawn(request, None, fetched, move |failure| {
                        Event::PictureShown(request, Err(failure))
                    });
                }
            }
            Effect::FetchPicture { request, source } => self.fetch_picture(request, source),
            Effect::ShowThumbs(keys) => self.pictures.show_thumbs(keys),
            Effect::ForgetPictures(image) => self.pictures.forget(&image),
            Effect::NextFrame(request) => self.pictures.step_frame(request, true),
            Effect::PreviousFrame(request) => self.pictures.step_frame(request, false),
            Effect::Prefetch(sources) => self.pictures.prefetch(sources),
            Effect::Abort(request) => {
                if let Some(task) = self.requests.remove(&request) {
                    task.abort();
                }
            }
            Effect::LoadTimeZone => self.load_time_zone(),
            Effect::ReadHistory => {
                if let Some(worker) = &self.history_worker {
                    _ = worker.send(HistoryCommand::Read);
                }
            }
            Effect::AddToHistory(text) => store(self.history_worker.as_ref(), HistoryCommand::Remember(text)),
            Effect::Copy(text) => self.copy(text),
            Effect::Open(url) => self.open(url),
            Effect::Sign { request, urls, expires, refetch_keys } => {
                let sends = refetch_keys || !self.delivery_effects.has_keys();
                let signed =
                    self.delivery_effects.clone().sign(urls, expires, refetch_keys, self.on_wait(request));
                self.spawn_request(request, sends.then_some(Priority::Interactive), Event::Signed, signed);
            }
            Effect::Verify { request, plain, signed } => {
                let verified = self.delivery_effects.clone().verify(plain, signed);
                self.spawn_request(request, Some(Priority::Interactive), Event::Verified, verified);
            }
            Effect::ProbeSize { request, source } => {
                let probed = self.delivery_effects.clone().probe(source, self.on_wait(request));
                self.spawn_request(request, Some(Priority::Interactive), Event::SizeProbed, probed);
            }
            Effect::SavePicture { request, picture, path, replace } => {
                let saved = self.saver.clone().save(picture, path, replace, self.on_wait(request));
                self.spawn_request(request, Some(Priority::Interactive), Event::PictureSaved, saved);
            }
            Effect::SavePictures { request, pictures, folder } => {
                let arrivals = self.arrivals.clone();
                let on_done = move |done| {
                    _ = arrivals.send(Arrival::Event(Event::SaveProgress(request, done)));
                };
                let saved = self.saver.clone().save_all(pictures, folder, self.on_wait(request), on_done);
                self.spawn_request(request, None, Event::PicturesSaved, saved);
            }
            Effect::Explain { request, text } => {
                let sends = !self.delivery_effects.has_keys();
                let explained = self.delivery_effects.clone().explain(text, now(), self.on_wait(request));
                self.spawn_request(
                    request,
                    sends.then_some(Priority::Interactive),
                    Event::Explained,
                    explained,
                );
            }
            Effect::ReadIndex => self.read_index(),
            Effect::StorePage(page) => store(self.index_worker.as_ref(), IndexCommand::Page(page)),
            Effect::StoreImage(image) => store(self.index_worker.as_ref(), IndexCommand::Image(image)),
            Effect::RunCommand { request, run } => self.prepare_command(request, *run),
            Effect::Suspend | Effect::Repaint | Effect::SwitchProfile(_) | Effect::Quit => {}
        }
    }

    /// Sets what pictures are encoded for. `None` if none are drawn.
    pub fn draw_pictures_for(&mut self, target: Option<Target>) {
        self.pictures.set_target(target);
    }

    /// The IDs under which kitty may store our pictures.
    pub fn kitty_ids(&self) -> impl Iterator<Item = u32> + use<> {
        self.pictures.kitty_ids()
    }

    /// Waits for running copies, as long as [`Desktop::settle`] does.
    pub fn settle(&self) {
        self.desktop.settle();
    }

    /// Ends the search if the command is lost.
    fn search(&mut self, command: SearchCommand) {
        self.search_worker.take_if(|worker| worker.send(command).is_err());
    }

    fn fetch_image(&mut self, request: RequestId, id: ImageId, hash: Option<String>) {
        self.call_api(request, Priority::Interactive, Event::ImageFetched, async move |api, on_wait| {
            let image = api.image(&id, &*on_wait).await.map(Box::new);
            let about = api.about(Some(&id), hash.as_deref());
            let image = image.map_err(|error| cloudflare::failure(&error, &about))?;
            image.of_other_account(hash.as_deref()).map_or(Ok(image), Err)
        });
    }

    fn fetch_page(&mut self, request: RequestId, after: Option<Continuation>) {
        let url_templates = self.url_templates.clone();
        self.call_api(request, Priority::Background, Event::PageFetched, async move |api, on_wait| {
            let query = ListQuery { first: Some(FIRST_PAGE), ..ListQuery::default() };
            let page = api.list_page(&query, after.as_ref(), &*on_wait).await;
            let page = page.map_err(|error| cloudflare::failure(&error, &api.about(None, None)))?;
            // Summarizing a thousand images takes too long for the thread that handles keys.
            let summarized = tokio::task::spawn_blocking(move || {
                let mut url_templates = url_templates.lock().unwrap_or_else(PoisonError::into_inner);
                let images =
                    page.images.iter().map(|image| Arc::new(url_templates.summarize(image))).collect();
                Page { images, next: page.next }
            });
            summarized.await.map_err(|_| bug())
        });
    }

    /// Runs an API request.
    fn call_api<T: 'static, F: Future<Output = Result<T, Failure>> + Send + 'static>(
        &mut self,
        request: RequestId,
        priority: Priority,
        event: fn(RequestId, Result<T, Failure>) -> Event,
        send: impl FnOnce(Client, Box<cloudflare::OnWait<'static>>) -> F,
    ) {
        let Some(client) = self.client.clone() else { return };
        let response = send(client, self.on_wait(request));
        self.spawn_request(request, Some(priority), event, response);
    }

    fn fetch_picture(&mut self, request: RequestId, source: PictureSource) {
        let fetched = self.pictures.fetch(source, self.on_wait(request));
        self.spawn_request(request, Some(Priority::Interactive), Event::PictureFetched, fetched);
    }

    /// Runs a request as a task that can be aborted, and sends its result as `event`. A panic becomes a failure, so that
    /// nothing waits for the task forever.
    fn spawn_request<T: 'static>(
        &mut self,
        request: RequestId,
        permit: Option<Priority>,
        event: fn(RequestId, Result<T, Failure>) -> Event,
        response: impl Future<Output = Result<T, Failure>> + Send + 'static,
    ) {
        let response = async move { event(request, response.await) };
        self.spawn(request, permit, response, move |failure| event(request, Err(failure)));
    }

    /// Runs `future` as a task and sends its event, if any. With a priority it first waits for a permit of the request
    /// limiter. A panic becomes the event `failed`.
    #[expect(clippy::disallowed_methods, reason = "each task is stored, so that it can be aborted")]
    fn spawn(
        &mut self,
        request: RequestId,
        permit: Option<Priority>,
        future: impl Future<Output = impl Into<Option<Event>>> + Send + 'static,
        failed: impl FnOnce(Failure) -> Event + Send + 'static,
    ) {
        let client = self.client.clone();
        self.requests.retain(|_, task| !task.is_finished());
        let (arrivals, request_limiter) = (self.arrivals.clone(), self.request_limiter.clone());
        let future = AssertUnwindSafe(future);
        let task = tokio::spawn(async move {
            let _permit = match permit {
                Some(priority) => Some(request_limiter.acquire(priority).await),
                None => None,
            };
            let event = future.catch_unwind().await.map_or_else(|_| Some(failed(bug())), Into::into);
            if let Some(event) = event {
                _ = arrivals.send(Arrival::Event(event));
            }
            if let Some(budget) = client.and_then(|client| client.budget()) {
                _ = arrivals.send(Arrival::Event(Event::BudgetChanged(budget)));
            }
        });
        self.requests.insert(request, task.abort_handle());
    }

    fn read_index(&self) {
        let read = self.index_worker.as_ref().map(|worker| worker.send(IndexCommand::Read));
        if !matches!(read, Some(Ok(()))) {
            _ = self.arrivals.send(Arrival::Event(Event::IndexRead(Ok(None))));
        }
    }

    /// Reports each wait to the event loop, with the time at which it ends.
    fn on_wait(&self, request: RequestId) -> Box<cloudflare::OnWait<'static>> {
        on_wait_of(request, self.arrivals.clone())
    }

    /// Loads the time zone on another thread: it may read the whole database.
    fn load_time_zone(&self) {
        let arrivals = self.arrivals.clone();
        tokio::task::spawn_blocking(move || {
            _ = arrivals.send(Arrival::Event(Event::TimeZoneLoaded(TimeZone::system())));
        });
    }

    fn copy(&self, text: SensitiveText) {
        let arrivals = self.arrivals.clone();
        let runtime = (text.text().len() >= LARGE_COPY).then(Handle::try_current);
        self.desktop.copy(
            text.shared_text(),
            Box::new(move |outcome| {
                let outcome = outcome.map_err(|error| Failure::other("Couldn't copy", error.to_string()));
                let outcome = outcome.map(|copied| {
                    if let Some(sequence) = copied.osc52 {
                        _ = arrivals.send(Arrival::Passthrough(sequence));
                    }
                    copied.backend.to_string()
                });
                _ = arrivals.send(Arrival::Event(Event::Copied { text, outcome }));
                if let Some(Ok(runtime)) = runtime {
                    freed::release_later(&runtime);
                }
            }),
        );
    }

    /// Fetches what a command needs, and starts it if it does not need the terminal.
    fn prepare_command(&mut self, request: RequestId, run: CommandRun) {
        let sends = run.picture.is_some() || run.json_of.is_some() || run.to_sign.is_some();
        let needs = Preparer {
            client: self.client.clone(),
            saver: self.saver.clone(),
            delivery_effects: self.delivery_effects.clone(),
        };
        let waits = self.arrivals.clone();
        let (arrivals, desktop) = (self.arrivals.clone(), Arc::clone(&self.desktop));
        let prepared = async move {
            match needs.prepare(request, run, move || on_wait_of(request, waits.clone())).await {
                Ok(prepared) if prepared.background => {
                    run_in_background(prepared, &*desktop, arrivals);
                    Some(Event::CommandStarted(request))
                }
                Ok(prepared) => {
                    _ = arrivals.send(Arrival::Command(Box::new(prepared)));
                    None
                }
                Err(why) => Some(Event::CommandEnded(request, Err(why))),
            }
        };
        self.spawn(request, sends.then_some(Priority::Interactive), prepared, move |failure| {
            Event::CommandEnded(request, Err(failure.to_string()))
        });
    }

    /// Runs a command with the terminal. Its end is an arrival.
    pub(super) fn run_in_terminal(&self, prepared: &PreparedCommand, run: RunInTerminal) {
        let command = self.desktop.command(&prepared.line);
        let PreparedCommand { request, name, .. } = prepared;
        let (request, name, arrivals) = (*request, name.clone(), self.arrivals.clone());
        tokio::task::spawn_blocking(move || {
            let program = command.get_program().to_string_lossy().into_owned();
            let result = run(command, InTerminal::Shown(&name)).map(drop);
            let result =
                result.map_err(|error| custom_commands::not_started(&name, &program, &error.to_string()));
            _ = arrivals.send(Arrival::CommandEnded(request, result));
        });
    }

    fn open(&self, url: SensitiveText) {
        let arrivals = self.arrivals.clone();
        self.desktop.open(
            url.text().to_owned(),
            Box::new(move |outcome| {
                let outcome =
                    outcome.map_err(|error| Failure::other("Couldn't open the browser", error.to_string()));
                _ = arrivals.send(Arrival::Event(Event::Opened { url, outcome }));
            }),
        );
    }
}

fn on_wait_of(request: RequestId, arrivals: UnboundedSender<Arrival>) -> Box<cloudflare::OnWait<'static>> {
    Box::new(move |wait: cloudflare::Wait| {
        let pause = SignedDuration::try_from(wait.pause).unwrap_or_default();
        let until = now().saturating_add(pause).unwrap_or(Timestamp::MAX);
        let wait = Wait { until, reason: wait.reason.name() };
        _ = arrivals.send(Arrival::Event(Event::Waiting(request, wait)));
    })
}

fn run_in_background(
    mut prepared: PreparedCommand,
    desktop: &dyn Desktop,
    arrivals: UnboundedSender<Arrival>,
) {
    let folder = prepared.take_folder();
    let PreparedCommand { request, name, line, .. } = prepared;
    let program = line.program.to_string_lossy().into_owned();
    let reply = move |result| {
        _ = arrivals
            .send(Arrival::Event(custom_commands::background_ended(request, &name, &program, result)));
    };
    desktop.run_in_background(line, folder, Box::new(reply));
}

/// Another account may take its place: nothing of this one is fetched any more.
impl Drop for EffectRunner {
    fn drop(&mut self) {
        self.requests.values().for_each(AbortHandle::abort);
    }
}

/// Queues a command whose end the program waits for. Without a worker, nothing is stored.
fn store<T: Send + 'static>(worker: Option<&Worker<T>>, command: T) {
    if let Some(worker) = worker {
        _ = worker.send_awaited(command);
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;
    use tokio::sync::mpsc::unbounded_channel;

    use super::*;
    use crate::app::PictureSource;
    use crate::desktop::{Copied, CopyError, OpenError, Reply};
    use crate::domain::{AccountId, Credentials, KeySource, Secret, SigningKey};

    struct NoDesktop;

    impl Desktop for NoDesktop {
        fn copy(&self, _: Arc<str>, _: Reply<Copied, CopyError>) {}

        fn open(&self, _: String, _: Reply<(), OpenError>) {}
    }

    fn runner(client: Option<Client>, sender: UnboundedSender<Arrival>) -> EffectRunner {
        let key = SigningKey::parse("mine", "hush").unwrap();
        let ring = KeyRing::new(None, KeySource::Explicit(key), vec![]);
        EffectRunner::new(client, ring, Arc::new(NoDesktop), Sandbox::new(), sender)
    }

    #[tokio::test]
    async fn panicking_request_becomes_a_failure() {
        let client = Client::new(cloudflare::Config {
            base: "http://127.0.0.1:9".parse().unwrap(),
            credentials: Credentials::Token(Secret::parse("hush").unwrap()),
            account: AccountId::parse("023e105f4ecef8ad9ca31a8372d0c353").ok(),
            profile: None,
        });
        let (sender, mut arrivals) = unbounded_channel();
        let request = RequestId(1);
        let mut effect_runner = runner(Some(client), sender);
        effect_runner
            .call_api(request, Priority::Interactive, Event::ImageFetched, async |_, _| panic!("a bug"));
        let Some(Arrival::Event(event)) = arrivals.recv().await else { panic!("an event") };
        assert_eq!(event, Event::ImageFetched(request, Err(bug())));
    }

    #[tokio::test]
    async fn at_most_four_size_probes_run_at_once() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = server.local_addr().unwrap();
        let mut effect_runner = runner(None, unbounded_channel().0);
        for n in 1..=5 {
            let source = PictureSource::Plain(format!("http://{at}/{n}"));
            effect_runner.run_effect(Effect::ProbeSize { request: RequestId(n), source });
        }
        let mut connections = Vec::new();
        for _ in 0..4 {
            connections.push(server.accept().await.unwrap());
        }
        assert!(
            effect_runner.request_limiter.acquire(Priority::Interactive).now_or_never().is_none(),
            "four run"
        );
        effect_runner.run_effect(Effect::Abort(RequestId(1)));
        connections.push(server.accept().await.unwrap());
    }

    #[tokio::test]
    async fn search_ends_when_a_command_is_lost() {
        let mut effect_runner = runner(None, unbounded_channel().0);
        let worker = Worker::new("search", drop);
        // The thread has ended.
        while worker.send(SearchCommand::Clear).is_ok() {}
        effect_runner.search_worker = Some(worker);
        effect_runner.run_effect(Effect::AddToSearch(vec![]));
        assert!(effect_runner.search_worker.is_none());
    }

    fn sign(request: u64, refetch_keys: bool) -> Effect {
        let url = "https://imagedelivery.net/H/bc27a117-9509-446b-8c69-c81bfeac0a01/hero";
        let urls = vec![crate::domain::DeliveryUrl::parse(url).unwrap()];
        Effect::Sign { request: RequestId(request), urls, expires: None, refetch_keys }
    }

    fn explain(request: u64) -> Effect {
        let url = "https://imagedelivery.net/H/bc27a117-9509-446b-8c69-c81bfeac0a01/hero?sig=00";
        Effect::Explain { request: RequestId(request), text: SensitiveText::from(url.to_owned()) }
    }

    /// The requests that have finished, after all tasks had a chance to run.
    async fn requests(arrivals: &mut tokio::sync::mpsc::UnboundedReceiver<Arrival>) -> Vec<u64> {
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        let mut requests = Vec::new();
        while let Ok(arrival) = arrivals.try_recv() {
            match arrival {
                Arrival::Event(Event::Signed(RequestId(of), _) | Event::Explained(RequestId(of), _)) => {
                    requests.push(of);
                }
                other => panic!("{other:?}"),
            }
        }
        requests
    }

    #[tokio::test]
    async fn signing_needs_permit_only_to_fetch_keys() {
        let (sender, mut arrivals) = unbounded_channel();
        let mut effect_runner = runner(None, sender);
        let request_limiter = effect_runner.request_limiter.clone();
        let take_all = async || {
            let acquire = || request_limiter.acquire(Priority::Interactive);
            [acquire().await, acquire().await, acquire().await, acquire().await]
        };
        let all = take_all().await;
        effect_runner.run_effect(sign(1, false));
        effect_runner.run_effect(explain(2));
        assert!(requests(&mut arrivals).await.is_empty());
        drop(all);
        assert_eq!(requests(&mut arrivals).await, [1, 2]);
        let all = take_all().await;
        effect_runner.run_effect(sign(3, true));
        effect_runner.run_effect(sign(4, false));
        effect_runner.run_effect(explain(5));
        assert_eq!(requests(&mut arrivals).await, [4, 5]);
        drop(all);
        assert_eq!(requests(&mut arrivals).await, [3]);
    }

    #[tokio::test]
    async fn background_requests_leave_two_interactive_permits() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = server.local_addr().unwrap();
        let client = || {
            Client::new(cloudflare::Config {
                base: format!("http://{at}").parse().unwrap(),
                credentials: Credentials::Token(Secret::parse("hush").unwrap()),
                account: AccountId::parse("023e105f4ecef8ad9ca31a8372d0c353").ok(),
                profile: None,
            })
        };
        let page = || Effect::FetchPage { request: RequestId(1), after: None };
        let total = || Effect::FetchTotal(RequestId(1));
        let picture = || Effect::Prefetch(vec![PictureSource::Plain(format!("http://{at}/picture"))]);
        for effects in [[page(), page()], [total(), total()], [picture(), page()]] {
            let mut effect_runner = runner(Some(client()), unbounded_channel().0);
            for effect in effects {
                effect_runner.run_effect(effect);
            }
            let _connections = [server.accept().await.unwrap(), server.accept().await.unwrap()];
            assert!(
                effect_runner.request_limiter.acquire(Priority::Background).now_or_never().is_none(),
                "both shared permits are taken"
            );
            let interactive =
                [(); 2].map(|()| effect_runner.request_limiter.acquire(Priority::Interactive).now_or_never());
            assert!(interactive.iter().all(Option::is_some));
        }
    }
}
