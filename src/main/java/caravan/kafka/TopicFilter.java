package caravan.kafka;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.apache.kafka.common.internals.Topic;

/**
 * Which topics are meant: a comma-separated list. An entry of {@code [A-Za-z0-9._-]} only is a name; any other is a regular
 * expression for the whole name. Commas inside of braces, brackets and parentheses belong to the expression. Kafka's own
 * topics are only ever named, never matched.
 */
public final class TopicFilter {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]+");

    private final Set<String> names = new LinkedHashSet<>();
    private final List<Pattern> expressions = new ArrayList<>();
    private final TopicFilter excluded;

    private TopicFilter(String topics, TopicFilter excluded) {
        this.excluded = excluded;
        for (String entry : entries(topics)) {
            if (NAME.matcher(entry).matches()) {
                names.add(entry);
            } else {
                expressions.add(compiled(entry));
            }
        }
    }

    /**
     * @param topics what is meant
     * @param excluded what is not, in the same form; may be empty
     * @throws IllegalArgumentException where an expression is not one
     */
    public static TopicFilter of(String topics, String excluded) {
        return new TopicFilter(topics, excluded.isBlank() ? null : new TopicFilter(excluded, null));
    }

    private static Pattern compiled(String expression) {
        try {
            return Pattern.compile(expression);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "'" + expression + "' is not a regular expression: " + e.getDescription(), e);
        }
    }

    private static List<String> entries(String topics) {
        List<String> entries = new ArrayList<>();
        StringBuilder entry = new StringBuilder();
        int depth = 0;
        for (char c : topics.toCharArray()) {
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

    public boolean matches(String topic) {
        if (excluded != null && excluded.matches(topic)) {
            return false;
        }
        return names.contains(topic)
                || !Topic.isInternal(topic)
                        && expressions.stream()
                                .anyMatch(
                                        expression -> expression.matcher(topic).matches());
    }

    /** Topics that are meant by name, in the order given. */
    public Set<String> names() {
        return names.stream().filter(this::matches).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Whether one of Kafka's own topics is meant. */
    public boolean namesInternalTopic() {
        return names().stream().anyMatch(Topic::isInternal);
    }

    /** One expression for a consumer to subscribe to; matches what {@link #matches} says. */
    public Pattern pattern() {
        List<String> alternatives = new ArrayList<>();
        names().forEach(name -> alternatives.add(Pattern.quote(name)));
        expressions.forEach(
                expression -> alternatives.add("(?!__consumer_offsets$|__transaction_state$)(?:" + expression + ")"));
        String all = "(?:" + String.join("|", alternatives) + ")";
        return Pattern.compile(excluded == null ? all : "(?!" + excluded.pattern() + "$)" + all);
    }
}
