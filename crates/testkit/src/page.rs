//! Reading the forms of a page the way a browser without scripts does.

/// A form: where it goes and what it would send unless somebody types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// Its `action`.
    pub action: String,
    /// Named inputs with their values: hidden ones, texts, and checked boxes.
    pub fields: Vec<(String, String)>,
    /// Named submit buttons with their values and visible texts.
    pub buttons: Vec<(String, String, String)>,
}

/// All forms of a page that are submitted with POST.
pub fn forms(html: &str) -> Vec<Form> {
    html.split("<form")
        .skip(1)
        .filter_map(|rest| rest.split_once("</form>").map(|(form, _)| form))
        .map(form)
        .collect()
}

impl Form {
    /// The fields with some typed over and one button pressed.
    pub fn filled(&self, typed: &[(&str, &str)], button: Option<&str>) -> Vec<(String, String)> {
        let kept = |name: &str| !typed.iter().any(|(key, _)| *key == name);
        let mut out: Vec<_> = self
            .fields
            .iter()
            .filter(|(name, _)| kept(name))
            .cloned()
            .collect();
        out.extend(
            typed
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned())),
        );
        let pressed = self
            .buttons
            .iter()
            .find(|(_, _, text)| Some(text.as_str()) == button);
        out.extend(pressed.map(|(name, value, _)| (name.clone(), value.clone())));
        out
    }
}

fn form(html: &str) -> Form {
    let (head, body) = html.split_once('>').unwrap_or((html, ""));
    let inputs = tags(body, "<input").filter(|tag| sends(tag));
    let buttons = body.split("<button").skip(1).filter_map(|rest| {
        let (tag, text) = rest.split_once('>')?;
        let text = text.split("</button>").next()?.trim().to_owned();
        Some((
            attribute(tag, "name")?,
            attribute(tag, "value").unwrap_or_default(),
            text,
        ))
    });
    Form {
        action: attribute(head, "action").unwrap_or_default(),
        fields: inputs
            .filter_map(|tag| {
                Some((
                    attribute(tag, "name")?,
                    attribute(tag, "value").unwrap_or_default(),
                ))
            })
            .collect(),
        buttons: buttons.collect(),
    }
}

fn sends(tag: &str) -> bool {
    let kind = attribute(tag, "type").unwrap_or_default();
    !matches!(kind.as_str(), "checkbox" | "radio")
        || tag
            .split_whitespace()
            .any(|word| word.trim_end_matches('/') == "checked")
}

fn tags<'a>(html: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    html.split(name)
        .skip(1)
        .filter_map(|rest| rest.split('>').next())
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let value = rest.split('"').next()?;
    Some(unescape(value))
}

fn unescape(text: &str) -> String {
    [
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&#x2f;", "/"),
        ("&#x2F;", "/"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (entity, plain)| {
        text.replace(entity, plain)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_sends_its_hidden_fields_its_checked_boxes_and_the_pressed_button() {
        let html = r#"<form method="post" action="/consent"><input type="hidden" name="flow" value="a&amp;b">
            <input type="checkbox" name="x" value="1"><input type="radio" name="r" value="2" checked>
            <button name="answer" value="allow"> Allow </button><button name="answer" value="deny">Deny</button></form>"#;
        let forms = forms(html);
        assert_eq!(forms[0].action, "/consent");
        let sent = forms[0].filled(&[], Some("Deny"));
        let sent: Vec<_> = sent
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        assert_eq!(sent, [("flow", "a&b"), ("r", "2"), ("answer", "deny")]);
    }
}
