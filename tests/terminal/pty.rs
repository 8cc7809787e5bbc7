//! A program in a pseudo-terminal, and a terminal emulator that reads its output.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::fs::OFlags;
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{Termios, tcgetattr};
use vt100::{Parser, Screen};

/// The deadline of every wait: far more than is needed on a busy machine.
const DEADLINE: Duration = Duration::from_secs(20);

/// `O_NOCTTY`: opening the terminal must not make it our controlling terminal.
const NOCTTY: i32 = if cfg!(target_os = "linux") { 0o400 } else { 0x2_0000 };

/// A program and its terminal.
pub(super) struct Pty {
    master: Box<dyn MasterPty + Send>,
    /// The terminal, opened as by the shell.
    shell: File,
    child: Box<dyn Child + Send + Sync>,
    typed: Sender<Vec<u8>>,
    reader: JoinHandle<()>,
    writer: JoinHandle<()>,
    output: Arc<Output>,
    before: String,
}

/// The program's output.
struct Output {
    received: Mutex<Received>,
    more: Condvar,
    /// Whether to stop reading after the next output.
    last_read: AtomicBool,
}

struct Received {
    parser: Parser<TerminalOutput>,
    raw: Vec<u8>,
}

/// Sequences that do not change the screen.
#[derive(Debug, Default)]
pub(super) struct TerminalOutput {
    /// Text copied by OSC 52, in base64.
    pub(super) clipboard: Vec<String>,
    /// Queries for colours and graphics, in order.
    pub(super) queries: Vec<String>,
    /// Anything else: titles, bells, sequences that the emulator does not know.
    pub(super) other: Vec<String>,
}

/// The program with arguments, in an environment without credentials, display or settings.
pub(super) fn cfimg(arguments: &[&str]) -> CommandBuilder {
    let mut command = command(env!("CARGO_BIN_EXE_cfimg"));
    command.args(arguments);
    command
}

/// Any program in the same environment.
pub(super) fn command(program: &str) -> CommandBuilder {
    let mut command = CommandBuilder::new(program);
    command.env_clear();
    for (name, value) in [
        ("TERM", "xterm-256color"),
        ("PATH", "/usr/bin:/bin"),
        ("HOME", "/nonexistent"),
        ("XDG_CONFIG_HOME", "/dev/null"),
        ("XDG_STATE_HOME", "/dev/null"), // Not even root can create a folder there.
        ("XDG_CACHE_HOME", "/dev/null"),
        ("TZ", "UTC"),
    ] {
        command.env(name, value);
    }
    command.cwd(env!("CARGO_MANIFEST_DIR"));
    command
}

/// Polls until a condition holds.
pub(super) fn until(condition: impl Fn() -> bool) {
    let polls = DEADLINE.as_millis() / 10;
    let is_true = (0..polls).any(|_| {
        std::thread::park_timeout(Duration::from_millis(10));
        condition()
    });
    assert!(is_true, "too slow");
}

impl Pty {
    /// Starts a program in a terminal of 100 columns and 30 rows.
    pub(super) fn start(command: CommandBuilder) -> Self {
        let pair = native_pty_system().openpty(size(100, 30)).expect("this machine has pseudo-terminals");
        let path = pair.master.tty_name().expect("the terminal has a name");
        let shell = OpenOptions::new().read(true).write(true).custom_flags(NOCTTY).open(path);
        let shell = shell.expect("the terminal opens by its name");
        let before = modes(&shell);
        let output = Arc::new(Output {
            received: Mutex::new(Received { parser: emulator(100, 30), raw: Vec::new() }),
            more: Condvar::new(),
            last_read: AtomicBool::new(false),
        });
        let reader = read(pair.master.as_ref(), &output);
        let (typed, writer) = write(pair.master.as_ref());
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        Self { master: pair.master, shell, child, typed, reader, writer, output, before }
    }

    /// Starts the demo, and waits until it is ready and the picture is drawn, which is the last output.
    pub(super) fn demo() -> Self {
        let pty = Self::start(cfimg(&["demo"]));
        pty.shown();
        pty.shows(" · WebP");
        pty
    }

    /// Waits until the demo is ready with its newest image.
    pub(super) fn shown(&self) {
        self.ready("skyline-by-night.jpg");
    }

    /// Waits until the demo's list, a public image with this name, and its variants' sizes are shown.
    pub(super) fn ready(&self, name: &str) {
        let title = format!(" {name} ─");
        self.until(|screen| {
            let text = screen.contents();
            // An image says that it comes from the list until it is fetched.
            let is_fetched = !text.contains("· listed");
            is_fetched
                && [" Images 36 ", &title, " PUBLIC ", "320×240"].iter().all(|words| text.contains(words))
        });
    }

    pub(super) fn press(&self, keys: impl AsRef<[u8]>) {
        self.typed.send(keys.as_ref().to_vec()).expect("the writer lives");
    }

    /// Waits until a condition on the screen holds, and returns the screen's text.
    pub(super) fn until(&self, condition: impl Fn(&Screen) -> bool) -> String {
        self.wait(DEADLINE, |received| condition(received.parser.screen()))
            .unwrap_or_else(|| panic!("too slow. The screen:\n{}", self.text()))
            .parser
            .screen()
            .contents()
    }

    /// Waits until the screen shows a text.
    pub(super) fn shows(&self, text: &str) -> String {
        self.until(|screen| screen.contents().contains(text))
    }

    /// Waits until a condition on the other output holds.
    pub(super) fn wait_for_output(&self, condition: impl Fn(&TerminalOutput) -> bool) {
        let output = self.wait(DEADLINE, |received| condition(received.parser.callbacks()));
        assert!(output.is_some(), "too slow: {:?}", self.output().parser.callbacks());
    }

    /// Waits until a sequence has been written `times` times.
    pub(super) fn wrote(&self, sequence: &str, times: usize) {
        let wrote =
            |received: &Received| String::from_utf8_lossy(&received.raw).matches(sequence).count() >= times;
        assert!(self.wait(DEADLINE, wrote).is_some(), "too slow. The screen:\n{}", self.text());
    }

    /// What the terminal was told beyond what it shows.
    pub(super) fn other(&self) -> Vec<String> {
        self.output().parser.callbacks().other.clone()
    }

    /// Whether more output comes within `time`.
    pub(super) fn writes_within(&self, time: Duration) -> bool {
        let length = self.raw().len();
        self.wait(time, |received| received.raw.len() > length).is_some()
    }

    pub(super) fn text(&self) -> String {
        self.output().parser.screen().contents()
    }

    /// All output so far.
    pub(super) fn raw(&self) -> Vec<u8> {
        self.output().raw.clone()
    }

    /// Resets the emulator's screen and modes, as another program would.
    pub(super) fn reset(&self) {
        self.output().parser = emulator(100, 30);
    }

    pub(super) fn resize(&self, columns: u16, rows: u16) {
        let mut output = self.output();
        output.parser.set_size(nonzero(rows), nonzero(columns));
        self.master.resize(size(columns, rows)).expect("the terminal takes a size");
    }

    /// The terminal, opened as by the shell.
    pub(super) fn shell(&self) -> &File {
        &self.shell
    }

    pub(super) fn pid(&self) -> Pid {
        let pid = self.child.process_id().and_then(|pid| i32::try_from(pid).ok());
        pid.and_then(Pid::from_raw).expect("the program has a process ID")
    }

    /// The process group in the foreground.
    pub(super) fn foreground(&self) -> Pid {
        self.master.process_group_leader().and_then(Pid::from_raw).expect("there is one")
    }

    pub(super) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("the program runs");
    }

    /// Asserts that none of the program's terminal modes is left.
    pub(super) fn assert_clean(&self) {
        let output = self.output();
        let screen = output.parser.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is left");
        assert!(!screen.hide_cursor(), "the cursor is visible");
        assert!(!screen.bracketed_paste(), "pastes are as they were");
        assert!(!screen.application_cursor() && !screen.application_keypad(), "keys are as they were");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        assert_eq!(screen.mouse_protocol_encoding(), vt100::MouseProtocolEncoding::Default);
        assert_eq!(screen.fgcolor(), vt100::Color::Default);
        assert!(!screen.bold() && !screen.dim() && !screen.inverse(), "no style is left on");
        assert_eq!(modes(&self.shell), self.before, "the terminal's modes are as they were");
    }

    /// Waits until the program ends and all of its output was read. Returns its exit code and the text on the
    /// screen.
    pub(super) fn end(mut self) -> (u32, String) {
        let code = self.wait_for_child();
        // Text of the shell comes after everything that the program wrote.
        let shell = "[the shell]";
        (&self.shell).write_all(shell.as_bytes()).expect("the terminal is there");
        let text = self.shows(shell).replacen(shell, "", 1);
        self.assert_clean();
        (code, text)
    }

    /// Closes the terminal and waits until the program ends. Returns its exit code.
    pub(super) fn hang_up(mut self) -> u32 {
        // The reader closes the terminal after its next read.
        self.output.last_read.store(true, Ordering::SeqCst);
        (&self.shell).write_all(b".").expect("the terminal is there");
        self.reader.join().expect("the reader ends");
        drop(self.typed);
        self.writer.join().expect("the writer ends");
        drop(self.shell);
        drop(self.master);
        let ended = (0..DEADLINE.as_millis() / 10).find_map(|_| {
            std::thread::park_timeout(Duration::from_millis(10));
            self.child.try_wait().expect("the program is ours")
        });
        if ended.is_none() {
            self.child.kill().expect("the program is ours");
        }
        ended.expect("a program without a terminal ends").exit_code()
    }

    /// Stops reading the terminal, fills its buffer so that writes block, and ends the program with `end`.
    /// Returns its exit code.
    pub(super) fn end_unread(mut self, end: impl Fn(&Self)) -> u32 {
        let output = Arc::clone(&self.output);
        // The reader waits for this lock after its next read.
        let lock = output.received.lock().unwrap_or_else(PoisonError::into_inner);
        let path = self.master.tty_name().expect("the terminal has a name");
        let nonblocking = NOCTTY | i32::try_from(OFlags::NONBLOCK.bits()).expect("a flag");
        let mut terminal = OpenOptions::new()
            .write(true)
            .custom_flags(nonblocking)
            .open(path)
            .expect("it opens by its name");
        let mut full_for = 0;
        while full_for < 10 {
            // A small write may fit even if a large one does not.
            let length = if full_for == 0 { 512 } else { 1 };
            full_for = if terminal.write(&[b'.'; 512][..length]).is_ok() { 0 } else { full_for + 1 };
            if full_for > 0 {
                std::thread::park_timeout(Duration::from_millis(5));
            }
        }
        end(&self);
        let code = self.wait_for_exit();
        drop(lock);
        let code = code.unwrap_or_else(|| {
            self.child.kill().expect("the program is ours");
            panic!("it does not end")
        });
        assert_eq!(modes(&self.shell), self.before, "the terminal's modes are as they were");
        code
    }

    fn wait_for_exit(&mut self) -> Option<u32> {
        (0..DEADLINE.as_millis() / 10).find_map(|_| {
            std::thread::park_timeout(Duration::from_millis(10));
            self.child.try_wait().expect("the program is ours").map(|status| status.exit_code())
        })
    }

    fn wait_for_child(&mut self) -> u32 {
        for _ in 0..DEADLINE.as_millis() / 10 {
            if let Some(status) = self.child.try_wait().expect("the program is ours") {
                return status.exit_code();
            }
            std::thread::park_timeout(Duration::from_millis(10));
        }
        let screen = self.text();
        self.child.kill().expect("the program is ours");
        panic!("it does not end. The screen:\n{screen}");
    }

    fn output(&self) -> MutexGuard<'_, Received> {
        self.output.received.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(
        &self,
        time: Duration,
        condition: impl Fn(&Received) -> bool,
    ) -> Option<MutexGuard<'_, Received>> {
        let outcome =
            self.output.more.wait_timeout_while(self.output(), time, |received| !condition(received));
        let (received, timer) = outcome.unwrap_or_else(PoisonError::into_inner);
        (!timer.timed_out()).then_some(received)
    }
}

fn read(master: &dyn MasterPty, output: &Arc<Output>) -> JoinHandle<()> {
    let mut reader = master.try_clone_reader().expect("the terminal can be read");
    let output = Arc::clone(output);
    std::thread::spawn(move || {
        let mut bytes = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = reader.read(&mut bytes) {
            let mut received = output.received.lock().unwrap_or_else(PoisonError::into_inner);
            received.raw.extend_from_slice(&bytes[..length]);
            received.parser.process(&bytes[..length]);
            output.more.notify_all();
            if output.last_read.load(Ordering::SeqCst) {
                return;
            }
        }
    })
}

/// Keys are written by a thread: a program that reads none must not block the test.
fn write(master: &dyn MasterPty) -> (Sender<Vec<u8>>, JoinHandle<()>) {
    let mut terminal = master.take_writer().expect("the terminal can be written");
    let (typed, keys) = channel::<Vec<u8>>();
    let writer = std::thread::spawn(move || {
        for keys in keys {
            if terminal.write_all(&keys).and_then(|()| terminal.flush()).is_err() {
                return;
            }
        }
    });
    (typed, writer)
}

/// The terminal's modes as text, to be compared.
pub(super) fn modes(terminal: &File) -> String {
    let Termios { input_modes, output_modes, control_modes, local_modes, special_codes, .. } =
        tcgetattr(terminal).expect("it is a terminal");
    format!("{input_modes:?} {output_modes:?} {control_modes:?} {local_modes:?} {special_codes:?}")
}

fn emulator(columns: u16, rows: u16) -> Parser<TerminalOutput> {
    Parser::new_with_callbacks(nonzero(rows), nonzero(columns), 0, TerminalOutput::default())
}

fn nonzero(cells: u16) -> NonZeroU16 {
    NonZeroU16::new(cells).expect("a terminal has cells")
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

impl vt100::Callbacks for TerminalOutput {
    fn copy_to_clipboard(&mut self, _: &mut Screen, _: &[u8], data: &[u8]) {
        self.clipboard.push(String::from_utf8_lossy(data).into_owned());
    }

    fn paste_from_clipboard(&mut self, _: &mut Screen, _: &[u8]) {
        self.other.push("the clipboard was requested".to_owned());
    }

    fn audible_bell(&mut self, _: &mut Screen) {
        self.other.push("a bell".to_owned());
    }

    fn visual_bell(&mut self, _: &mut Screen) {
        self.other.push("a visual bell".to_owned());
    }

    fn resize(&mut self, _: &mut Screen, request: (u16, u16)) {
        self.other.push(format!("the size {request:?}"));
    }

    fn set_window_icon_name(&mut self, _: &mut Screen, name: &[u8]) {
        self.other.push(format!("the icon's name {name:?}"));
    }

    fn set_window_title(&mut self, _: &mut Screen, title: &[u8]) {
        self.other.push(format!("the title {title:?}"));
    }

    fn unhandled_control(&mut self, _: &mut Screen, byte: u8) {
        self.other.push(format!("the control character {byte:#x}"));
    }

    fn unhandled_escape(&mut self, _: &mut Screen, one: Option<u8>, two: Option<u8>, byte: u8) {
        if (one, two, byte) == (None, None, b'\\') {
            return; // The end of a string.
        }
        self.other.push(format!("the escape {one:?} {two:?} {byte:#x}"));
    }

    fn unhandled_csi(
        &mut self,
        _: &mut Screen,
        one: Option<u8>,
        two: Option<u8>,
        parameters: &[&[u16]],
        end: char,
    ) {
        if (parameters, end) == (&[&[59]], 'm') {
            return; // Resets the underline colour. Drawing writes it, and this emulator does not know it.
        }
        let question =
            format!("{}{}{end}", one.map_or(' ', char::from), parameters.concat().first().unwrap_or(&0));
        if [">0q", " 16t", " 14t", " 0c", " 6n", "?0u"].contains(&&*question) {
            self.queries.push(question); // Name, cell size, window size, attributes, cursor, keyboard.
            return;
        }
        self.other.push(format!("the sequence {one:?} {two:?} {parameters:?} {end}"));
    }

    fn unhandled_osc(&mut self, _: &mut Screen, parameters: &[&[u8]]) {
        if let [code @ (b"10" | b"11"), b"?"] = parameters {
            self.queries.push(format!("{}?", String::from_utf8_lossy(code))); // The default colours.
            return;
        }
        self.other.push(format!("the command {parameters:?}"));
    }
}
