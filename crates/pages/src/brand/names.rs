//! What a template and a text name, and on which line.

use std::collections::BTreeSet;

use fluent_syntax::ast;

/// The variables of a pattern.
pub(crate) fn variables(pattern: &ast::Pattern<&str>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    of_pattern(pattern, &mut found);
    found
}

fn of_pattern(pattern: &ast::Pattern<&str>, into: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let ast::PatternElement::Placeable { expression } = element {
            of_expression(expression, into);
        }
    }
}

fn of_expression(expression: &ast::Expression<&str>, into: &mut BTreeSet<String>) {
    match expression {
        ast::Expression::Inline(inline) => of_inline(inline, into),
        ast::Expression::Select { selector, variants } => {
            of_inline(selector, into);
            variants.iter().for_each(|it| of_pattern(&it.value, into));
        }
    }
}

fn of_inline(inline: &ast::InlineExpression<&str>, into: &mut BTreeSet<String>) {
    match inline {
        ast::InlineExpression::VariableReference { id } => {
            into.insert(id.name.to_owned());
        }
        ast::InlineExpression::Placeable { expression } => of_expression(expression, into),
        ast::InlineExpression::StringLiteral { .. }
        | ast::InlineExpression::NumberLiteral { .. }
        | ast::InlineExpression::FunctionReference { .. }
        | ast::InlineExpression::MessageReference { .. }
        | ast::InlineExpression::TermReference { .. } => {}
    }
}

/// The values that a template takes of `page`, each with the line where it first stands.
pub(crate) fn values(template: &str) -> Vec<(String, usize)> {
    let mut found: Vec<(String, usize)> = Vec::new();
    for (number, line) in template.lines().enumerate() {
        let mut pieces = line.split("page.");
        let mut before = pieces.next().unwrap_or_default();
        for rest in pieces {
            let name: String = rest.chars().take_while(|c| is_word(*c)).collect();
            let whole = !before.ends_with(|c| is_word(c) || matches!(c, '"' | '-' | '/'));
            if whole && !found.iter().any(|(known, _)| *known == name) {
                found.push((name, number + 1));
            }
            before = rest;
        }
    }
    found
}

/// The templates that a template includes or extends.
pub(crate) fn included(template: &str) -> impl Iterator<Item = &str> {
    let after = |word| template.split(word).skip(1);
    let quoted = |rest: &'_ str| -> Option<(usize, usize)> {
        let start = rest.find('"')? + 1;
        let length = rest.get(start..)?.find('"')?;
        Some((start, start + length))
    };
    let named = ["include ", "import ", "from "].into_iter().flat_map(after);
    named.filter_map(move |rest| {
        let (start, end) = quoted(rest)?;
        rest.get(start..end).filter(|_| start == 1)
    })
}

/// The line of a place in a text.
pub(crate) fn line(text: &str, place: usize) -> usize {
    let before = text.get(..place).unwrap_or(text);
    before.matches('\n').count() + 1
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_of_a_page_are_found_with_their_lines() {
        let template =
            "{{ page.a }} {{ t(\"x\", b=page.b_1) }}\n{% if page.a and page.c.d %}{{ homepage.x }}";
        let expected = [("a", 1), ("b_1", 1), ("c", 2)].map(|(name, line)| (name.to_owned(), line));
        assert!(
            values(template).starts_with(&expected[..]),
            "{:?}",
            values(template)
        );
        let template = "{% include \"a.html\" %}{% from \"b.html\" import x %}{% include name %}";
        assert_eq!(included(template).collect::<Vec<_>>(), ["a.html", "b.html"]);
    }
}
