package caravan.archive;

import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where everything lies in an archive. All keys are relative to the store's prefix.
 *
 * <pre>
 * archive.json
 * topics/&lt;topic&gt;/&lt;timeline&gt;/topic-&lt;millis, 13&gt;.json
 * topics/&lt;topic&gt;/&lt;timeline&gt;/&lt;partition, 5&gt;/&lt;object or gap&gt;
 * groups/groups-&lt;millis, 13&gt;.json
 * restores/&lt;restore id&gt;/{plan,report}.json
 * tasks/&lt;task name&gt;.json
 * </pre>
 */
public final class ArchiveLayout {
    public static final String ARCHIVE = "archive.json";
    public static final String TOPICS = "topics/";
    public static final String GROUPS = "groups/";
    public static final String RESTORES = "restores/";
    public static final String TASKS = "tasks/";

    private static final long MAX_MILLIS = 9_999_999_999_999L;
    /** What a broker accepts, see {@code org.apache.kafka.common.internals.Topic}. */
    private static final Pattern TOPIC = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._-]{1,249}");

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}");
    private static final Pattern TOPIC_KEY = Pattern.compile("topics/([^/]+)/([^/]+)/topic-([0-9]{13})\\.json");
    private static final Pattern PARTITION_KEY = Pattern.compile("topics/([^/]+)/([^/]+)/([0-9]{5,10})/([^/]+)");
    private static final Pattern GROUPS_KEY = Pattern.compile("groups/groups-([0-9]{13})\\.json");
    private static final Pattern RESTORE_KEY = Pattern.compile("restores/([^/]+)/(plan|report)\\.json");
    private static final Pattern TASK_KEY = Pattern.compile("tasks/([^/]+)\\.json");

    private ArchiveLayout() {}

    /** The folder of all lives of a topic, with a slash at its end. */
    public static String topicFolder(String topic) {
        checkTopic(topic);
        return TOPICS + topic + "/";
    }

    /** The folder of one life of a topic, with a slash at its end. */
    public static String timelineFolder(String topic, Timeline timeline) {
        return topicFolder(topic) + timeline.folder() + "/";
    }

    /** What a key stands for; empty for a key that Caravan does not write: a foreign file. */
    public static Optional<ArchiveKey> parse(String key) {
        if (key.equals(ARCHIVE)) {
            return Optional.of(new ArchiveKey.Archive());
        }
        return parse(PARTITION_KEY, key, ArchiveLayout::partition)
                .or(() -> parse(TOPIC_KEY, key, part -> Timeline.parse(part.group(2))
                        .map(timeline -> new ArchiveKey.Topic(part.group(1), timeline, Long.parseLong(part.group(3))))))
                .or(() -> parse(
                        GROUPS_KEY, key, part -> Optional.of(new ArchiveKey.Groups(Long.parseLong(part.group(1))))))
                .or(() -> parse(
                        RESTORE_KEY,
                        key,
                        part -> Optional.of(
                                part.group(2).equals("plan")
                                        ? new ArchiveKey.Plan(part.group(1))
                                        : new ArchiveKey.Report(part.group(1)))))
                .or(() -> parse(TASK_KEY, key, part -> Optional.of(new ArchiveKey.Task(part.group(1)))));
    }

    private static Optional<ArchiveKey> partition(Matcher part) {
        Optional<Timeline> timeline = Timeline.parse(part.group(2));
        Optional<PartitionKey> key = PartitionKey.parse(part.group(4));
        if (timeline.isEmpty() || key.isEmpty()) {
            return Optional.empty();
        }
        int partition = Integer.parseInt(part.group(3));
        return Optional.of(
                new ArchiveKey.Partition(new PartitionFolder(part.group(1), timeline.get(), partition), key.get()));
    }

    private static Optional<ArchiveKey> parse(
            Pattern pattern, String key, Function<Matcher, Optional<? extends ArchiveKey>> parser) {
        Matcher matcher = pattern.matcher(key);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            return parser.apply(matcher).map(ArchiveKey.class::cast).filter(parsed -> parsed.path()
                    .equals(key));
        } catch (IllegalArgumentException foreign) {
            return Optional.empty();
        }
    }

    static void checkTopic(String topic) {
        if (!TOPIC.matcher(topic).matches()) {
            throw new IllegalArgumentException("not a topic name: '" + topic + "'");
        }
    }

    /** Names of restores and tasks are parts of keys: letters, digits, '.', '_' and '-'; no leading dot; at most 200. */
    static void checkName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not a name for a key: '" + name + "'");
        }
    }

    static void checkMillis(long millis) {
        if (millis < 0 || millis > MAX_MILLIS) {
            throw new IllegalArgumentException("not a time of at most 13 digits: " + millis);
        }
    }
}
