package caravan.restore;

import caravan.archive.Digests;
import caravan.archive.PartitionNumbers;
import caravan.archive.TimeWindow;
import caravan.kafka.GroupFilter;
import caravan.kafka.TopicFilter;
import caravan.restore.RestoreException.Kind;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.camel.util.TimeUtils;

/**
 * What a restore is asked for. Made of parameters as the route templates and the command have them; those that are empty, or not
 * given, mean the default.
 */
public final class RestoreRequest {

    /** Parameters that decide which records go where, and in which order: a restore goes on only where these are the same. */
    private static final List<String> IDENTITY = List.of(
            "topics",
            "excludeTopics",
            "rename",
            "timeline",
            "partitions",
            "fromTime",
            "toTime",
            "timeSlack",
            "fromOffset",
            "toOffset",
            "limit",
            "append",
            "acceptLoss",
            "step");

    private final SortedMap<String, String> parameters = new TreeMap<>();
    private final TopicFilter topics;
    private final Renames renames;
    private final Selection selection;
    private final OptionalInt replicationFactor;
    private final GroupFilter groups;
    private final OptionalLong groupsAt;

    /** @throws RestoreException where a value is not what it should be */
    public RestoreRequest(Map<String, String> given) {
        given.forEach((name, value) -> {
            if (!value.isBlank() && !value.equals("false")) {
                parameters.put(name, value.strip());
            }
        });
        try {
            topics = TopicFilter.of(text("topics", ".*"), text("excludeTopics", ""));
        } catch (IllegalArgumentException e) {
            throw new RestoreException(Kind.CHOICE_NEEDED, e.getMessage(), "see --topics", e);
        }
        renames = Renames.parse(text("rename", ""));
        selection = selected();
        try {
            groups = GroupFilter.of(text("groups", ""));
            groupsAt = TimeWindow.of(text("groupsAt", ""), "").from();
        } catch (IllegalArgumentException e) {
            throw new RestoreException(Kind.CHOICE_NEEDED, e.getMessage(), "see 'restore --help'", e);
        }
        if (groupsAt.isPresent() && groups.isEmpty()) {
            throw new RestoreException(
                    Kind.CHOICE_NEEDED,
                    "a time is given for the offsets of consumer groups, but no groups",
                    "say which with --groups");
        }
        replicationFactor = has("replicationFactor")
                ? OptionalInt.of((int) number("replicationFactor", -1, 1, Short.MAX_VALUE))
                : OptionalInt.empty();
    }

    private Selection selected() {
        PartitionNumbers partitions;
        TimeWindow window;
        try {
            partitions = PartitionNumbers.of(text("partitions", ""));
            window = TimeWindow.of(text("fromTime", ""), text("toTime", ""));
        } catch (IllegalArgumentException e) {
            throw new RestoreException(Kind.CHOICE_NEEDED, e.getMessage(), "see 'restore --help'", e);
        }
        long from = number("fromOffset", 0, 0, Long.MAX_VALUE);
        long to = number("toOffset", Long.MAX_VALUE, 0, Long.MAX_VALUE);
        if (to <= from) {
            throw new RestoreException(
                    Kind.CHOICE_NEEDED,
                    "no offset is from " + from + " on and before " + to,
                    "--from-offset is inclusive, --to-offset is exclusive");
        }
        return new Selection(partitions, window, slack(), from, to, number("limit", Long.MAX_VALUE, 1, Long.MAX_VALUE));
    }

    private OptionalLong slack() {
        if (!has("timeSlack")) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(TimeUtils.toMilliSeconds(text("timeSlack", "")));
        } catch (IllegalArgumentException e) {
            throw new RestoreException(
                    Kind.CHOICE_NEEDED,
                    "'" + text("timeSlack", "") + "' is no time for timeSlack",
                    "write it as 500ms, 60s, 15m, 1h or 90d",
                    e);
        }
    }

    private long number(String name, long unlessGiven, long least, long most) {
        if (!has(name)) {
            return unlessGiven;
        }
        String text = parameters.get(name);
        try {
            long number = Long.parseLong(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // The same answer as to a number that is too small or too large.
        }
        throw new RestoreException(
                Kind.CHOICE_NEEDED,
                "'" + text + "' is no value for " + name,
                "it is a number from " + least + " on" + (most == Long.MAX_VALUE ? "" : ", to " + most));
    }

    private boolean has(String name) {
        return parameters.containsKey(name);
    }

    private String text(String name, String unlessGiven) {
        return parameters.getOrDefault(name, unlessGiven);
    }

    public TopicFilter topics() {
        return topics;
    }

    public Renames renames() {
        return renames;
    }

    /** {@code newest}, a timeline's name, or empty where each topic has one with data. */
    public String timeline() {
        return text("timeline", "");
    }

    public Selection selection() {
        return selection;
    }

    /** Whether records are added to topics that have some. */
    public boolean append() {
        return has("append");
    }

    /** Whether what is missing or damaged in the archive is left out. */
    public boolean acceptLoss() {
        return has("acceptLoss");
    }

    /** Replicas of topics that are created; the source's unless given. */
    public OptionalInt replicationFactor() {
        return replicationFactor;
    }

    /** Whether settings that the brokers don't take are left out. */
    public boolean ignoreUnsupportedConfigs() {
        return has("ignoreUnsupportedConfigs");
    }

    /** Whether retention is turned on at the end, even if it deletes restored records. */
    public boolean applyRetention() {
        return has("applyRetention");
    }

    /** Whether restored records are read again at the end, and compared with the archive's. */
    public boolean verify() {
        return has("verify");
    }

    /** Consumer groups whose offsets are set. */
    public GroupFilter groups() {
        return groups;
    }

    /** Time of the groups' offsets, epoch millis; empty for the end of the window, or the newest. */
    public OptionalLong groupsAt() {
        return groupsAt;
    }

    /** Whether each record passes through a step, which may change or drop it. */
    boolean transforms() {
        return has("step");
    }

    /** The parameters that decide which records go where, without those that have their default. */
    SortedMap<String, String> identity() {
        SortedMap<String, String> identity = new TreeMap<>(parameters);
        identity.keySet().retainAll(IDENTITY);
        return Collections.unmodifiableSortedMap(identity);
    }

    /** Name of all restores of this archive into this cluster that are asked for the same. */
    String fingerprint(String archiveId, String clusterId) {
        String all = archiveId + "\n" + clusterId + "\n" + identity();
        return Digests.hex(Digests.sha256().digest(all.getBytes(StandardCharsets.UTF_8)))
                .substring(0, 16);
    }
}
