package caravan.kafka;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.common.internals.Topic;

/** Which topics are meant: a {@link NameList}. Kafka's own topics are only ever named, never matched. */
public final class TopicFilter {
    private final NameList topics;
    private final TopicFilter excluded;

    private TopicFilter(String topics, TopicFilter excluded) {
        this.topics = NameList.parse(topics);
        this.excluded = excluded;
    }

    /**
     * @param topics what is meant
     * @param excluded what is not, in the same form; may be empty
     * @throws IllegalArgumentException where an expression is not one
     */
    public static TopicFilter of(String topics, String excluded) {
        return new TopicFilter(topics, excluded.isBlank() ? null : new TopicFilter(excluded, null));
    }

    public boolean matches(String topic) {
        return matches(topic, name -> name);
    }

    /** @param text how expressions read a name, which may throw where they read for too long */
    public boolean matches(String topic, Function<String, CharSequence> text) {
        if (excluded != null && excluded.matches(topic, text)) {
            return false;
        }
        return topics.names().contains(topic)
                || !Topic.isInternal(topic) && topics.expressionMatches(text.apply(topic));
    }

    /** Topics that are meant by name, in the order given. */
    public Set<String> names() {
        return topics.names().stream().filter(this::matches).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Whether one of Kafka's own topics is meant. */
    public boolean namesInternalTopic() {
        return names().stream().anyMatch(Topic::isInternal);
    }

    /** One expression for a consumer to subscribe to; matches what {@link #matches} says. */
    public Pattern pattern() {
        List<String> alternatives = new ArrayList<>();
        names().forEach(name -> alternatives.add(Pattern.quote(name)));
        topics.expressions()
                .forEach(expression ->
                        alternatives.add("(?!__consumer_offsets$|__transaction_state$)(?:" + expression + ")"));
        String all = "(?:" + String.join("|", alternatives) + ")";
        return Pattern.compile(excluded == null ? all : "(?!" + excluded.pattern() + "$)" + all);
    }
}
