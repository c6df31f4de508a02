//! Just enough of HTML to fill in a form: forms, inputs and buttons with their attributes.

use std::collections::HashMap;

type Attributes = HashMap<String, String>;

/// A form as a person finds it.
#[derive(Debug, Default)]
pub struct Form {
    /// Where it goes, relative to its page.
    pub action: String,
    /// Its inputs, in order.
    pub inputs: Vec<Attributes>,
    /// Its buttons, each with its words under `label`.
    pub buttons: Vec<Attributes>,
}

const YES: [&str; 6] = ["allow", "approve", "authorize", "accept", "continue", "yes"];

impl Form {
    /// Whether it asks for a password.
    pub fn asks_password(&self) -> bool {
        self.inputs
            .iter()
            .any(|input| is(input, "type", "password"))
    }

    /// What would be sent by the button that says yes, or else by the first one.
    pub fn filled(&self, name: &str, password: &str) -> Vec<(String, String)> {
        let says_yes = |button: &&Attributes| {
            let label = button
                .get("label")
                .map(|label| label.to_lowercase())
                .unwrap_or_default();
            YES.iter().any(|word| label.contains(word))
        };
        let button = self.buttons.iter().find(says_yes).or(self.buttons.first());
        let inputs = self
            .inputs
            .iter()
            .filter_map(|input| value(input, name, password));
        inputs
            .chain(button.and_then(|button| value(button, "", "")))
            .collect()
    }
}

fn value(input: &Attributes, name: &str, password: &str) -> Option<(String, String)> {
    let field = input.get("name")?.clone();
    let given = input.get("value").cloned().unwrap_or_default();
    let kind = input.get("type").map_or("text", String::as_str);
    let value = match kind {
        "checkbox" | "radio" if !input.contains_key("checked") => return None,
        "password" => password.to_owned(),
        "text" | "email" if given.is_empty() => name.to_owned(),
        _ => given,
    };
    Some((field, value))
}

fn is(tag: &Attributes, attribute: &str, value: &str) -> bool {
    tag.get(attribute).is_some_and(|given| given == value)
}

/// Every form of a page, in order.
pub fn forms(page: &str) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    for piece in page.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or((piece, ""));
        let (name, rest) = tag
            .split_once(|c: char| c.is_whitespace())
            .unwrap_or((tag, ""));
        let mut given = attributes(rest);
        match (name, forms.last_mut()) {
            ("form", _) => {
                let action = given.remove("action").unwrap_or_default();
                forms.push(Form {
                    action,
                    ..Form::default()
                });
            }
            ("input", Some(form)) => form.inputs.push(given),
            ("button", Some(form)) if !is(&given, "type", "button") => {
                given.insert("label".into(), text.trim().into());
                given.insert("type".into(), "submit".into());
                form.buttons.push(given);
            }
            _ => {}
        }
    }
    forms
}

fn attributes(mut text: &str) -> Attributes {
    let mut found = Attributes::new();
    loop {
        text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        let end = text
            .find(|c: char| c.is_whitespace() || c == '=')
            .unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        if name.is_empty() {
            return found;
        }
        let (value, rest) = match rest.strip_prefix('=') {
            Some(rest) => quoted(rest),
            None => ("", rest),
        };
        found.insert(name.to_lowercase(), unescape(value));
        text = rest;
    }
}

fn quoted(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inside) = text.strip_prefix(quote) {
            return inside.split_once(quote).unwrap_or((inside, ""));
        }
    }
    text.split_once(char::is_whitespace).unwrap_or((text, ""))
}

fn unescape(text: &str) -> String {
    const ENTITIES: [(&str, &str); 8] = [
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&#x2f;", "/"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"), // last, so that nothing is undone twice
    ];
    ENTITIES
        .iter()
        .fold(text.to_owned(), |text, (entity, plain)| {
            text.replace(entity, plain)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consent_form_is_filled_with_its_hidden_fields_and_the_button_that_allows() {
        let page = r#"<form method="post" action="/consent"><input type="hidden" name="flow" value="a&amp;b">
            <input type=checkbox name=remember><button name="answer" value="deny">Deny</button>
            <button name="answer" value="allow">Allow</button></form>"#;
        let found = forms(page);
        let fields = found[0].filled("ada", "secret");
        assert_eq!(found[0].action, "/consent");
        assert_eq!(
            fields,
            [
                ("flow".into(), "a&b".into()),
                ("answer".into(), "allow".into())
            ]
        );
    }

    #[test]
    fn a_sign_in_form_gets_name_and_password() {
        let found = forms(
            r#"<form action="?x"><input name="name"/><input name="word" type="password" required><button>Sign in</button></form>"#,
        );
        assert!(found[0].asks_password());
        let fields = found[0].filled("ada", "secret");
        assert_eq!(
            fields,
            [
                ("name".into(), "ada".into()),
                ("word".into(), "secret".into())
            ]
        );
    }
}
