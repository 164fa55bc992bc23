package caravan.torture;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Compares what producers were promised with what was restored, partition by partition. */
final class Comparison {
    private static final int MOST_FINDINGS = 40;

    private final List<String> findings = new ArrayList<>();
    private final List<Lost> lost = new ArrayList<>();
    private long restored;
    private long unknownRestored;
    private long doubled;
    private long changed;
    private long disordered;
    private long abortedRestored;
    private long strangers;

    /** An acknowledged record that was not restored. */
    record Lost(Life life, int partition, Entry entry) {
        @Override
        public String toString() {
            return entry.id() + " of " + life + ", partition " + partition + ", offset " + entry.offset();
        }
    }

    /**
     * Compares a partition.
     *
     * @param entries all that was sent to it, in any order
     * @param records all that is in its restored copy, in the order of the log
     */
    void compare(Life life, int partition, List<Entry> entries, Iterator<ConsumerRecord<byte[], byte[]>> records) {
        Map<RecordId, Entry> sent = new HashMap<>();
        entries.forEach(entry -> sent.put(entry.id(), entry));
        Map<RecordId, Integer> order = new HashMap<>();
        entries.stream()
                .filter(entry -> entry.fate() == Fate.ACKNOWLEDGED && entry.offset() >= 0)
                .sorted(Comparator.comparingLong(Entry::offset))
                .forEach(entry -> order.put(entry.id(), order.size()));
        Set<RecordId> seen = new HashSet<>();
        int reached = -1;
        while (records.hasNext()) {
            ConsumerRecord<byte[], byte[]> copy = records.next();
            restored++;
            String where = life + ", partition " + partition + ": ";
            Optional<RecordId> id = RecordId.in(copy.key(), copy.value());
            Entry entry = id.map(sent::get).orElse(null);
            if (entry == null) {
                strangers++;
                found(where + "nobody sent what is at offset " + copy.offset() + " of the copy");
                continue;
            }
            if (!seen.add(entry.id())) {
                doubled++;
                found(where + entry.id() + " is there again at offset " + copy.offset()
                        + " of the copy; in the source at " + entry.offset());
                continue;
            }
            if (entry.fate() == Fate.ABORTED) {
                abortedRestored++;
                found(where + entry.id() + " is of an aborted transaction");
            }
            unknownRestored += entry.fate() == Fate.UNKNOWN ? 1 : 0;
            if (!entry.print().equals(Fingerprint.of(copy.key(), copy.value(), copy.headers()))
                    || entry.timestamp() >= 0 && entry.timestamp() != copy.timestamp()) {
                changed++;
                found(where + entry.id() + " has other bytes, or another time: " + copy.timestamp() + ", not "
                        + entry.timestamp());
            }
            int place = order.getOrDefault(entry.id(), reached);
            if (place < reached) {
                disordered++;
                found(where + entry.id() + " comes behind one that it came before in the source");
            }
            reached = Math.max(reached, place);
        }
        entries.stream()
                .filter(entry -> entry.fate() == Fate.ACKNOWLEDGED && !seen.contains(entry.id()))
                .sorted(Comparator.comparingLong(Entry::offset))
                .forEach(entry -> lost.add(new Lost(life, partition, entry)));
    }

    private void found(String what) {
        if (findings.size() < MOST_FINDINGS) {
            findings.add(what);
        }
    }

    /** What is wrong, the first of it, without what is lost. */
    List<String> findings() {
        return List.copyOf(findings);
    }

    List<Lost> lost() {
        return List.copyOf(lost);
    }

    /** Records in the copies. */
    long restored() {
        return restored;
    }

    /** Restored records of which nobody was told whether they are there. */
    long unknownRestored() {
        return unknownRestored;
    }

    /** Restored again. */
    long doubled() {
        return doubled;
    }

    /** With other bytes or another timestamp. */
    long changed() {
        return changed;
    }

    /** Behind a record that they came before. */
    long disordered() {
        return disordered;
    }

    /** Of aborted transactions. */
    long abortedRestored() {
        return abortedRestored;
    }

    /** That nobody sent. */
    long strangers() {
        return strangers;
    }

    /** Whether every record that was promised is there, once, as it was, and nothing else. */
    boolean sound() {
        return lost.isEmpty() && doubled + changed + disordered + abortedRestored + strangers == 0;
    }
}
