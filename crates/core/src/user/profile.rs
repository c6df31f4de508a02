//! What an account says of the person besides the name to sign in with.

use serde::{Deserialize, Serialize};

use crate::client::display_name;

/// The longest address of mail (RFC 5321 section 4.5.3.1.3).
const MAXIMUM_ADDRESS: usize = 254;

/// What a person is called, harmless to show: 1 to 64 characters, none of them invisible.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DisplayName(String);

/// Nothing that could be shown is left of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a display name has at least one visible character")]
pub struct NotADisplayName;

impl DisplayName {
    /// Takes `text` without what is invisible, cut at 64 characters (CO-06, AD-04).
    pub fn parse(text: &str) -> Result<Self, NotADisplayName> {
        let shown = display_name(text);
        match shown.is_empty() {
            true => Err(NotADisplayName),
            false => Ok(Self(shown)),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for DisplayName {
    type Error = NotADisplayName;

    fn try_from(text: String) -> Result<Self, NotADisplayName> {
        Self::parse(&text)
    }
}

impl From<DisplayName> for String {
    fn from(name: DisplayName) -> Self {
        name.0
    }
}

impl std::fmt::Display for DisplayName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// An address of mail in lower case, as far as anybody can tell without writing to it. It is
/// where messages go and never by itself a reason to let somebody in (LG-05).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MailAddress(String);

/// The text is no address that mail is sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an address of mail reads like `name@example.com`")]
pub struct NotAMailAddress;

impl MailAddress {
    /// Takes one plain address: no name beside it, no quotes, no comment, no second one.
    pub fn parse(text: &str) -> Result<Self, NotAMailAddress> {
        let address = text.trim().to_ascii_lowercase();
        let (local, domain) = address.rsplit_once('@').ok_or(NotAMailAddress)?;
        let atom =
            |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
        let dotted = |text: &str, allowed: &dyn Fn(u8) -> bool| {
            text.split('.')
                .all(|part| !part.is_empty() && part.bytes().all(allowed))
        };
        let label = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let fits = address.len() <= MAXIMUM_ADDRESS && local.len() <= 64;
        (fits && dotted(local, &atom) && dotted(domain, &label))
            .then_some(Self(address))
            .ok_or(NotAMailAddress)
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands behind the `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl TryFrom<String> for MailAddress {
    type Error = NotAMailAddress;

    fn try_from(text: String) -> Result<Self, NotAMailAddress> {
        Self::parse(&text)
    }
}

impl From<MailAddress> for String {
    fn from(address: MailAddress) -> Self {
        address.0
    }
}

impl std::fmt::Display for MailAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_display_name_is_harmless_to_show() {
        let parsed = |text| DisplayName::parse(text).map(String::from);
        assert_eq!(
            parsed(" Ada\u{202e}  Lovelace\n"),
            Ok("Ada Lovelace".to_owned())
        ); // AD-04
        assert_eq!(parsed("\u{200b} "), Err(NotADisplayName));
    }

    #[test]
    fn an_address_is_one_plain_address() {
        let parsed = MailAddress::parse(" Ada.L+x@Mail.Example ").expect("an address");
        assert_eq!(parsed.as_str(), "ada.l+x@mail.example");
        assert_eq!(parsed.domain(), "mail.example");
        let long = format!("{}@x.example", "a".repeat(65));
        for bad in [
            "",
            "ada",
            "@x.example",
            "ada@",
            "ada@x..example",
            ".ada@x.example",
            "ada@x.example, eve@x.example",
            "ada@x.example\r\nBcc: eve@x.example",
            "Ada <ada@x.example>",
            "\"ada lovelace\"@x.example",
            "ada@x.ex\u{200b}ample",
            long.as_str(),
        ] {
            assert_eq!(MailAddress::parse(bad), Err(NotAMailAddress), "{bad:?}");
        }
    }
}
