"""A check that cannot fail shows nothing: `python3 -m unittest discover -s scripts -t scripts`."""

import unittest

from citations import clauses, comparison, document, project, rust, verdict
from citations.citing import cited
from citations.project import Test

CLAUSES = """
held = ["A", "interop"]
[clauses]
A-001 = { level = "MUST", revisions = "all", says = "one" }
A-002 = { level = "MAY", revisions = "V5", says = "two", pending = "the other feature" }
R-001 = { level = "MUST", revisions = "all", says = "three" }
[attacks]
AZ-01 = { severity = "C", title = "four" }
[interop]
1 = { title = "five" }
"""
ONE, OTHER = Test("crates/x/tests/it/a.rs", "one"), Test("crates/x/src/b.rs", "other")
ALL_WELL = {ONE: {"A-001", "P-256"}, OTHER: {"interop 1"}}


def faults(tests: dict[Test, set[str]], text: str = CLAUSES) -> list[str]:
    return verdict.faults(clauses.parse(text), tests)


class Citations(unittest.TestCase):
    def test_are_ids_and_numbers_of_interop(self) -> None:
        self.assertEqual(cited("// A-046, TK-11: and interop 4, 37"), {"A-046", "TK-11", "interop 4", "interop 37"})

    def test_are_no_other_words_with_a_hyphen(self) -> None:
        self.assertEqual(cited("SHA-256a UTF-8 XYA-046 a-046 interop.md"), set())


class TestsInRust(unittest.TestCase):
    SOURCE = """
//! About everything (A-009).
use a::{b, c};
// A-001
#[tokio::test(flavor = "multi_thread")]
async fn own() { assert!(x['"' as usize], "A-002"); /* A-003 */ } // A-010
fn helper(life: &'static str) -> [u8; 2] { table() } // nothing
fn table() { const T: &[&str] = &["A-004 {", r#"A-005 "}"#]; }
#[test]
fn reaching() { helper("'"); }
const CASES: [Case; 1] = [Case { name: "A-006" }];
#[test]
fn with_cases() { for case in CASES {} }
#[test]
fn silent() { own(); }
proptest! { #[test] fn generated(x in 0..3) { check(x); // A-007
} }
impl World { fn deep(&self) { self.check("A-008") } }
#[test]
fn through_a_method() { World.deep() }
"""

    def test_cite_in_their_body_before_it_and_through_what_they_name(self) -> None:
        expected = {
            "own": {"A-001", "A-002", "A-003"},
            "reaching": {"A-004", "A-005", "A-010"},
            "with_cases": {"A-006"},
            "silent": set(),
            "generated": {"A-007"},
            "through_a_method": {"A-008"},
        }
        self.assertEqual(rust.tests(self.SOURCE, True), expected)

    def test_are_looked_for_only_where_tests_are(self) -> None:
        source = "// A-001\npub fn rule() {}\n#[cfg(test)]\nmod tests {\n #[test]\n fn shows() { rule() } // A-001\n\n // A-002\n #[test]\n fn other() {} }"
        self.assertEqual(rust.tests(source, False), {"shows": set(), "other": {"A-001", "A-002"}})

    def test_of_a_contract_are_what_takes_the_subject(self) -> None:
        source = "async fn helper() {}\npub(crate) async fn holds(store: Subject) { helper() /* A-001 */ }"
        self.assertEqual(rust.tests(source, True, "Subject"), {"holds": {"A-001"}})
        self.assertEqual(rust.tests(source, True), {})


class TestsOutsideRust(unittest.TestCase):
    def test_are_steps_of_a_driver(self) -> None:
        source = "// A-000\nawait step('signs in', async () => {\n  x(); // A-001\n});\nstep(\"ends\", y); // A-002"
        self.assertEqual(project.javascript_steps(source), {"signs in": {"A-001"}, "ends": {"A-002"}})

    def test_are_functions_of_a_scenario(self) -> None:
        self.assertEqual(project.python_tests("def a():\n    pass  # A-001\n\ndef b():\n    pass\n"), {"a": {"A-001"}})


class TheVerdict(unittest.TestCase):
    def test_is_clean_when_every_held_clause_is_shown_or_excused(self) -> None:
        self.assertEqual(faults(ALL_WELL), [])

    def test_misses_a_clause_of_a_held_family_without_a_test(self) -> None:
        self.assertEqual(faults({OTHER: {"interop 1"}}), ["A-001 has no test: one"])
        self.assertEqual(faults({ONE: {"A-001"}}), ["interop 1 has no test: five"])

    def test_finds_an_excuse_that_a_test_has_overtaken(self) -> None:
        found = faults(ALL_WELL | {Test("f", "new"): {"A-002"}})
        self.assertEqual(found, ["A-002 is pending, but new in f cites it: take `pending` out"])

    def test_finds_a_citation_of_what_does_not_exist(self) -> None:
        found = faults(ALL_WELL | {Test("f", "new"): {"A-200"}})
        self.assertEqual(found, ["new in f cites A-200, which docs/clauses.toml does not have"])


class TheFileOfClauses(unittest.TestCase):
    def _refused(self, line: str, instead: str, table: str = "clauses") -> str:
        with self.assertRaises(clauses.Malformed) as refused:
            clauses.parse(f'held = ["A"]\n[{table}]\n{line} = {{ {instead} }}')
        return str(refused.exception)

    def test_must_name_a_level_and_say_something(self) -> None:
        self.assertIn("no level", self._refused("A-001", 'level = "PERHAPS", revisions = "all", says = "x"'))
        self.assertIn("wants", self._refused("A-001", 'level = "MUST", revisions = "all", says = ""'))
        self.assertIn("wants", self._refused("A-001", 'level = "MUST", says = "x"'))
        self.assertIn("wants", self._refused("A-001", 'level = "MUST", revisions = "all", says = "x", skip = "y"'))

    def test_gives_one_excuse_at_most_and_none_to_decline_a_must(self) -> None:
        sound = 'level = "MUST", revisions = "all", says = "x"'
        self.assertIn("either", self._refused("A-001", sound + ', pending = "a", later = "b"'))
        self.assertIn("cannot be declined", self._refused("A-001", sound + ', declined = "no"'))
        self.assertIn("cannot be declined", self._refused("AZ-1", 'severity = "C", title = "x", declined = "n"', "attacks"))

    def test_holds_only_families_that_it_has(self) -> None:
        with self.assertRaises(clauses.Malformed):
            clauses.parse(CLAUSES.replace('"A", ', '"A", "Z", '))


class ThePage(unittest.TestCase):
    def test_tells_tests_excuses_and_gaps(self) -> None:
        catalogue = clauses.parse(CLAUSES)
        page = document.render(catalogue, verdict.shown(catalogue, ALL_WELL))
        self.assertIn("| A-001 | MUST | all | one | [x a]: `one` |", page)
        self.assertIn("| A-002 | MAY | V5 | two | *Pending: the other feature* |", page)
        self.assertIn("| R-001 | MUST | all | three | no test |", page)
        self.assertIn("[x a]: ../crates/x/tests/it/a.rs\n", page)
        self.assertIn("| A: authorization server | 2 | 1 | 1 | 0 | 0 | 0 |", page)


class TheComparison(unittest.TestCase):
    HEAD = "| feature | Doorward | other |\n|---|---|---|\n"

    def _faults(self, cell: str) -> list[str]:
        return comparison.faults(f"{self.HEAD}| tokens | {cell} | yes |\n", ALL_WELL)

    def test_wants_a_test_that_exists_for_what_it_claims(self) -> None:
        self.assertEqual(self._faults('yes [1](../crates/x/tests/it/a.rs "one")'), [])
        self.assertEqual(self._faults("no"), [])
        self.assertIn("no test is linked", self._faults("yes")[0])
        self.assertIn("no test is linked", self._faults("partly: some")[0])
        self.assertIn("has no test 'two'", self._faults('yes [1](../crates/x/tests/it/a.rs "two")')[0])
        self.assertIn("has no test 'one'", self._faults('no [1](../crates/x/tests/it/c.rs "one")')[0])
        self.assertIn("begins with one of", self._faults("certainly")[0])

    def test_is_one_only_when_it_compares_something(self) -> None:
        self.assertEqual(comparison.faults("words", ALL_WELL), ["docs/comparison.md compares nothing"])


if __name__ == "__main__":
    unittest.main()
