//! What a process has asked and was not answered: an answer is for the process that asked, and
//! the next one counts from the beginning again (P-019).

use std::{
    collections::VecDeque,
    hash::{DefaultHasher, Hash, Hasher},
};

use doorward_mcp::envelope::IdValue;

/// The questions of one process. Their ids may be long, so that only their hashes are kept; of
/// those that are never answered the oldest are forgotten.
#[derive(Default)]
pub(super) struct Questions(VecDeque<u64>);

impl Questions {
    /// The process asks.
    pub(super) fn asked(&mut self, id: &IdValue) {
        if self.0.len() >= MOST {
            self.0.pop_front();
        }
        self.0.push_back(hash(id));
    }

    /// Whether this process asked that, and was not answered before. It is now.
    pub(super) fn answered(&mut self, id: &IdValue) -> bool {
        let hash = hash(id);
        let position = self.0.iter().position(|asked| *asked == hash);
        position.and_then(|at| self.0.remove(at)).is_some()
    }

    /// The process is gone.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

fn hash(id: &IdValue) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

const MOST: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_answered_once_by_whom_it_was_put_to() {
        // P-019, DS-05
        let mut questions = Questions::default();
        let (number, text) = (IdValue::Integer(1), IdValue::Text("1".to_owned()));
        questions.asked(&number);
        assert!(!questions.answered(&text));
        assert!(questions.answered(&number));
        assert!(!questions.answered(&number));
        questions.asked(&text);
        questions.clear();
        assert!(!questions.answered(&text));
        for number in 0..1000 {
            questions.asked(&IdValue::Integer(number));
        }
        assert_eq!(questions.0.len(), MOST);
        assert!(!questions.answered(&IdValue::Integer(0)));
        assert!(questions.answered(&IdValue::Integer(999)));
    }
}
