package caravan.kafka;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A comma-separated list, as a user writes it. An entry of {@code [A-Za-z0-9._-]} only is a name; any other is a regular
 * expression for the whole name. Commas inside of braces, brackets and parentheses belong to the expression.
 *
 * @param names in the order given
 */
public record NameList(Set<String> names, List<Pattern> expressions) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]+");

    /** @throws IllegalArgumentException where an expression is not one */
    static NameList parse(String list) {
        Set<String> names = new LinkedHashSet<>();
        List<Pattern> expressions = new ArrayList<>();
        for (String entry : entries(list)) {
            if (NAME.matcher(entry).matches()) {
                names.add(entry);
            } else {
                expressions.add(compiled(entry));
            }
        }
        return new NameList(names, expressions);
    }

    boolean expressionMatches(CharSequence name) {
        return expressions.stream()
                .anyMatch(expression -> expression.matcher(name).matches());
    }

    private static Pattern compiled(String expression) {
        try {
            return Pattern.compile(expression);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "'" + expression + "' is not a regular expression: " + e.getDescription(), e);
        }
    }

    /** The entries of a comma-separated list, without white space around them. */
    public static List<String> entries(String list) {
        List<String> entries = new ArrayList<>();
        StringBuilder entry = new StringBuilder();
        int depth = 0;
        for (char c : list.toCharArray()) {
            if (c == ',' && depth <= 0) {
                entries.add(entry.toString().strip());
                entry.setLength(0);
                continue;
            }
            depth += "([{".indexOf(c) >= 0 ? 1 : ")]}".indexOf(c) >= 0 ? -1 : 0;
            entry.append(c);
        }
        entries.add(entry.toString().strip());
        return entries.stream().filter(text -> !text.isEmpty()).toList();
    }
}
