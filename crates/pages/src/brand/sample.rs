//! A value that stands for whatever a page may be given, to try templates with.

use std::{fmt, sync::Arc};

use minijinja::value::{Enumerator, Object, ObjectRepr, Value};

/// Stands for any value: of every name and place of it there is another one, it has one item, and
/// it shows as a word. Once it counts as true, and once as false.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) counts_as: bool,
}

impl Sample {
    /// The word that it shows as.
    pub(crate) const WORD: &'static str = "sample";

    /// Whether `value` is one.
    pub(crate) fn is(value: &Value) -> bool {
        value.downcast_object_ref::<Self>().is_some()
    }

    fn another(&self) -> Value {
        Value::from_object(Self {
            counts_as: self.counts_as,
        })
    }
}

impl Object for Sample {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, _: &Value) -> Option<Value> {
        Some(self.another())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(usize::from(self.counts_as))
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.counts_as
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::WORD)
    }
}
