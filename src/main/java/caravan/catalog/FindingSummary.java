package caravan.catalog;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Locale;

/**
 * One {@link Finding} as it is told in JSON. What it is not about is null.
 *
 * @param severity warning or failure
 * @param kind gap, pruned, hole, foreign-file, document, object, overlap, difference, missing-topic or not-compared
 * @param from first offset, inclusive
 * @param next last offset, exclusive
 * @param key in the archive, without the store's prefix
 * @param hint what can be done about it
 */
@JsonPropertyOrder({"severity", "kind", "topic", "timeline", "partition", "from", "next", "key", "message", "hint"})
public record FindingSummary(
        String severity,
        String kind,
        String topic,
        String timeline,
        Integer partition,
        Long from,
        Long next,
        String key,
        String message,
        String hint) {

    /** Says what the finding says. */
    public static FindingSummary of(Finding finding) {
        return new FindingSummary(
                name(finding.severity()),
                name(finding.kind()),
                finding.topic().orElse(null),
                finding.partition().map(folder -> folder.timeline().folder()).orElse(null),
                finding.partition().map(folder -> folder.partition()).orElse(null),
                finding.offsets().map(range -> range.from()).orElse(null),
                finding.offsets().map(range -> range.next()).orElse(null),
                finding.key().orElse(null),
                finding.message(),
                finding.hint());
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
