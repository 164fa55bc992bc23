package caravan.torture;

import caravan.testbed.S3Server;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * The keys of an archive as its specification reads them, without Caravan's own code.
 *
 * @param keys all of them, without the archive's prefix
 */
record StoredKeys(List<String> keys) {
    private static final Pattern NAME = Pattern.compile("(\\d{20})-(\\d{20})-.*\\.(zip|gap)");

    /** Asks the server itself, not through the proxy. */
    static StoredKeys of(S3Server s3, String archive) {
        return new StoredKeys(s3.objects(archive)
                .map(S3Object::key)
                .map(key -> key.substring(archive.length() + 1))
                .toList());
    }

    /** Number of objects. */
    long objects() {
        return keys.stream().filter(key -> key.endsWith(".zip")).count();
    }

    /** Number of ranges that could not be stored. */
    long gaps() {
        return keys.stream().filter(key -> key.endsWith(".gap")).count();
    }

    /** Number of objects that begin before another one of their partition ends: two processes stored the same records. */
    long overlaps() {
        Map<String, Long> reached = new HashMap<>();
        long overlaps = 0;
        // A partition's keys are in the order of their first offsets.
        for (String key : keys) {
            Matcher name = NAME.matcher(key.substring(key.lastIndexOf('/') + 1));
            if (name.matches()) {
                String folder = key.substring(0, key.lastIndexOf('/'));
                long next = reached.getOrDefault(folder, 0L);
                overlaps += Long.parseLong(name.group(1)) < next ? 1 : 0;
                reached.put(folder, Math.max(next, Long.parseLong(name.group(2))));
            }
        }
        return overlaps;
    }

    /** Whether the archive has begun with a life of a topic, which it may end without a record. */
    boolean knows(String topic, String timeline) {
        String snapshot = String.format("topics/%s/%s/topic-", topic, timeline);
        return keys.stream().anyMatch(key -> key.startsWith(snapshot));
    }

    /** The first offset of a partition that nothing answers for, from 0 on. */
    long coveredTo(String topic, String timeline, int partition) {
        String folder = String.format("topics/%s/%s/%05d/", topic, timeline, partition);
        TreeMap<Long, Long> ranges = new TreeMap<>();
        for (String key : keys) {
            Matcher name = NAME.matcher(key.startsWith(folder) ? key.substring(folder.length()) : "");
            if (name.matches()) {
                ranges.merge(Long.parseLong(name.group(1)), Long.parseLong(name.group(2)), Math::max);
            }
        }
        long covered = 0;
        for (var range : ranges.entrySet()) {
            covered = range.getKey() <= covered ? Math.max(covered, range.getValue()) : covered;
        }
        return covered;
    }
}
