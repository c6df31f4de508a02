//! The function `t` of templates.

use std::sync::Arc;

use fluent_bundle::{FluentArgs, FluentValue};
use minijinja::{
    Error, ErrorKind,
    value::{Kwargs, Value, ValueKind},
};

use crate::{
    brand::Sample,
    escape::{carried, html},
    locale::Locale,
    texts::{Texts, Unsaid},
};

/// `t("id", name=value)` or `t(text)`, as HTML.
pub(crate) fn speaker(
    texts: Arc<Texts>,
    locale: Locale,
) -> impl Fn(Value, Kwargs) -> Result<Value, Error> + Send + Sync + 'static {
    move |what: Value, given: Kwargs| {
        let speech = Speech {
            texts: &texts,
            locale,
        };
        let said = match what.as_str() {
            _ if Sample::is(&what) => Sample::WORD.to_owned(),
            Some(id) => speech.with(id, &given)?,
            None => speech.text(&what)?,
        };
        Ok(Value::from_safe_string(html(&said)))
    }
}

struct Speech<'a> {
    texts: &'a Texts,
    locale: Locale,
}

impl Speech<'_> {
    fn with(&self, id: &str, given: &Kwargs) -> Result<String, Error> {
        let mut arguments = FluentArgs::new();
        for name in given.args() {
            let value = self.argument(name, &given.peek::<Value>(name)?)?;
            arguments.set(name.to_owned(), value);
        }
        let said = self.texts.say_with(self.locale, id, &arguments);
        said.map_err(unsaid)
    }

    /// A [`Text`](crate::Text) as it is serialised.
    fn text(&self, text: &Value) -> Result<String, Error> {
        let id = text.get_attr("id")?;
        let id = id
            .as_str()
            .ok_or_else(|| refused("t wants an id or a text"))?;
        let given = text.get_attr("arguments")?;
        let mut arguments = FluentArgs::new();
        for name in given.try_iter()? {
            let value =
                self.argument(name.as_str().unwrap_or_default(), &given.get_item(&name)?)?;
            arguments.set(name.to_string(), value);
        }
        let said = self.texts.say_with(self.locale, id, &arguments);
        said.map_err(unsaid)
    }

    fn argument(&self, name: &str, value: &Value) -> Result<FluentValue<'static>, Error> {
        match value.kind() {
            _ if Sample::is(value) => Ok(Sample::WORD.into()),
            ValueKind::String => Ok(carried(value.as_str().unwrap_or_default()).into()),
            ValueKind::Number => {
                let number = i64::try_from(value.clone());
                number
                    .map(FluentValue::from)
                    .map_err(|_| refused("a number is too large"))
            }
            ValueKind::Map => Ok(self.text(value)?.into()),
            kind => Err(refused(format!("{name} is {kind}, which no text takes"))),
        }
    }
}

fn unsaid(error: Unsaid) -> Error {
    refused(error.to_string())
}

fn refused(reason: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, reason)
}
