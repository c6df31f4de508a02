//! An authenticator application, and what pages give to scripts.

use doorward_core::factor::TotpKey;
use serde_json::Value;

use super::{Answer, Person, World};

/// An authenticator application that scanned its picture.
pub(crate) struct App {
    pub(crate) key: [u8; 20],
    pub(crate) recovery: Vec<String>,
    /// What its form carries.
    pub(crate) ticket: String,
}

impl App {
    /// Enrols one for who is signed in.
    pub(crate) async fn enrol(world: &World, person: &mut Person) -> Self {
        let page = person.get(world, "/account/security/app").await;
        let app = Self::of(&page);
        let (form, ticket, code) = (page.field("form"), app.ticket.clone(), app.code(world));
        let pairs = [("form", &*form), ("ticket", &*ticket), ("code", &*code)];
        let codes = person.post(world, "/account/security/app", &pairs).await;
        assert_eq!(codes.status, 200, "{}", codes.body);
        let recovery = Self::recovery_of(&codes);
        Self { recovery, ..app }
    }

    /// What a page shows to be scanned.
    pub(crate) fn of(page: &Answer) -> Self {
        let (_, rest) = page.body.split_once("?secret=").expect("an address");
        let secret = rest.split('&').next().expect("a secret");
        let (_, ticket) = page
            .body
            .rsplit_once("name=\"ticket\" value=\"")
            .expect("a ticket");
        let ticket = ticket.split('"').next().expect("a value");
        Self {
            ticket: ticket.to_owned(),
            key: unbase32(secret).try_into().expect("160 bits"),
            recovery: Vec::new(),
        }
    }

    /// The recovery codes that a page shows.
    pub(crate) fn recovery_of(page: &Answer) -> Vec<String> {
        let shown = page.body.split("<li><code>").skip(1);
        let codes = shown.filter_map(|rest| rest.split("</code>").next());
        codes.map(str::to_owned).collect()
    }

    /// The code of this half minute.
    pub(crate) fn code(&self, world: &World) -> String {
        TotpKey::from_random(self.key).code(world.now().seconds() / 30)
    }
}

/// RFC 4648 section 6.
fn unbase32(text: &str) -> Vec<u8> {
    let value = |letter: u8| match letter {
        b'A'..=b'Z' => letter - b'A',
        other => other - b'2' + 26,
    };
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0_u32);
    for letter in text.bytes() {
        held = held << 5 | u32::from(value(letter));
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).expect("a byte"));
        }
    }
    bytes
}

/// The options of the ceremony that a page asks for.
pub(crate) fn options_of(page: &Answer) -> Value {
    let (_, rest) = page.body.split_once("data-options=\"").expect("options");
    let escaped = rest.split('"').next().expect("a value");
    let json = escaped.replace("&quot;", "\"").replace("&#x2f;", "/");
    serde_json::from_str(&json).expect("JSON")
}

/// Its challenge.
pub(crate) fn challenge_of(page: &Answer) -> String {
    let challenge = &options_of(page)["challenge"];
    challenge.as_str().expect("a challenge").to_owned()
}
