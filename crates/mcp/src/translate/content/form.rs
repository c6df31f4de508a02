//! Forms: 2025-06-18 has neither choices with titles of their own nor choices of several.
//!
//! A choice with titles becomes `enum` with `enumNames`, whose answers are the same. A choice
//! of several becomes a text in which the choices stand with commas between them; what the
//! user wrote is taken apart again before the server sees it.

use std::collections::HashMap;

use crate::{
    era::Revision,
    json::Raw,
    rewrite::{Changes, Rewrite, quoted},
};

/// Degrades the form of `elicitation/create` for a client.
pub(in crate::translate) fn degrade<'a>(
    rewrite: &mut Rewrite<'a>,
    params: Raw<'a>,
    revision: Revision,
) -> Changes<'a> {
    if revision != Revision::V2025_06_18 {
        return Changes::none();
    }
    for (_, property) in properties(params) {
        let changes = match choices(property) {
            Some(Choices::One(options)) => one_of(&options),
            Some(Choices::Several(options)) => several(property, &options),
            None => Changes::none(),
        };
        rewrite.change(property, changes);
    }
    Changes::none()
}

/// The answer to a form as the server means it, from what a client of `revision` answered.
pub(in crate::translate) fn answer(params: Raw<'_>, result: Raw<'_>, revision: Revision) -> String {
    let mut rewrite = Rewrite::of(result);
    if revision == Revision::V2025_06_18 {
        let content = result.member(&["content"]).map(|content| content.members());
        let given: HashMap<String, Raw<'_>> = content.into_iter().flatten().collect();
        for (name, property) in properties(params) {
            let given = given
                .get(&name)
                .and_then(|given| Some((given, given.text()?)));
            let Some((given, text)) = given else {
                continue;
            };
            if let Some(Choices::Several(options)) = choices(property) {
                rewrite.replace(*given, taken_apart(&text, &options));
            }
        }
    }
    rewrite.into_text()
}

/// A choice that needs more than `enum`.
enum Choices {
    /// One of these, which have titles.
    One(Vec<Choice>),
    /// Any number of these.
    Several(Vec<Choice>),
}

/// What may be chosen, and what it is called.
struct Choice {
    value: String,
    title: String,
}

fn properties(params: Raw<'_>) -> Vec<(String, Raw<'_>)> {
    let properties = params.member(&["requestedSchema", "properties"]);
    properties.map(|all| all.members()).unwrap_or_default()
}

fn choices(property: Raw<'_>) -> Option<Choices> {
    if property.member(&["type"])?.text()? == "array" {
        let items = property.member(&["items"])?;
        let plain = items.member(&["enum"]).map(plain);
        let titled = || items.member(&["anyOf"]).map(titled);
        return plain.or_else(titled).map(Choices::Several);
    }
    property.member(&["oneOf"]).map(titled).map(Choices::One)
}

fn plain(values: Raw<'_>) -> Vec<Choice> {
    let texts = values
        .elements()
        .into_iter()
        .filter_map(|value| value.text());
    texts
        .map(|value| Choice {
            value: value.to_string(),
            title: value.to_string(),
        })
        .collect()
}

fn titled(options: Raw<'_>) -> Vec<Choice> {
    let choice = |option: Raw<'_>| {
        let value = option.member(&["const"])?.text()?.into_owned();
        let title = option.member(&["title"]).and_then(|title| title.text());
        let title = title.map_or_else(|| value.clone(), String::from);
        Some(Choice { value, title })
    };
    options.elements().into_iter().filter_map(choice).collect()
}

fn one_of<'a>(options: &[Choice]) -> Changes<'a> {
    let list = |texts: Vec<String>| format!("[{}]", texts.join(","));
    let values = options.iter().map(|choice| quoted(&choice.value)).collect();
    let titles = options.iter().map(|choice| quoted(&choice.title)).collect();
    Changes::none()
        .without("oneOf")
        .with("enum", list(values))
        .with("enumNames", list(titles))
}

fn several<'a>(property: Raw<'_>, options: &[Choice]) -> Changes<'a> {
    let titles: Vec<_> = options.iter().map(|choice| choice.title.as_str()).collect();
    let how = format!(
        "Any of these, with commas between them: {}",
        titles.join(", ")
    );
    let description = property
        .member(&["description"])
        .and_then(|text| text.text());
    let description = description.map_or_else(|| how.clone(), |text| format!("{text}\n{how}"));
    let gone = ["items", "minItems", "maxItems", "uniqueItems"];
    let changes = gone.into_iter().fold(Changes::none(), Changes::without);
    let changes = changes
        .with("type", "\"string\"")
        .with("description", quoted(&description));
    match property.member(&["default"]) {
        Some(default) => changes.with("default", quoted(&preset(default, options))),
        None => changes,
    }
}

/// What is chosen beforehand, by its titles.
fn preset(default: Raw<'_>, options: &[Choice]) -> String {
    let titles = options
        .iter()
        .map(|choice| (choice.value.as_str(), choice.title.as_str()));
    let titles: HashMap<_, _> = titles.collect();
    let chosen = plain(default);
    let title = |chosen: &'_ Choice| {
        let named = titles.get(chosen.value.as_str());
        named.map_or_else(|| chosen.value.clone(), |title| (*title).to_owned())
    };
    let titles: Vec<_> = chosen.iter().map(title).collect();
    titles.join(", ")
}

/// What stands between the commas: a title is taken for the choice that has it, and everything
/// else for itself. Whether it may be chosen is for the server to say.
fn taken_apart(text: &str, options: &[Choice]) -> String {
    let values = options.iter().rev(); // of two equal titles the first counts
    let values = values.map(|choice| (choice.title.to_lowercase(), choice.value.as_str()));
    let values: HashMap<_, _> = values.collect();
    let parts = text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let value = |part: &str| quoted(values.get(&part.to_lowercase()).unwrap_or(&part));
    format!("[{}]", parts.map(value).collect::<Vec<_>>().join(","))
}
