package caravan.catalog;

import caravan.catalog.Finding.Kind;
import caravan.catalog.Finding.Severity;
import caravan.store.Store;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What the keys of an archive said when they were checked: gaps, holes, foreign files, missing snapshots. The objects' own bytes
 * were not read.
 *
 * @param at when it was begun
 * @param topics number of topics that were checked
 * @param objects number of objects that they have
 */
public record ArchiveCheck(Instant at, int topics, long objects, List<Finding> findings) {

    /**
     * Checks the topics of an archive that this holds for. Blocking, one listing of the whole archive.
     *
     * @throws caravan.store.StoreException where the store does not answer
     */
    public static ArchiveCheck of(Store store, Predicate<String> topics) {
        Instant now = Instant.now();
        KeyCheck keys = new KeyCheck(store, now);
        List<Finding> findings = new ArrayList<>();
        int checked = 0;
        long objects = 0;
        try (Stream<TopicContents> contents =
                new Catalog(store).contents(entry -> findings.add(KeyCheck.foreign(Optional.empty(), entry)))) {
            for (TopicContents topic : (Iterable<TopicContents>) contents::iterator) {
                if (topics.test(topic.topic())) {
                    findings.addAll(keys.check(topic));
                    checked++;
                    objects += topic.timelines().stream()
                            .mapToLong(TimelineContents::objects)
                            .sum();
                }
            }
        }
        return new ArchiveCheck(now, checked, objects, List.copyOf(findings));
    }

    /** Number of findings that somebody should look at; what was pruned on purpose is not one of them. */
    public long warnings() {
        return findings.stream()
                .filter(finding -> finding.severity() == Severity.WARNING && finding.kind() != Kind.PRUNED)
                .count();
    }

    /** Number of findings that are damage. */
    public long failures() {
        return findings.stream()
                .filter(finding -> finding.severity() == Severity.FAILURE)
                .count();
    }

    /** {@code ok}, {@code warning} or {@code failure}: the worst finding. */
    public String verdict() {
        return failures() > 0 ? "failure" : findings.isEmpty() ? "ok" : "warning";
    }
}
