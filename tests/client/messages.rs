//! The messages for errors of the API client and the delivery client, in one snapshot.
//!
//! Other tests check kinds and codes. Messages for error codes and for unexpected API responses have their own
//! snapshots.

use std::fmt::Write as _;

use cfimg::cloudflare::{
    DeliveryError, Error, MAX_SAVE_BYTES, MessageContext, NetworkError, ResponseInfo, Setup,
    UnexpectedResponse, delivery_failure, failure,
};
use cfimg::domain::{Account, AccountId, Endless, Failure, ImageId};

use crate::server::ACCOUNT;

fn network_errors() -> Vec<NetworkError> {
    vec![
        NetworkError::Dns,
        NetworkError::Refused,
        NetworkError::Unreachable,
        NetworkError::Certificate("invalid peer certificate: UnknownIssuer".into()),
        NetworkError::Tls,
        NetworkError::ConnectTimeout,
        NetworkError::ResponseTimeout,
        NetworkError::TooSlow,
        NetworkError::Broken,
        NetworkError::NotHttp,
        NetworkError::NoProxy,
        NetworkError::ProxyLogin,
        NetworkError::ProxyRefused,
        NetworkError::Other("something else".into()),
    ]
}

fn api_errors() -> Vec<Error> {
    let account = |name: &str| Account { id: AccountId::parse(ACCOUNT).expect("an ID"), name: name.into() };
    let mut errors: Vec<_> = network_errors()
        .into_iter()
        .map(|network_error| Error::Network { host: "HOST".into(), network_error })
        .collect();
    errors.extend([
        Error::Insecure("HOST".into()),
        Error::Unsendable,
        Error::NoAccount,
        Error::SeveralAccounts(vec![account("Shop \u{1b}[1m"), account("Blog")]),
        Error::SeveralAccounts(vec![account("Shop"); 9]),
        Error::Endless(Endless::Cycle),
        Error::Endless(Endless::Empty),
        Error::Endless(Endless::RepeatedPages),
        Error::TooLarge { cap: 100 },
        Error::TooLarge { cap: 10 << 20 },
        Error::TooLarge { cap: MAX_SAVE_BYTES },
        Error::Write("no storage space".into()),
        Error::Setup(Setup::Variable { variable: "HTTPS_PROXY", why: "The reason.".into() }),
        Error::Setup(Setup::Other("words".into())),
    ]);
    errors
}

fn delivery_errors() -> Vec<DeliveryError> {
    let mut errors: Vec<_> = network_errors()
        .into_iter()
        .map(|network_error| DeliveryError::Network { host: "HOST".into(), network_error })
        .collect();
    let unexpected = |status, unexpected| DeliveryError::Unexpected {
        host: "HOST".into(),
        response_info: Box::new(ResponseInfo { status, ..ResponseInfo::default() }),
        unexpected,
    };
    errors.extend([
        unexpected(200, UnexpectedResponse::Empty),
        unexpected(302, UnexpectedResponse::Redirect(Some("other.example".into()))),
        unexpected(301, UnexpectedResponse::Redirect(None)),
        unexpected(403, UnexpectedResponse::Challenge),
        unexpected(200, UnexpectedResponse::Html),
        unexpected(502, UnexpectedResponse::Html),
        unexpected(200, UnexpectedResponse::Foreign),
        DeliveryError::Insecure("HOST".into()),
        DeliveryError::NotAUrl,
        DeliveryError::TooLarge { cap: 1 << 20 },
        DeliveryError::Write("no storage space".into()),
        DeliveryError::Setup(Setup::Other("words".into())),
    ]);
    errors
}

#[test]
fn every_error_has_a_message() {
    let mut messages = String::new();
    let mut add = |error: String, failure: Failure| {
        writeln!(messages, "{error}: exit {}\n    {failure}", failure.kind.exit_code()).expect("a string");
    };
    let about = MessageContext {
        image: ImageId::parse("logo.png").ok(),
        account: AccountId::parse(ACCOUNT).ok(),
        ..MessageContext::default()
    };
    let by_key = MessageContext { by_key: true, ..about.clone() };
    for error in api_errors() {
        let message = failure(&error, &about);
        let key_message = failure(&error, &by_key);
        add(error.to_string(), message.clone());
        if key_message != message {
            add(format!("{error}, with an API key"), key_message);
        }
    }
    for error in delivery_errors() {
        add(format!("delivery: {error}"), delivery_failure(&error));
    }
    insta::assert_snapshot!("messages", messages);
}
