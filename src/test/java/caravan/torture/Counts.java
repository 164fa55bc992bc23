package caravan.torture;

import java.util.Map;
import java.util.TreeMap;

/** What was done so far, by name: {@code process-killed}, {@code restores killed}, … */
final class Counts {
    private final Map<String, Long> counts = new TreeMap<>();

    synchronized void add(String name, long more) {
        counts.merge(name, more, Long::sum);
    }

    synchronized long get(String name) {
        return counts.getOrDefault(name, 0L);
    }

    synchronized Map<String, Long> all() {
        return new TreeMap<>(counts);
    }
}
