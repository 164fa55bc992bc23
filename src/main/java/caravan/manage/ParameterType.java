package caravan.manage;

import caravan.archive.Compression;
import caravan.archive.FrameCodecs;
import caravan.archive.PartitionNumbers;
import caravan.archive.TimeWindow;
import caravan.archive.Timeline;
import caravan.backup.BackupTask;
import caravan.kafka.GroupFilter;
import caravan.kafka.TopicFilter;
import caravan.restore.Renames;
import caravan.restore.RestoreException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.camel.util.TimeUtils;

/** What a parameter's value has to be, so that a service refuses a wrong one before anything starts. */
enum ParameterType {
    TOPICS("topics", "", "names and regular expressions, comma-separated, such as orders,pay.*", ParameterType::topics),
    RENAMES("names", "", "old=new, comma-separated", ParameterType::renames),
    TIMELINE(
            "timeline",
            "",
            "newest, or a timeline's name, as 'list' shows it",
            value -> value.equals("newest") || Timeline.parse(value).isPresent()),
    GROUP(
            "name",
            "",
            "at most 249 characters",
            value -> value.strip().length() == value.length() && value.length() < 250),
    GROUPS(
            "groups",
            "",
            "names and regular expressions, comma-separated, such as billing,app-.*, or nothing",
            ParameterType::groups),
    ENDPOINT("endpoint", "", "an endpoint, such as direct:mask", value -> value.matches("[a-z][a-zA-Z0-9+.-]*:.+")),
    OBJECT_BYTES(
            "number",
            "bytes",
            "a number of bytes from 1 to " + BackupTask.LARGEST_OBJECT,
            value -> within(value, BackupTask.LARGEST_OBJECT)),
    BATCH_BYTES("number", "bytes", "a number of bytes from 1 to " + (16 << 20), value -> within(value, 16 << 20)),
    RATE(
            "number",
            "bytes a second",
            "a number of bytes a second, or 0 for no limit",
            value -> value.matches("[0-9]{1,18}")),
    AGE(
            "time",
            "d, h, m, s, ms",
            "a time longer than none with d, h, m, s or ms, such as 60s",
            value -> time(value) && TimeUtils.toMilliSeconds(value) > 0),
    INTERVAL(
            "time", "d, h, m, s, ms", "a time with d, h, m, s or ms, such as 24h, or 0 for never", ParameterType::time),
    COMPRESSION("choice", "", "one of auto, zstd, stored, deflate", value -> Arrays.stream(Compression.values())
            .anyMatch(choice -> choice.name().equals(value.toUpperCase(Locale.ROOT)))),
    ZSTD_LEVEL(
            "number",
            "",
            "a number from 1 to " + FrameCodecs.HIGHEST_ZSTD_LEVEL,
            value -> within(value, FrameCodecs.HIGHEST_ZSTD_LEVEL)),
    PARTITIONS(
            "partitions",
            "",
            "partitions and ranges of them, comma-separated, such as 0,2-5",
            ParameterType::partitions),
    POINT_IN_TIME(
            "point in time",
            "",
            "a time such as 2026-11-28T14:03:00Z, or epoch milliseconds",
            ParameterType::pointInTime),
    SLACK("time", "d, h, m, s, ms", "a time with d, h, m, s or ms, such as 1h", ParameterType::time),
    OFFSET("number", "", "an offset: a number from 0 on", value -> value.matches("[0-9]{1,18}")),
    COUNT("number", "records", "a number from 1 on", value -> within(value, Long.MAX_VALUE)),
    REPLICAS("number", "", "a number from 1 to " + Short.MAX_VALUE, value -> within(value, Short.MAX_VALUE)),
    DIRECTORY("directory", "", "the absolute path of a directory", value -> value.startsWith("/")),
    FLAG("truth", "", "true or false", List.of("true", "false")::contains);

    /** A number alone counts milliseconds. */
    private static final Pattern TIME = Pattern.compile(
            "(?=[0-9])(?:[0-9]{1,5}d)?(?:[0-9]{1,6}h)?(?:[0-9]{1,8}m)?(?:[0-9]{1,9}s)?(?:[0-9]{1,12}ms)?|[0-9]{1,12}");

    private static final Map<String, ParameterType> BY_NAME = Map.ofEntries(
            Map.entry("topics", TOPICS),
            Map.entry("excludeTopics", TOPICS),
            Map.entry("group", GROUP),
            Map.entry("groups", GROUPS),
            Map.entry("groupsInterval", AGE),
            Map.entry("allowUnidentifiedTopics", FLAG),
            Map.entry("step", ENDPOINT),
            Map.entry("maxBytes", OBJECT_BYTES),
            Map.entry("maxAge", AGE),
            Map.entry("maxRate", RATE),
            Map.entry("compression", COMPRESSION),
            Map.entry("zstdLevel", ZSTD_LEVEL),
            Map.entry("verifyInterval", INTERVAL),
            Map.entry("rename", RENAMES),
            Map.entry("timeline", TIMELINE),
            Map.entry("partitions", PARTITIONS),
            Map.entry("fromTime", POINT_IN_TIME),
            Map.entry("toTime", POINT_IN_TIME),
            Map.entry("timeSlack", SLACK),
            Map.entry("fromOffset", OFFSET),
            Map.entry("toOffset", OFFSET),
            Map.entry("limit", COUNT),
            Map.entry("append", FLAG),
            Map.entry("acceptLoss", FLAG),
            Map.entry("replicationFactor", REPLICAS),
            Map.entry("ignoreUnsupportedConfigs", FLAG),
            Map.entry("applyRetention", FLAG),
            Map.entry("groupsAt", POINT_IN_TIME),
            Map.entry("verify", FLAG),
            Map.entry("planDir", DIRECTORY),
            Map.entry("batchBytes", BATCH_BYTES));

    private final String word;
    private final String unit;
    private final String form;
    private final Predicate<String> rule;

    ParameterType(String word, String unit, String form, Predicate<String> rule) {
        this.word = word;
        this.unit = unit;
        this.form = form;
        this.rule = rule;
    }

    /** The type of a parameter of Caravan's own templates; empty for others. */
    static Optional<ParameterType> of(String parameter) {
        return Optional.ofNullable(BY_NAME.get(parameter));
    }

    /** What it is called in the table of parameters. */
    String word() {
        return word;
    }

    /** Units that its values have; may be empty. */
    String unit() {
        return unit;
    }

    /** What values look like, for one who wrote another. */
    String form() {
        return form;
    }

    boolean allows(String value) {
        return rule.test(value);
    }

    private static boolean topics(String value) {
        try {
            TopicFilter.of(value, "");
            return !value.replace(',', ' ').isBlank();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean groups(String value) {
        try {
            GroupFilter.of(value);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean renames(String value) {
        try {
            Renames.parse(value);
            return true;
        } catch (RestoreException e) {
            return false;
        }
    }

    private static boolean partitions(String value) {
        try {
            return !PartitionNumbers.of(value).isAll();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean pointInTime(String value) {
        try {
            return !TimeWindow.of(value, "").isAll();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean within(String value, long most) {
        return value.matches("[0-9]{1,18}") && Long.parseLong(value) > 0 && Long.parseLong(value) <= most;
    }

    private static boolean time(String value) {
        return TIME.matcher(value).matches();
    }
}
