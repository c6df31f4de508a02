//! The server that takes letters from here, and how it is spoken to.
//!
//! `smtps://` is TLS from the first byte (RFC 8314 section 3.3), `starttls://`
//! turns it on before anything is said (RFC 3207) and goes no further without.
//! `smtp://` is in clear, and only for a relay on this computer.

use std::time::Duration;

use doorward_core::{letter::Letter, secret::Secret};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
        extension::ClientId,
    },
};
use url::{Host, Url};

/// How long the relay may take for a single answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where letters are handed over, and in whose name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relay {
    security: Security,
    host: String,
    port: u16,
    user: Option<String>,
    password: Option<Secret>,
    from: Mailbox,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Security {
    /// TLS from the first byte.
    Wrapped,
    /// TLS before anything is said.
    Upgraded,
    /// None: the relay is on this computer.
    Clear,
}

/// What is configured is no relay.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotARelay {
    /// The URL is of another kind.
    #[error("url must be like smtps://mail.example.com or starttls://mail.example.com")]
    Url,
    /// In clear to somewhere else.
    #[error(
        "url: smtp:// sends letters and passwords in clear, which only a relay on 127.0.0.1 or localhost may get; write smtps:// or starttls://"
    )]
    InClear,
    /// The sender is no address.
    #[error("from must be an address like `Doorward <doorward@example.com>`")]
    From,
    /// A password that nobody has, or nobody's name to it.
    #[error("password goes with a user name in url, like smtps://user@mail.example.com")]
    Login,
    /// A certificate that cannot be read.
    #[error("the certificate of the relay cannot be used")]
    Certificate,
}

impl Relay {
    /// Reads what is configured. The password may stand in the URL or beside it.
    pub fn parse(url: &str, password: Option<Secret>, from: &str) -> Result<Self, NotARelay> {
        let url = Url::parse(url).map_err(|_| NotARelay::Url)?;
        let (security, usual) = match url.scheme() {
            "smtps" => (Security::Wrapped, 465),
            "starttls" => (Security::Upgraded, 587),
            "smtp" => (Security::Clear, 25),
            _ => return Err(NotARelay::Url),
        };
        let plain = matches!(url.path(), "" | "/") && url.query().is_none();
        // An address is one whatever the scheme, which the parser of URLs does not know.
        let host = url.host_str().filter(|host| plain && !host.is_empty());
        let host = Host::parse(host.ok_or(NotARelay::Url)?).map_err(|_| NotARelay::Url)?;
        if security == Security::Clear && !is_here(&host) {
            return Err(NotARelay::InClear);
        }
        let written = url.password().map(decoded).map(Secret::presented);
        let user = Some(decoded(url.username())).filter(|name| !name.is_empty());
        let password = password.or(written);
        if user.is_some() != password.is_some() {
            return Err(NotARelay::Login);
        }
        Ok(Self {
            security,
            host: host.to_string(),
            port: url.port().unwrap_or(usual),
            user,
            password,
            from: from.parse().map_err(|_| NotARelay::From)?,
        })
    }

    /// Makes ready what carries letters there.
    pub fn carrier(&self) -> Result<Carrier, NotARelay> {
        self.carrier_trusting(&[])
    }

    /// The same, where certificates (DER) of further authorities are good.
    pub fn carrier_trusting(&self, authorities: &[Vec<u8>]) -> Result<Carrier, NotARelay> {
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&self.host)
            .port(self.port)
            .timeout(Some(PATIENCE))
            .hello_name(ClientId::Domain(self.from.email.domain().to_owned()))
            .tls(match self.security {
                Security::Wrapped => Tls::Wrapper(self.tls(authorities)?),
                Security::Upgraded => Tls::Required(self.tls(authorities)?),
                Security::Clear => Tls::None,
            });
        if let (Some(user), Some(password)) = (&self.user, &self.password) {
            let password = password.expose().to_owned();
            transport = transport.credentials(Credentials::new(user.clone(), password));
        }
        Ok(Carrier {
            transport: transport.build(),
            from: self.from.clone(),
        })
    }

    fn tls(&self, authorities: &[Vec<u8>]) -> Result<TlsParameters, NotARelay> {
        let mut tls = TlsParameters::builder(self.host.clone());
        for der in authorities {
            let authority = Certificate::from_der(der.clone());
            tls = tls.add_root_certificate(authority.map_err(|_| NotARelay::Certificate)?);
        }
        tls.build().map_err(|_| NotARelay::Certificate)
    }
}

/// Whether what is sent to `host` stays on this computer.
fn is_here(host: &Host) -> bool {
    match host {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

fn decoded(text: &str) -> String {
    // One pair of a form, without the rule that turns `+` into a space.
    let text = text.replace('+', "%2B");
    let mut pairs = url::form_urlencoded::parse(text.as_bytes());
    pairs
        .next()
        .map(|(name, _)| name.into_owned())
        .unwrap_or_default()
}

/// Carries letters to the relay, one connection each.
#[derive(Clone, Debug)]
pub struct Carrier {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// Why a letter is not with the relay. The text is what the relay said, or the network.
#[derive(Debug, thiserror::Error)]
pub enum NotDelivered {
    /// Later it may be taken.
    #[error("{0}")]
    ForNow(String),
    /// It never will be.
    #[error("{0}")]
    ForGood(String),
}

impl Carrier {
    /// Hands one letter over.
    pub async fn carry(&self, letter: &Letter) -> Result<(), NotDelivered> {
        let message = self.message(letter)?;
        let sent = self.transport.send(message).await;
        sent.map(drop).map_err(|error| {
            let said = in_words(&error);
            match error.is_permanent() {
                true => NotDelivered::ForGood(said),
                false => NotDelivered::ForNow(said),
            }
        })
    }

    fn message(&self, letter: &Letter) -> Result<Message, NotDelivered> {
        let never = |cause: &str| NotDelivered::ForGood(cause.to_owned());
        let to = letter.to.as_str().parse();
        let to = Mailbox::new(None, to.map_err(|_| never("the address cannot be one"))?);
        // Nobody is to answer it automatically (RFC 3834 section 5).
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(letter.subject.as_str())
            .message_id(Some(self.name(letter)))
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.clone())
            .map_err(|_| never("the letter cannot be written"))
    }

    /// A name for the letter that is used once and tells nothing of it or of this computer.
    fn name(&self, letter: &Letter) -> String {
        use doorward_core::secret::Digest;
        let digest = Digest::of(&format!("letter {}", letter.text));
        let half = digest.as_bytes().iter().take(16);
        let half: String = half.map(|byte| format!("{byte:02x}")).collect();
        format!("<{half}@{}>", self.from.email.domain())
    }
}

/// An error and its causes in one line.
fn in_words(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        let more = deeper.to_string();
        if !said.contains(&more) {
            said = format!("{said}: {more}");
        }
        cause = deeper.source();
    }
    let shown = said.chars().map(|c| if c.is_control() { ' ' } else { c });
    shown.take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: &str = "Doorward <doorward@example.com>";

    fn parsed(url: &str, password: Option<&str>) -> Result<(Security, String, u16), NotARelay> {
        let relay = Relay::parse(url, password.map(Secret::presented), FROM)?;
        Ok((relay.security, relay.host, relay.port))
    }

    #[test]
    fn a_relay_is_spoken_to_over_tls_unless_it_is_here() {
        use Security::{Clear, Upgraded, Wrapped};
        let host = |name: &str| name.to_owned();
        #[rustfmt::skip]
        let cases = [
            ("smtps://mail.example",              None,      Ok((Wrapped,  host("mail.example"), 465))),
            ("smtps://mail.example:2465/",        None,      Ok((Wrapped,  host("mail.example"), 2465))),
            ("starttls://u@mail.example",         Some("p"), Ok((Upgraded, host("mail.example"), 587))),
            ("smtps://u:p@mail.example",          None,      Ok((Wrapped,  host("mail.example"), 465))),
            ("smtp://localhost",                  None,      Ok((Clear,    host("localhost"), 25))),
            ("smtp://127.0.0.1:2525",             None,      Ok((Clear,    host("127.0.0.1"), 2525))),
            ("smtp://mail.example",               None,      Err(NotARelay::InClear)),
            ("smtp://10.0.0.1",                   None,      Err(NotARelay::InClear)),
            ("smtp://localhost.example",          None,      Err(NotARelay::InClear)),
            ("https://mail.example",              None,      Err(NotARelay::Url)),
            ("mail.example",                      None,      Err(NotARelay::Url)),
            ("smtps://mail.example?tls=none",     None,      Err(NotARelay::Url)),
            ("smtps://mail.example/x",            None,      Err(NotARelay::Url)),
            ("smtps://u@mail.example",            None,      Err(NotARelay::Login)),
            ("smtps://mail.example",              Some("p"), Err(NotARelay::Login)),
        ];
        for (url, password, expected) in cases {
            assert_eq!(parsed(url, password), expected, "{url}");
        }
        let url = "smtps://mail.example";
        for from in ["", "nobody", "a@x.example\r\nBcc: b@x.example"] {
            assert_eq!(Relay::parse(url, None, from).err(), Some(NotARelay::From));
        }
    }

    #[test]
    fn a_user_name_and_a_password_in_the_url_are_decoded() {
        let relay = Relay::parse("smtps://u%40x.example:a+b%2Fc@mail.example", None, FROM);
        let relay = relay.expect("a relay");
        assert_eq!(relay.user.as_deref(), Some("u@x.example"));
        let password = relay.password.as_ref().map(Secret::expose);
        assert_eq!(password, Some("a+b/c"));
        assert!(!format!("{relay:?}").contains("a+b/c")); // AD-07
    }
}
