package caravan.it;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.testbed.TestS3;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The keys of an archive as its specification reads them, without Caravan's own code. */
record StoredObjects(String bucket, List<Stored> objects) {
    private static final Pattern KEY = Pattern.compile(
            "archive/topics/(?<topic>[^/]+)/(?<timeline>[^/]+)/(?<partition>\\d{5})/"
                    + "(?<from>\\d{20})-(?<next>\\d{20})-(?<epoch>-?\\d+)(-(?<records>\\d+)-(?<base>-?\\d+)-(?<max>-?\\d+)\\.zip|\\.gap)");

    /** An object or a gap: offsets {@code from} (inclusive) to {@code next} (exclusive). */
    record Stored(String key, String topic, String timeline, int partition, long from, long next, long records) {
        boolean isGap() {
            return key.endsWith(".gap");
        }
    }

    /** What lies in the store that {@link TestS3#newStore()} named. */
    static StoredObjects of(TestS3 s3, String store) {
        String bucket = store.substring("s3://".length(), store.indexOf('/', "s3://".length()));
        List<Stored> objects = new ArrayList<>();
        for (String key : s3.keys(bucket, "archive/topics/")) {
            Matcher matcher = KEY.matcher(key);
            if (matcher.matches()) {
                objects.add(new Stored(
                        key,
                        matcher.group("topic"),
                        matcher.group("timeline"),
                        Integer.parseInt(matcher.group("partition")),
                        Long.parseLong(matcher.group("from")),
                        Long.parseLong(matcher.group("next")),
                        matcher.group("records") == null ? 0 : Long.parseLong(matcher.group("records"))));
            }
        }
        return new StoredObjects(bucket, objects);
    }

    /** Objects and gaps of one partition, by offset. */
    List<Stored> of(String topic, int partition) {
        return objects.stream()
                .filter(object -> object.topic().equals(topic) && object.partition() == partition)
                .sorted(Comparator.comparingLong(Stored::from).thenComparingLong(Stored::next))
                .toList();
    }

    /** Where coverage that begins at {@code start} ends: the first offset that no object or gap answers for. */
    long coveredTo(String topic, int partition, long start) {
        long at = start;
        for (Stored stored : of(topic, partition)) {
            if (stored.from() <= at) {
                at = Math.max(at, stored.next());
            }
        }
        return at;
    }

    /** The records of a partition, where no two objects overlap. */
    long records(String topic, int partition) {
        return of(topic, partition).stream().mapToLong(Stored::records).sum();
    }

    /** Fails unless each object of the partition begins where the one before it ends, the first at {@code start}. */
    void assertContiguous(String topic, int partition, long start, long end) {
        long at = start;
        for (Stored stored : of(topic, partition)) {
            assertThat(stored.from())
                    .as("the object after %d in %s-%d", at, topic, partition)
                    .isEqualTo(at);
            at = stored.next();
        }
        assertThat(at).as("end of coverage of %s-%d", topic, partition).isEqualTo(end);
    }
}
