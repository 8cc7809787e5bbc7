//! The event loop. It is generic over the backend and the terminal guard, so that tests can run it without a terminal.

use std::collections::VecDeque;
use std::io;
use std::mem::{self, ManuallyDrop};
use std::pin::pin;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ratatui::backend::Backend;
use ratatui::buffer::Cell;
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;

use super::account::{Account, StartAccount};
use super::arrival::{Arrival, Ending};
use super::clock::now;
use super::custom_commands::PreparedCommand;
use super::effects::EffectRunner;
use crate::app::keymap::is_typing;
use crate::app::{
    self, Effect, Event, Input, Message, Model, ProfileName, ScrollContext, message_for, mouse_message,
    next_wake, profiles, resolve_escape, update,
};
use crate::demo::Server;
use crate::domain::PictureChoice;
use crate::domain::child_process::{InTerminal, RunInTerminal, was_interrupted};
use crate::domain::graphics::{Protocol, Target};
use crate::domain::sanitize::sanitize;
use crate::domain::width::columns;
use crate::picture::delete_pictures;
use crate::terminal::{
    Backlog, Detection, Graphics, KeyReports, MEASURED_CELLS, RESPONSE_TIMEOUT, TerminalEnv,
    TerminalResponse, Tty,
};
use crate::ui::{self, Caches, Theme};

/// After this time without a resize the window has its final size.
const BETWEEN_RESIZES: Duration = Duration::from_millis(3);

/// While a window is being resized it is drawn at least this often.
const RESIZES_AT_MOST: Duration = Duration::from_millis(30);

/// While events keep coming, such as the chunks of a long index, the screen is drawn at least this often.
const FRAMES_AT_LEAST: Duration = Duration::from_millis(8);

pub struct Session<B: Backend, T: Tty> {
    // The guard restores the terminal. ratatui's own drop would show the cursor, and panic if printing the error fails
    // because the terminal is gone.
    terminal: ManuallyDrop<Terminal<B>>,
    tty: T,
    model: Model,
    theme: Theme,
    caches: Caches,
    effect_runner: EffectRunner,
    /// Input, and what concerns the terminal.
    arrivals: UnboundedReceiver<Arrival>,
    /// The results of effects.
    results: UnboundedReceiver<Arrival>,
    /// Counts the inputs that wait in `arrivals`.
    backlog: Backlog,
    /// Effects that have not started yet: the next frame is drawn first.
    queued_effects: Vec<Effect>,
    ending: Option<Ending>,
    /// Switches to another account. `None` if there is no other.
    start_account: Option<StartAccount>,
    /// The profile to switch to.
    switch_to: Option<ProfileName>,
    /// What was typed after the choice of that profile.
    typed_ahead: VecDeque<Input>,
    /// The embedded Cloudflare, if the account is on it.
    server: Option<Server>,
    /// The command that has the terminal.
    command: Option<Box<PreparedCommand>>,
    /// What arrived meanwhile.
    deferred: Vec<Arrival>,
    /// The scroll context of the last frame.
    drawn: Option<ScrollContext>,
    /// Whether the terminal was asked for the mouse.
    mouse: bool,
    /// Whether the terminal knows kitty's keyboard protocol.
    reports_keys: bool,
    detection: Detection,
    /// When to stop waiting for the terminal's responses.
    response_deadline: Option<Instant>,
    graphics: Option<Graphics>,
    /// The target of the pictures that the terminal still stores.
    drawn_with: Option<Target>,
    /// The areas of the shown pictures and the sequences that drew them, on a terminal where text does not erase pictures.
    shown_pictures: Vec<(Rect, String)>,
}

impl<B, T> Session<B, T>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
    T: Tty,
{
    pub fn new(
        terminal: Terminal<B>,
        tty: T,
        theme: Theme,
        account: Account,
        arrivals: UnboundedReceiver<Arrival>,
        backlog: Backlog,
    ) -> Self {
        let terminal = ManuallyDrop::new(terminal);
        let caches = Caches::default();
        let Account { model, effect_runner, results, server, image: _ } = account;
        Self {
            terminal,
            tty,
            model,
            theme,
            caches,
            effect_runner,
            arrivals,
            results,
            backlog,
            queued_effects: vec![],
            ending: None,
            start_account: None,
            switch_to: None,
            typed_ahead: VecDeque::new(),
            server,
            command: None,
            deferred: vec![],
            drawn: None,
            mouse: false,
            reports_keys: false,
            detection: Detection::default(),
            response_deadline: None,
            graphics: None,
            drawn_with: None,
            shown_pictures: vec![],
        }
    }

    /// Lets the user switch to other profiles.
    #[must_use]
    pub fn with_accounts(mut self, start: StartAccount) -> Self {
        self.start_account = Some(start);
        self
    }

    /// Draws the first frame. Only then starts the effects that look up `image`.
    pub fn start(&mut self, image: Option<String>) -> io::Result<()> {
        self.draw_first_frame(image)?;
        self.tty.watch_over();
        Ok(())
    }

    fn draw_first_frame(&mut self, image: Option<String>) -> io::Result<()> {
        self.handle_event(Event::Started(image.map(Into::into)))?;
        self.draw()?;
        self.run_queued();
        Ok(())
    }

    /// Goes on with another profile's account, for which what was typed meanwhile is. If its credentials can't be read, the
    /// current one goes on.
    async fn switch(&mut self, name: ProfileName) -> io::Result<()> {
        let Some(start) = &self.start_account else { return Ok(()) };
        let (started, interrupted) = if self.model.profiles.needs_terminal(&name) {
            let terminal = self.tty.lend()?;
            let words = format!("Running the token command of {}…\r\n", sanitize(&name.to_string()));
            self.tty.passthrough(&words)?;
            let (terminal, interrupted) = noting_interrupts(terminal);
            let started = self.while_lent(start(name.clone(), Some(terminal))).await?;
            (started, interrupted.load(Ordering::Relaxed))
        } else {
            (Some(start(name.clone(), None).await), false)
        };
        match started {
            Some(Ok(account)) => {
                self.replace_account(account)?;
                let typed = mem::take(&mut self.typed_ahead);
                self.take_inputs(typed)?;
                return Ok(());
            }
            Some(Err(_)) if interrupted => self.handle_event(Event::SwitchCancelled)?,
            Some(Err(failure)) => self.handle_event(Event::SwitchFailed(name, failure))?,
            None => {}
        }
        self.drop_typed()
    }

    /// Drops what was typed for an account that can't be used: it would do something else in this one.
    fn drop_typed(&mut self) -> io::Result<()> {
        let mut typed = mem::take(&mut self.typed_ahead);
        let mut others = Vec::new();
        while let Ok(arrival) = self.arrivals.try_recv() {
            match arrival {
                Arrival::Inputs(inputs) => typed.extend(inputs),
                other => others.push(other),
            }
        }
        let count = typed.len();
        typed.retain(|input| *input == Input::Resize);
        (typed.len()..count).for_each(|_| self.backlog.release());
        if self.backlog.is_interrupted() {
            self.ending = Some(Ending::Quit);
        }
        self.take_inputs(typed)?;
        others.into_iter().try_for_each(|arrival| self.take(arrival).map(drop))
    }

    /// Goes on with another account, in the same terminal. The requests of the current one are cancelled.
    fn replace_account(&mut self, mut account: Account) -> io::Result<()> {
        self.forward_copies();
        self.delete_pictures();
        profiles::take_over(&self.model, &mut account.model);
        let before = mem::replace(&mut self.effect_runner, account.effect_runner);
        self.model = account.model;
        self.results = account.results;
        self.caches = Caches::default();
        self.queued_effects.clear();
        // The new model and its effects learn of the graphics like the old ones did.
        self.graphics = None;
        self.finish_detection()?;
        self.clear()?;
        self.draw_first_frame(account.image)?;
        // It may wait for the disk.
        drop(before);
        self.server = account.server;
        Ok(())
    }

    /// Waits for what has the terminal, and takes the terminal over again. `None` if the program must end first.
    async fn while_lent<R>(&mut self, other: impl Future<Output = R>) -> io::Result<Option<R>> {
        let mut other = pin!(other);
        let result = loop {
            tokio::select! {
                result = &mut other => break result,
                arrival = self.arrivals.recv() => match arrival.unwrap_or(Arrival::End(Ending::HangUp)) {
                    Arrival::End(ending) => {
                        self.ending = Some(ending);
                        return Ok(None);
                    }
                    Arrival::Inputs(inputs) => self.typed_ahead.extend(inputs),
                    arrival => self.deferred.push(arrival),
                },
            }
        };
        self.reclaim()?;
        self.take_deferred()?;
        Ok(Some(result))
    }

    /// Takes the terminal over again after another program.
    fn reclaim(&mut self) -> io::Result<()> {
        self.tty.reclaim()?;
        self.clear()
    }

    /// Handles what arrived while another program had the terminal.
    fn take_deferred(&mut self) -> io::Result<()> {
        mem::take(&mut self.deferred).into_iter().try_for_each(|arrival| self.take(arrival).map(drop))
    }

    /// Queries the terminal's colours and graphics. Does not wait: the responses arrive like keys.
    pub fn start_detection(&mut self, mut env: TerminalEnv, choice: PictureChoice) -> io::Result<()> {
        env.window = self.tty.window();
        if let Some(query) = env.colors_query().filter(|_| self.theme.has_colors()) {
            self.tty.passthrough(query)?;
        }
        if let Some(query) = env.mark_width_query().filter(|_| self.theme.adapts_marks()) {
            self.measure_marks(query)?;
        }
        if let Some(query) = env.keyboard_query() {
            self.tty.passthrough(query)?;
        }
        let (detection, queries) = Detection::start(&env, choice);
        self.detection = detection;
        if let Some(queries) = queries {
            self.tty.passthrough(&queries)?;
            self.response_deadline = Some(Instant::now() + RESPONSE_TIMEOUT);
        }
        self.finish_detection()?;
        Ok(())
    }

    /// Returns whether the screen may have changed.
    fn change_theme(&mut self, theme: Theme) -> bool {
        std::mem::replace(&mut self.theme, theme) != theme
    }

    /// Writes the query over the screen, and at once draws again what was there.
    fn measure_marks(&mut self, query: &str) -> io::Result<()> {
        let Self { terminal, tty, model, theme, caches, .. } = self;
        let mut cells = Vec::new();
        let frame = |frame: &mut Frame| {
            ui::view(model, *theme, caches, frame);
            cells.extend(MEASURED_CELLS.map(|place| frame.buffer_mut().cell(place).cloned()));
        };
        terminal.draw(frame).map_err(io::Error::other)?;
        let mut cells: Vec<_> = cells.into_iter().flatten().zip(MEASURED_CELLS).collect();
        if cells.first().is_some_and(|(cell, _)| columns(cell.symbol()) > 1) {
            // It covers the second cell.
            cells.truncate(1);
        }
        tty.passthrough(query)?;
        let backend = terminal.backend_mut();
        backend.draw(cells.iter().map(|(cell, (x, y))| (*x, *y, cell))).map_err(io::Error::other)?;
        backend.flush().map_err(io::Error::other)?;
        // It puts the cursor back.
        self.draw()
    }

    /// The detected graphics. `None` until they are known.
    pub fn graphics(&self) -> Option<&Graphics> {
        self.graphics.as_ref()
    }

    /// Call after a resize. The size of the cells may have changed too.
    fn resized(&mut self) -> io::Result<()> {
        let window = self.tty.window();
        if let Some(query) = self.detection.resized(window) {
            self.tty.passthrough(query)?;
        }
        self.finish_detection()?;
        Ok(())
    }

    /// Tells the model if the graphics are known now and have changed. Returns whether the screen may have changed.
    fn finish_detection(&mut self) -> io::Result<bool> {
        let Some(graphics) = self.detection.finished() else { return Ok(false) };
        self.response_deadline = None;
        if self.graphics.as_ref() == Some(&graphics) {
            return Ok(false);
        }
        let Graphics { protocol, cell, why, .. } = &graphics;
        tracing::info!(?protocol, ?cell, "{why}");
        let target = graphics
            .target()
            .filter(|target| self.theme.has_colors() || target.protocol != Protocol::Halfblocks);
        let cell = match target {
            Some(target) if target.protocol == Protocol::Halfblocks => Some(target.cell_pixels()),
            _ => *cell,
        };
        let detected = app::Graphics { drawable: target.is_some(), cell };
        self.caches.set_pictures_stay_visible(graphics.wipe.is_some());
        self.graphics = Some(graphics);
        self.caches.thumbs.clear();
        self.effect_runner.draw_pictures_for(target);
        self.handle_event(Event::GraphicsDetected(detected))?;
        Ok(true)
    }

    /// Passes an event to the model, without drawing.
    fn handle_event(&mut self, event: Event) -> io::Result<()> {
        let effects = update(&mut self.model, Message::Event(event), now());
        self.queue(effects)
    }

    /// Runs until the program ends. A write error because the terminal was closed may come before the kernel's signal,
    /// and counts as a hangup.
    pub async fn run(&mut self) -> io::Result<Ending> {
        let ended = self.run_loop().await;
        // There is no further frame. Queued effects are started anyway, even after an error of the terminal.
        self.run_queued();
        self.effect_runner.settle();
        self.tty.end_soon(ended.as_ref().map_or(1, |ending| ending.exit_code()));
        self.delete_pictures();
        self.forward_copies();
        ended.or_else(|error| if self.tty.is_gone() { Ok(Ending::HangUp) } else { Err(error) })
    }

    /// Removes our pictures from the terminal's memory.
    fn delete_pictures(&mut self) {
        let ids = self.effect_runner.kitty_ids();
        if let Some(sequence) = self.drawn_with.take().and_then(|target| delete_pictures(ids, target)) {
            // An error means that the terminal is gone, and its pictures with it.
            _ = self.tty.passthrough(&sequence);
        }
    }

    async fn run_loop(&mut self) -> io::Result<Ending> {
        loop {
            if self.command.is_some() {
                self.wait_for_command().await?;
            }
            if let Some(ending) = self.ending {
                return Ok(ending);
            }
            // Effects start after the frame is drawn, as they compete for processors: a filter uses all of them, and a
            // cached picture is decoded right away.
            self.run_queued();
            let arrival = self.next().await;
            let mut settling = is_resize(&arrival).then(|| Instant::now() + RESIZES_AT_MOST);
            let mut resized = settling.is_some();
            let mut redraw = self.take(arrival)?;
            // Draw once for all that has arrived meanwhile. While the window is being resized, wait until it rests.
            let draw_at = Instant::now() + FRAMES_AT_LEAST;
            while self.ending.is_none()
                && self.command.is_none()
                && self.switch_to.is_none()
                && (settling.is_some() || Instant::now() < draw_at)
                && let Some(arrival) = self.next_queued(settling).await
            {
                settling = settling.filter(|_| is_resize(&arrival));
                resized |= is_resize(&arrival);
                redraw |= self.take(arrival)?;
            }
            while self.ending.is_none()
                && let Some(name) = self.switch_to.take()
            {
                self.switch(name).await?;
                (resized, redraw) = (true, true);
            }
            if let Some(ending) = self.ending {
                return Ok(ending);
            }
            if self.command.is_some() {
                continue;
            }
            if resized {
                self.resized()?;
            }
            if redraw {
                self.draw()?;
            }
        }
    }

    /// Waits until the command has ended, and takes the terminal over again. What arrives meanwhile waits.
    async fn wait_for_command(&mut self) -> io::Result<()> {
        loop {
            match next_of(&mut self.arrivals, &mut self.results).await {
                Arrival::End(ending) => {
                    self.ending = Some(ending);
                    return Ok(());
                }
                Arrival::CommandEnded(request, result) => {
                    self.command = None;
                    self.reclaim()?;
                    self.handle_event(Event::CommandEnded(request, result))?;
                    break;
                }
                arrival => self.deferred.push(arrival),
            }
        }
        self.take_deferred()?;
        self.resized()?;
        self.draw()
    }

    /// Gives the terminal to a command, unless it was cancelled meanwhile.
    fn start_command(&mut self, prepared: Box<PreparedCommand>) -> io::Result<()> {
        if !self.model.command.awaits(prepared.request) {
            return Ok(());
        }
        self.run_queued();
        let run = self.tty.lend()?;
        self.effect_runner.run_in_terminal(&prepared, run);
        self.command = Some(prepared);
        Ok(())
    }

    pub fn model(&self) -> &Model {
        &self.model
    }

    pub fn theme(&self) -> Theme {
        self.theme
    }

    pub fn backend(&self) -> &B {
        self.terminal.backend()
    }

    /// Waits for the next arrival, or for the time at which something on the screen moves.
    async fn next(&mut self) -> Arrival {
        let wake = next_wake(&self.model)
            .map(|wake| Instant::now() + wake.duration_since(now()).try_into().unwrap_or_default());
        let alarm = [(wake, Arrival::Event(Event::Woke)), (self.response_deadline, Arrival::ResponseTimeout)];
        let alarm = alarm.into_iter().filter_map(|(time, what)| Some((time?, what)));
        match alarm.min_by_key(|(time, _)| *time) {
            None => next_of(&mut self.arrivals, &mut self.results).await,
            Some((time, what)) => tokio::select! {
                // Arrivals come first: a response may have waited during a slow frame.
                biased;
                arrival = next_of(&mut self.arrivals, &mut self.results) => arrival,
                () = tokio::time::sleep_until(time) => what,
            },
        }
    }

    /// The next arrival, if there is one. While the window is being resized (until `settling`), waits briefly for it.
    async fn next_queued(&mut self, settling: Option<Instant>) -> Option<Arrival> {
        match settling {
            Some(end) => {
                let rest = end.min(Instant::now() + BETWEEN_RESIZES);
                tokio::time::timeout_at(rest, next_of(&mut self.arrivals, &mut self.results)).await.ok()
            }
            // `next` prefers input. So neither many keys nor many results hold up the others.
            None => self.results.try_recv().or_else(|_| self.arrivals.try_recv()).ok(),
        }
    }

    /// Handles one arrival. Returns whether the screen may have changed.
    fn take(&mut self, arrival: Arrival) -> io::Result<bool> {
        match arrival {
            Arrival::Inputs(inputs) => self.take_inputs(inputs.into()),
            Arrival::Event(event) => {
                // Thumbnails a screen ahead change nothing yet.
                let redraw = match &event {
                    Event::ThumbShown(key, _) => self.caches.missing_thumbs.contains(key),
                    _ => true,
                };
                self.handle_event(event)?;
                Ok(redraw)
            }
            Arrival::Response(response) => self.take_response(response),
            Arrival::ResponseTimeout => {
                if let Some(query) = self.detection.give_up() {
                    self.tty.passthrough(query)?;
                }
                self.finish_detection()
            }
            Arrival::Passthrough(sequence) => {
                self.tty.passthrough(&sequence)?;
                Ok(false)
            }
            Arrival::Picture(drawn) => {
                self.drawn_with = self.graphics.as_ref().and_then(Graphics::target);
                let picture = &self.model.preview.picture;
                let is_current =
                    picture.value().is_some_and(|drawn_picture| drawn_picture.drawn == drawn.request);
                // A picture that was replaced while it was drawn would hide the one that is shown until the next comes.
                if is_current || picture.pending_request() == Some(drawn.request) {
                    self.caches.add_picture(drawn, self.model.preview.earlier_drawing());
                }
                Ok(false)
            }
            Arrival::Thumb(key, thumb) => {
                self.drawn_with = self.graphics.as_ref().and_then(Graphics::target);
                self.caches.thumbs.insert(key, thumb);
                Ok(false)
            }
            Arrival::Command(prepared) => {
                self.start_command(prepared)?;
                Ok(false)
            }
            // Only `wait_for_command` awaits one.
            Arrival::CommandEnded(..) => Ok(false),
            Arrival::Stop => {
                self.suspend()?;
                Ok(true)
            }
            // A closed terminal continues its programs so that they can end: SIGCONT comes with SIGHUP, maybe before it.
            Arrival::Continued => {
                self.tty.resume()?;
                self.clear()?;
                Ok(true)
            }
            Arrival::End(ending) => {
                self.ending = Some(ending);
                Ok(false)
            }
        }
    }

    /// Handles keys, pastes and the mouse, until one of them ends the program. Returns whether the screen may have changed.
    fn take_inputs(&mut self, mut inputs: VecDeque<Input>) -> io::Result<bool> {
        let mut redraw = false;
        while let Some(input) = inputs.pop_front() {
            let (input, next) = resolve_escape(&self.model, input);
            match next {
                Some(next) => inputs.push_front(next),
                None => self.backlog.release(),
            }
            if let Some(message) = self.message_for(input) {
                // For keys typed ahead: the scroll limits are known only after drawing.
                if message.moves() && self.drawn.as_ref() != Some(&self.model.scroll_context()) {
                    self.draw()?;
                }
                let effects = update(&mut self.model, message, now());
                self.queue(effects)?;
                redraw = true;
            }
            if self.backlog.is_interrupted() {
                self.ending = Some(Ending::Quit);
            }
            if self.ending.is_some() {
                break;
            }
            if self.switch_to.is_some() {
                // What follows is for the other account.
                self.typed_ahead.extend(inputs);
                break;
            }
        }
        Ok(redraw)
    }

    /// Returns whether the screen may have changed.
    fn take_response(&mut self, response: TerminalResponse) -> io::Result<bool> {
        self.backlog.release();
        match response {
            TerminalResponse::Foreground(foreground) => {
                Ok(self.change_theme(self.theme.with_foreground(foreground)))
            }
            TerminalResponse::Background(background) => {
                Ok(self.change_theme(self.theme.on_background(background)))
            }
            TerminalResponse::Keyboard => {
                self.reports_keys = true;
                self.report_keys()?;
                Ok(false)
            }
            TerminalResponse::WideMarks(wide) => Ok(self.change_theme(self.theme.with_wide_marks(wide))),
            response => {
                self.detection.answer(response);
                self.finish_detection()
            }
        }
    }

    fn message_for(&self, input: Input) -> Option<Message> {
        match input {
            Input::Mouse(mouse) => {
                let target = self.caches.regions.at(mouse.column, mouse.row)?;
                mouse_message(&self.model, mouse.kind, target)
            }
            input => message_for(&self.model, input),
        }
    }

    /// Performs the effects on the terminal, and queues the others until the next frame is drawn.
    fn queue(&mut self, effects: Vec<Effect>) -> io::Result<()> {
        for effect in effects {
            match effect {
                Effect::Quit => self.ending = Some(Ending::Quit),
                Effect::Suspend => self.suspend()?,
                Effect::Repaint => self.clear()?,
                Effect::SwitchProfile(name) => self.switch_to = Some(name),
                Effect::ShowThumbs(keys) => {
                    let (shown, missing) =
                        keys.into_iter().partition::<Vec<_>, _>(|key| self.caches.thumbs.contains(key));
                    self.queued_effects.push(Effect::ShowThumbs(missing));
                    for key in shown {
                        self.handle_event(Event::ThumbShown(key, Ok(())))?;
                    }
                }
                Effect::ForgetPictures(image) => {
                    self.caches.thumbs.forget(&image);
                    self.queued_effects.push(Effect::ForgetPictures(image));
                }
                effect => self.queued_effects.push(effect),
            }
        }
        Ok(())
    }

    fn run_queued(&mut self) {
        self.queued_effects.drain(..).for_each(|effect| self.effect_runner.run_effect(effect));
    }

    /// Gives the terminal to the shell until it continues us.
    fn suspend(&mut self) -> io::Result<()> {
        self.run_queued();
        self.tty.suspend()?;
        self.clear()
    }

    /// Waits for running copies, and forwards those that the terminal must do (OSC 52), so that `yq` copies. Errors are
    /// ignored: the terminal may be gone.
    fn forward_copies(&mut self) {
        self.effect_runner.settle();
        while let Ok(arrival) = self.results.try_recv() {
            if let Arrival::Passthrough(sequence) = arrival {
                _ = self.tty.passthrough(&sequence);
            }
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        self.draw_once()?;
        self.drawn = Some(self.model.scroll_context());
        if self.caches.viewports != self.model.viewports {
            let refused = self.model.preview.picture.failure().is_some();
            self.handle_event(Event::Drawn(self.caches.viewports))?;
            // The new viewports change nothing on the screen, unless a picture is refused now that there is space for it.
            if self.model.preview.picture.failure().is_some() != refused {
                self.draw_once()?;
            }
        }
        let wants_mouse = self.model.wants_mouse();
        if std::mem::replace(&mut self.mouse, wants_mouse) != wants_mouse {
            self.tty.capture_mouse(wants_mouse)?;
        }
        self.report_keys()
    }

    /// Asks the terminal to report letters only while they are keys: in text fields it knows better what they type.
    fn report_keys(&mut self) -> io::Result<()> {
        if !self.reports_keys {
            return Ok(());
        }
        let reports = if is_typing(&self.model) { KeyReports::Text } else { KeyReports::Letters };
        self.tty.report_keys(reports)
    }

    fn draw_once(&mut self) -> io::Result<()> {
        let Self { terminal, tty, model, theme, caches, shown_pictures, .. } = self;
        let wipe = self.graphics.as_ref().and_then(|graphics| graphics.wipe);
        let mut wiped = Ok(());
        let frame = |frame: &mut Frame| {
            ui::view(model, *theme, caches, frame);
            let Some(wipe) = wipe else { return };
            // The sequence that draws a picture is in its first cell.
            let buffer = frame.buffer_mut();
            let sequence = |area: Rect| buffer.cell(area.as_position()).map(Cell::symbol);
            let is_shown = |(area, before): &(Rect, String)| {
                caches.placed.contains(area) && sequence(*area) == Some(&**before)
            };
            let all_stay = shown_pictures.iter().all(is_shown);
            if all_stay && shown_pictures.len() == caches.placed.len() {
                return;
            }
            let now: Vec<(Rect, String)> =
                caches.placed.iter().filter_map(|area| Some((*area, sequence(*area)?.to_owned()))).collect();
            let before = std::mem::replace(shown_pictures, now);
            if !all_stay {
                // Nothing of this frame is written yet, so this deletes only what was there before.
                wiped = tty.passthrough(wipe);
                for picture in shown_pictures.iter().filter(|picture| before.contains(picture)) {
                    caches.send_again(picture.0, buffer);
                }
            }
        };
        terminal.draw(frame).map_err(io::Error::other)?;
        wiped?;
        Ok(())
    }

    /// Makes the next frame redraw every cell. `Terminal::clear` would query the cursor position; the response would go
    /// to the thread that reads keys, and the query would time out after two seconds.
    fn clear(&mut self) -> io::Result<()> {
        self.caches.thumbs.clear();
        self.handle_event(Event::PictureLost)?;
        let size = self.terminal.size().map_err(io::Error::other)?;
        self.terminal.resize(size.into()).map_err(io::Error::other)
    }
}

/// The next arrival of either channel, and of the first one if both have one.
async fn next_of(first: &mut UnboundedReceiver<Arrival>, second: &mut UnboundedReceiver<Arrival>) -> Arrival {
    tokio::select! {
        biased;
        arrival = first.recv() => arrival.unwrap_or(Arrival::End(Ending::HangUp)),
        Some(result) = second.recv() => result,
    }
}

/// The same, and whether Ctrl-C has ended a command.
fn noting_interrupts(terminal: RunInTerminal) -> (RunInTerminal, Arc<AtomicBool>) {
    let interrupted = Arc::new(AtomicBool::new(false));
    let noted = Arc::clone(&interrupted);
    let run = move |command: Command, how: InTerminal<'_>| {
        let status = terminal(command, how)?;
        noted.fetch_or(status.is_some_and(was_interrupted), Ordering::Relaxed);
        Ok(status)
    };
    (Arc::new(run), interrupted)
}

fn is_resize(arrival: &Arrival) -> bool {
    matches!(arrival, Arrival::Inputs(inputs) if inputs.iter().all(|input| *input == Input::Resize))
}
