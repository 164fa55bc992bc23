package caravan.catalog;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Which records of a topic somebody wants to see.
 *
 * @param partition the only one; empty for all, in the order of time
 * @param from first offset of partitions, inclusive, or with {@code end} the end, exclusive; those that are not named begin where
 *     they begin, or end where they end
 * @param time epoch millis: only records at or after it; empty for all
 * @param key matches somewhere in the key, read as UTF-8; empty for all
 * @param end whether the last such records are wanted, instead of the first
 * @param limit records at most, from 1 on
 */
public record RecordQuery(
        OptionalInt partition,
        Map<Integer, Long> from,
        OptionalLong time,
        Optional<Pattern> key,
        boolean end,
        int limit) {
    public RecordQuery {
        from = Map.copyOf(from);
    }
}
