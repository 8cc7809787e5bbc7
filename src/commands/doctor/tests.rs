//! Every sentence of `doctor`, in each state of each check.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::rc::Rc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::files::{IndexState, Store};
use super::online::{Api, Keys, Network, Online, Response, Tried};
use super::report::{Check, State, lines};
use super::setup::{AccountInUse, NoAccount, SettingsFile, Setup, VARIABLES};
use super::*;
use crate::cloudflare::{
    Config, DeliveryError, Error, Head, MessageContext, NetworkError, Reached, ResponseInfo, Route,
    TokenInfo, TokenStatus, TrustStore,
};
use crate::desktop::{ClipboardBackend, Display, OpenError};
use crate::domain::graphics::Protocol;
use crate::domain::{
    Account, AccountId, ApiMessage, Budget, Credentials, Failure, FailureKind, KeySource, Secret, SigningKey,
    Usage,
};
use crate::settings::{Settings, load};
use crate::terminal::{Graphics, Multiplexer, Survey, TmuxOptions, Window};

/// Checks that are always good.
const ALWAYS_GOOD: [&str; 6] = ["output", "set-clipboard", "SSH", "version", "target", "features"];

/// The findings of all checks, each once, and the states in which each check was seen.
#[derive(Default)]
struct Seen {
    text: String,
    states: BTreeMap<(&'static str, &'static str), Vec<State>>,
}

impl Seen {
    fn add_all<Facts>(&mut self, group: &'static str, checks: &[Check<Facts>], states: &[Facts]) {
        for facts in states {
            self.add(group, checks, facts);
        }
    }

    fn add<Facts>(&mut self, group: &'static str, checks: &[Check<Facts>], facts: &Facts) {
        for line in lines(group, checks, facts) {
            let finding = &line.finding;
            let row = format!("{group} {}: {}: {}", line.check, finding.state.word(), finding.text);
            let hint =
                if finding.hint.is_empty() { String::new() } else { format!("\n    {}", finding.hint) };
            let entry = format!("{row}{hint}\n");
            if !self.text.contains(&entry) {
                self.text += &entry;
            }
            self.states.entry((group, line.check)).or_default().push(finding.state);
        }
    }
}

fn now() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

fn settings() -> Settings {
    load(&|name| (name == "CFIMG_CONFIG").then(|| "/dev/null".into()), crate::settings::Options::default())
        .unwrap()
}

fn id() -> AccountId {
    AccountId::parse("023e105f4ecef8ad9ca31a8372d0c353").unwrap()
}

fn setup(change: impl FnOnce(&mut Setup)) -> Setup {
    let base = "https://api.cloudflare.com/client/v4".parse().unwrap();
    let credentials = Credentials::Token(Secret::parse("hush").unwrap());
    let mut setup = Setup {
        settings: Ok(settings()),
        file: Some(SettingsFile {
            path: "~/.config/cfimg/config.toml".into(),
            exists: true,
            is_named: false,
        }),
        account: Ok(AccountInUse {
            config: Config { base, credentials, account: Some(id()), profile: None },
            credentials_by: "CLOUDFLARE_API_TOKEN".into(),
            id_by: Some("CLOUDFLARE_ACCOUNT_ID".into()),
            keys: Some((KeySource::Account, Vec::new())),
            domain: None,
        }),
        profile: Some((VARIABLES.into(), Vec::new())),
        base: Ok("https://api.cloudflare.com/client/v4".parse().unwrap()),
        has_no_proxy: false,
        log: None,
    };
    change(&mut setup);
    setup
}

fn refused(status: u16, code: &str) -> Error {
    let response_info = ResponseInfo { status, ray: Some("8f-FRA".into()), ..ResponseInfo::default() };
    Error::Refused { response_info, codes: vec![ApiMessage::new(code, "", None, None)], messages: vec![] }
}

fn reached() -> Reached {
    Reached {
        took: Duration::from_millis(120),
        date: Some(now()),
        trust: TrustStore::System,
        issuer: Some("Google Trust Services".into()),
    }
}

fn network(change: impl FnOnce(&mut Network)) -> Network {
    let mut network = Network {
        host: "api.cloudflare.com".into(),
        route: Ok(Route::Direct),
        reached: Ok(reached()),
        clock_off: None,
    };
    change(&mut network);
    network
}

fn head() -> Head {
    let (content_type, length, date) = (None, None, None);
    Head { status: 200, content_type, length, date, took: Duration::from_millis(80) }
}

fn response(result: Result<Head, DeliveryError>) -> Response {
    Response { host: "imagedelivery.net".into(), result }
}

fn undelivered(status: u16, code: &str) -> DeliveryError {
    let response_info = Box::new(ResponseInfo { status, ..ResponseInfo::default() });
    let code = Some(crate::cloudflare::Code { code: code.into(), words: String::new() });
    DeliveryError::Refused { host: "imagedelivery.net".into(), response_info, code }
}

fn active(expires: Option<&str>) -> TokenInfo {
    TokenInfo { status: TokenStatus::Active, expires: expires.map(|at| at.parse().unwrap()) }
}

fn api(change: impl FnOnce(&mut Api)) -> Api {
    let mut api = Api {
        token: Some(Ok(active(None))),
        account: Ok(id()),
        usage: Ok(Usage { current: Some(8113), allowed: Some(100_000) }),
        keys: Some(Ok(Keys { names: vec!["default".into()], signs: Ok("default".into()) })),
        delivery: Ok(Tried { variant: Some(response(Ok(head()))), flexible: Some(response(Ok(head()))) }),
        budget: Some(Budget { left: 1190, limit: 1200 }),
        about: MessageContext { account: Some(id()), ..MessageContext::default() },
    };
    change(&mut api);
    api
}

fn online(setup: Setup, network: Network, api: Api) -> Online {
    Online { setup: Rc::new(setup), now: now(), network: Some(network), api: Some(api) }
}

/// All good, but for the account's responses.
fn with_api(change: impl FnOnce(&mut Api)) -> Online {
    online(setup(|_| {}), network(|_| {}), api(change))
}

fn with_network(change: impl FnOnce(&mut Network)) -> Online {
    online(setup(|_| {}), network(change), api(|_| {}))
}

#[expect(clippy::too_many_lines, reason = "each is a state to see")]
fn online_states() -> Vec<Online> {
    let no_account = || Err(NoAccount::Failed(crate::settings::no_credentials()));
    let failure = |network_error| {
        let error = Error::Network { host: "api.cloudflare.com".into(), network_error };
        crate::cloudflare::failure(&error, &MessageContext::default())
    };
    let account = |text: &str| Account { id: id(), name: text.into() };
    let explicit = KeySource::Explicit(SigningKey::parse("hush", "hush=").unwrap());
    let with_key = |key: KeySource| {
        online(
            setup(|setup| setup.account.as_mut().unwrap().keys = Some((key, Vec::new()))),
            network(|_| {}),
            api(|_| {}),
        )
    };
    let keys = |names: &[&str]| Keys {
        names: names.iter().map(|&name| name.into()).collect(),
        signs: Err("The account has no signing keys. Check the dashboard under Images › Keys.".into()),
    };
    let by_key = |config: &mut Config| {
        config.credentials =
            Credentials::Key { email: "me@example.com".into(), key: Secret::parse("hush").unwrap() };
    };
    vec![
        with_api(|_| {}),
        // The account.
        Online {
            api: None,
            ..online(setup(|setup| setup.account = no_account()), network(|_| {}), api(|_| {}))
        },
        online(
            setup(|setup| by_key(&mut setup.account.as_mut().unwrap().config)),
            network(|_| {}),
            api(|api| api.token = None),
        ),
        with_api(|api| api.token = Some(Ok(active(Some("2027-01-31T00:00:00Z"))))),
        with_api(|api| api.token = Some(Ok(active(Some("2026-11-27T12:00:00Z"))))),
        with_api(|api| api.token = Some(Ok(TokenInfo { status: TokenStatus::Expired, ..active(None) }))),
        with_api(|api| api.token = Some(Ok(TokenInfo { status: TokenStatus::Disabled, ..active(None) }))),
        with_api(|api| api.token = Some(Err(refused(401, "1000")))),
        with_api(|api| api.token = Some(Err(refused(502, "")))),
        online(setup(|setup| setup.account.as_mut().unwrap().id_by = None), network(|_| {}), api(|_| {})),
        with_api(|api| {
            api.account = Err(Error::SeveralAccounts(vec![account("me@example.com"), account("b")]));
        }),
        with_api(|api| api.account = Err(Error::NoAccount)),
        with_api(|api| api.usage = Err(refused(403, "10000"))),
        with_api(|api| api.usage = Err(refused(403, "5403"))),
        with_api(|api| api.usage = Err(refused(500, ""))),
        with_api(|api| {
            api.usage = Err(Error::RateLimited {
                response_info: ResponseInfo { status: 429, ..ResponseInfo::default() },
                codes: vec![],
            });
        }),
        Online {
            api: None,
            ..online(setup(|setup| setup.account = Err(NoAccount::NoSettings)), network(|_| {}), api(|_| {}))
        },
        online(
            setup(|setup| {
                let warning = "Others can read credentials.toml. Run: chmod 600 credentials.toml";
                setup.profile = Some(("work (CFIMG_PROFILE)".into(), vec![warning.into()]));
            }),
            network(|_| {}),
            api(|_| {}),
        ),
        // The network.
        Online { network: None, ..with_api(|_| {}) },
        with_network(|network| network.route = Ok(Route::ThisMachine)),
        with_network(|network| {
            network.route =
                Ok(Route::Proxy { variable: "HTTPS_PROXY", url: "http://proxy.example:3128".into() });
        }),
        online(
            setup(|setup| setup.has_no_proxy = true),
            network(|network| {
                network.route =
                    Ok(Route::Proxy { variable: "ALL_PROXY", url: "socks5h://[::1]:1080".into() });
            }),
            api(|_| {}),
        ),
        with_network(|network| {
            let failure = Failure::usage("HTTPS_PROXY can't be used", "It needs a host and port.");
            network.reached = Err(failure.clone());
            network.route = Err(failure);
        }),
        with_network(|network| network.reached = Err(failure(NetworkError::Dns))),
        with_network(|network| {
            network.reached = Err(failure(NetworkError::Certificate("UnknownIssuer".into())));
        }),
        with_network(|network| network.reached = Ok(Reached { took: Duration::from_secs(3), ..reached() })),
        with_network(|network| {
            network.reached = Ok(Reached { issuer: Some("Example Web Gateway".into()), ..reached() });
        }),
        with_network(|network| {
            network.reached =
                Ok(Reached { issuer: None, trust: TrustStore::Variable("SSL_CERT_FILE"), ..reached() });
        }),
        with_network(|network| network.reached = Ok(Reached { trust: TrustStore::BuiltIn, ..reached() })),
        with_network(|network| network.reached = Ok(Reached { trust: TrustStore::NoTls, ..reached() })),
        with_network(|network| network.reached = Ok(Reached { date: None, ..reached() })),
        with_network(|network| network.clock_off = Some(SignedDuration::from_mins(5))),
        with_network(|network| network.clock_off = Some(SignedDuration::from_mins(-90))),
        // Images.
        with_api(|api| api.usage = Ok(Usage { current: None, allowed: Some(100_000) })),
        with_api(|api| api.budget = Some(Budget { left: 212, limit: 1200 })),
        with_api(|api| api.budget = None),
        with_key(explicit),
        with_key(KeySource::Command("pass cfimg".into())),
        with_api(|api| api.keys = None),
        with_api(|api| api.keys = Some(Ok(keys(&[])))),
        with_api(|api| {
            let names = ["a\u{1b}", "b", "c", "d", "e"].map(str::to_owned).to_vec();
            api.keys = Some(Ok(Keys { names, signs: Ok("b".into()) }));
        }),
        with_api(|api| {
            api.keys = Some(Err(Failure::new(
                FailureKind::Credentials,
                "signing_key_command returned no key",
                "It printed nothing. Run the command by hand; it must print only the key, on one line.",
            )));
        }),
        with_api(|api| api.keys = Some(Err(failure(NetworkError::Broken)))),
        with_api(|api| api.delivery = Err(failure(NetworkError::Broken))),
        with_api(|api| api.delivery = Ok(Tried::default())),
        with_api(|api| {
            let variant = Some(response(Err(undelivered(403, "9425"))));
            api.delivery = Ok(Tried { variant, flexible: None });
        }),
        with_api(|api| {
            let variant = Some(response(Err(undelivered(403, "9422"))));
            api.delivery = Ok(Tried { flexible: Some(response(Err(undelivered(403, "9429")))), variant });
        }),
        with_api(|api| {
            let (host, network_error) = ("imagedelivery.net".into(), NetworkError::ConnectTimeout);
            let unreachable = DeliveryError::Network { host, network_error };
            let variant = Some(response(Err(unreachable.clone())));
            api.delivery = Ok(Tried { flexible: Some(response(Err(unreachable))), variant });
        }),
    ]
}

fn terminal_states() -> Vec<terminal::Facts> {
    let env = TerminalEnv {
        term: "xterm-256color".into(),
        window: Some(Window { columns: 100, rows: 30, width: 1000, height: 600 }),
        ..TerminalEnv::default()
    };
    let graphics = |protocol, why: &str| Graphics {
        protocol,
        cell: Some((10, 20)),
        tmux: false,
        truecolor: false,
        wipe: None,
        why: why.into(),
        blocked_by: None,
    };
    let kitty = graphics(Some(Protocol::Kitty), "kitty(0.41.1) supports kitty graphics.");
    let survey =
        Survey { graphics: Some(kitty), background: Some([30, 30, 46]), has_wide_marks: Some(false) };
    let facts =
        terminal::Facts { is_terminal: true, env: env.clone(), survey: survey.clone(), ..Default::default() };
    let with_env = |change: fn(&mut TerminalEnv)| {
        let mut env = env.clone();
        change(&mut env);
        terminal::Facts { env, ..facts.clone() }
    };
    let with_graphics = |graphics: Option<Graphics>| {
        let survey = Survey { graphics, ..Survey::default() };
        terminal::Facts { survey, ..facts.clone() }
    };
    let halfblocks = |why: &str| graphics(Some(Protocol::Halfblocks), &format!("Half-blocks: {why}"));
    let blocked =
        Graphics { blocked_by: Some(Multiplexer::Tmux), ..halfblocks("tmux's allow-passthrough is off.") };
    vec![
        facts.clone(),
        terminal::Facts::default(),
        terminal::Facts { is_terminal: false, env: env.clone(), ..Default::default() },
        terminal::Facts { no_color_by: Some("NO_COLOR"), ..facts.clone() },
        terminal::Facts {
            survey: Survey { background: Some([255; 3]), has_wide_marks: Some(true), ..survey },
            ..facts.clone()
        },
        with_env(|env| env.window = None),
        with_env(|env| env.window = Some(Window { columns: 40, rows: 9, ..Window::default() })),
        with_env(|env| env.term = String::new()),
        with_env(|env| env.term = "dumb".into()),
        with_env(|env| env.term = "xterm-kitty".into()),
        with_graphics(None),
        with_graphics(Some(halfblocks("the terminal didn't respond in time."))),
        with_graphics(Some(graphics(
            None,
            "Pictures are turned off by --picture, CFIMG_PICTURE or config.toml.",
        ))),
        terminal::Facts {
            choice: PictureChoice::Halfblocks,
            ..with_graphics(Some(graphics(
                Some(Protocol::Halfblocks),
                "Pictures use half-blocks, as set by --picture, CFIMG_PICTURE or config.toml.",
            )))
        },
        terminal::Facts {
            choice: PictureChoice::Kitty,
            env: TerminalEnv { tmux: true, can_query: true, ..env.clone() },
            ..with_graphics(Some(blocked.clone()))
        },
        terminal::Facts {
            env: TerminalEnv { tmux: true, can_query: true, ..env },
            ..with_graphics(Some(blocked))
        },
    ]
}

fn tmux_states() -> Vec<tmux::Facts> {
    let options = |version: &str, passthrough: &str, clipboard: &str, terminal: &str| {
        let [version, allow_passthrough, set_clipboard, default_terminal] =
            [version, passthrough, clipboard, terminal].map(str::to_owned);
        Some(TmuxOptions { version, allow_passthrough, set_clipboard, default_terminal })
    };
    let facts = |options, protocol| tmux::Facts { options, protocol };
    vec![
        facts(None, None),
        facts(options("3.5a", "1", "external", "tmux-256color"), Some(Protocol::Kitty)),
        facts(options("next-3.6", "0", "off", "screen"), Some(Protocol::Halfblocks)),
        facts(options("3.4", "off", "on", "tmux-direct"), Some(Protocol::Sixel)),
        facts(options("3.1c", "", "", ""), None),
        facts(options("openbsd", "", "", ""), None),
    ]
}

fn desktop_states() -> Vec<desktop::Facts> {
    use ClipboardBackend::{Native, Osc52, Tmux};
    let facts = |clipboard, display, browser| desktop::Facts { clipboard, display, browser, is_ssh: false };
    let xdg_open = || Ok("xdg-open".to_owned());
    let unreachable = || Display::Unreachable("DISPLAY");
    let missing = || Err(OpenError::NoLauncher("xdg-open".into()));
    vec![
        facts(Native, Display::Running("Wayland"), xdg_open()),
        facts(Native, Display::Untried("X11"), missing()),
        facts(Native, unreachable(), xdg_open()),
        facts(Native, Display::None, xdg_open()),
        facts(Tmux, Display::None, Err(OpenError::NoDisplay)),
        desktop::Facts {
            is_ssh: true,
            ..facts(Osc52, Display::None, Err(OpenError::NoThread("cause".into())))
        },
    ]
}

fn files_states() -> Vec<files::Facts> {
    let listed_at = "2026-11-24T11:55:00Z".parse().unwrap();
    let whole = |images, is_whole| IndexState::Whole { images, is_whole, listed_at, size: 1_234_567 };
    let thumbnails = || (3_400_000, "~/.cache/cfimg/thumbnails".to_owned());
    let good = files::Facts {
        now: now(),
        index: Store::Read(whole(8113, true)),
        thumbnails: Store::Read(thumbnails()),
        history: Store::Read(Ok(1234)),
        log: None,
    };
    let with_index = |state| files::Facts { index: Store::Read(state), ..good.clone() };
    vec![
        good.clone(),
        files::Facts {
            index: Store::Off,
            thumbnails: Store::Off,
            history: Store::Off,
            log: Some("~/log".into()),
            ..good.clone()
        },
        files::Facts {
            index: Store::NoAccount,
            thumbnails: Store::NoAccount,
            history: Store::NoAccount,
            ..good.clone()
        },
        files::Facts {
            index: Store::NoHome,
            thumbnails: Store::NoHome,
            history: Store::NoHome,
            ..good.clone()
        },
        files::Facts {
            index: Store::Read(IndexState::Missing),
            thumbnails: Store::Read((0, String::new())),
            history: Store::Read(Ok(0)),
            ..good.clone()
        },
        files::Facts { index: Store::Read(whole(1, false)), history: Store::Read(Ok(1)), ..good.clone() },
        files::Facts {
            history: Store::Read(Err("Permission denied (os error 13)".into())),
            ..with_index(IndexState::Failed("Permission denied (os error 13)".into()))
        },
        with_index(IndexState::SetAside("~/.local/state/cfimg/index/0123.redb.bad".into())),
        with_index(IndexState::Locked),
    ]
}

#[test]
fn every_sentence_of_every_check() {
    let mut seen = Seen::default();
    let with_file = |text: &str| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        std::fs::write(folder.path().join("nord.toml"), "acent = 1\nbold = 1").unwrap();
        let env = |name: &str| (name == "CFIMG_CONFIG").then(|| path.clone().into());
        let settings = load(&env, crate::settings::Options::default());
        setup(|setup| setup.settings = settings)
    };
    for setup in [
        setup(|_| {}),
        with_file("thema = 1"),
        with_file("theme = 'nord.toml'"),
        with_file("theme = 'nord.toml'\nthema = 1"),
        with_file("picture = 'sixel'\nthema = 1\nhistory = 'no'\nsigning_key_command = 1"),
        setup(|setup| {
            setup.file = Some(SettingsFile {
                path: "~/.config/cfimg/config.toml".into(),
                exists: false,
                is_named: false,
            });
        }),
        setup(|setup| {
            setup.file = Some(SettingsFile { path: "~/mine.toml".into(), exists: false, is_named: true });
            setup.settings = Err(Failure::usage("Couldn't read ~/mine.toml", "System error: No such file."));
        }),
        setup(|setup| {
            setup.file = None;
            setup.settings = Err(Failure::usage(
                "CFIMG_THEME can't be “blue”",
                "Instead, use auto, dark, light, ansi or mono.",
            ));
        }),
        setup(|setup| {
            setup.settings = Err(Failure::new(
                FailureKind::Credentials,
                "CLOUDFLARE_IMAGES_SIGNING_KEY can't be used",
                "It is empty.",
            ));
        }),
    ] {
        seen.add(settings::GROUP, settings::CHECKS, &setup);
    }
    let online = online_states();
    seen.add_all(account::GROUP, account::CHECKS, &online);
    seen.add_all(network::GROUP, network::CHECKS, &online);
    seen.add_all(images::GROUP, images::CHECKS, &online);
    seen.add_all(terminal::GROUP, terminal::CHECKS, &terminal_states());
    seen.add_all(tmux::GROUP, tmux::CHECKS, &tmux_states());
    seen.add_all(desktop::GROUP, desktop::CHECKS, &desktop_states());
    seen.add_all(files::GROUP, files::CHECKS, &files_states());
    insta::assert_snapshot!("sentences", seen.text);

    seen.add(program::GROUP, program::CHECKS, &());
    let mut missing = String::new();
    for (group, names) in checks() {
        for name in names {
            let states = seen.states.get(&(group, name)).cloned().unwrap_or_default();
            let (good, other): (Vec<State>, Vec<State>) =
                states.into_iter().partition(|state| *state == State::Ok);
            if good.is_empty() || (other.is_empty() && !ALWAYS_GOOD.contains(&name) && name != "log") {
                writeln!(missing, "{group} {name}").unwrap();
            }
        }
    }
    assert_eq!(missing, "", "checks that were not seen in a good and in another state");
}
