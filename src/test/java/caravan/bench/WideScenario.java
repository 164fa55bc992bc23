package caravan.bench;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Backs up 1,000 partitions with default settings, for its memory. Then once more with objects of two seconds, to see when each
 * partition got its first one: a partition that is starved gets it late.
 */
final class WideScenario implements Scenario {
    private static final double MOST_RSS = 512e6;
    private static final List<String> YOUNG_OBJECTS = List.of("--max-age", "2s");
    /** A fetch that goes round gives each partition a first share in the first quarter of the run; its object is 2 s old then. */
    private static final double LATEST_FIRST_OBJECT = 0.75;

    @Override
    public String id() {
        return "H";
    }

    @Override
    public Result run(TestStand stand) {
        DataSets.Filled data = stand.dataSets().fill(DataSet.WIDE);
        List<Round> rounds = new ArrayList<>();
        for (int i = 0; i < stand.options().rounds(); i++) {
            String archive = "wide-" + i;
            Figures caravan =
                    stand.measure(() -> BackupScenario.backUp(stand, data.set().topic(), archive, List.of()));
            ArchiveFacts facts = facts(stand, data, archive);
            stand.s3().delete(archive);
            Console.step(
                    "H, round %d: caravan %.1f s, %.0f MB",
                    i, caravan.process().wallSeconds(), caravan.process().peakRssBytes() / 1e6);
            rounds.add(new Round(
                    Optional.empty(),
                    caravan,
                    GroupTimes.assignedToCommitted(stand.broker().bootstrapServers(), archive),
                    facts.storedBytes(),
                    facts.objects()));
        }
        double latest = latestFirstObject(stand, data);
        Result result = new Result(
                id(),
                "back up " + data.set().title(),
                "",
                data.records(),
                data.payloadBytes(),
                rounds,
                List.of(),
                Map.of("share of a run with objects of 2 s until every partition had one", latest));
        return result.with(List.of(
                Check.atMost("peak RSS MB", result.caravan(Usage::peakRssBytes) / 1e6, MOST_RSS / 1e6),
                Check.atMost("first object of the last partition, share of the run", latest, LATEST_FIRST_OBJECT)));
    }

    private static double latestFirstObject(TestStand stand, DataSets.Filled data) {
        String archive = "wide-fair";
        Finished run = BackupScenario.backUp(stand, data.set().topic(), archive, YOUNG_OBJECTS);
        facts(stand, data, archive);
        Map<String, Instant> first = new HashMap<>();
        stand.s3()
                .objects(archive)
                .filter(object -> object.key().endsWith(".zip"))
                .forEach(object -> first.merge(
                        folder(object), object.lastModified(), (one, other) -> one.isBefore(other) ? one : other));
        stand.s3().delete(archive);
        long latest =
                first.values().stream().mapToLong(Instant::toEpochMilli).max().orElseThrow();
        return (latest - run.startedAt()) / 1e3 / run.usage().wallSeconds();
    }

    private static String folder(S3Object object) {
        return object.key().substring(0, object.key().lastIndexOf('/'));
    }

    private static ArchiveFacts facts(TestStand stand, DataSets.Filled data, String archive) {
        ArchiveFacts facts = stand.caravan().list(stand.s3().store(archive));
        facts.require(archive, data.records());
        long filled = data.ends().values().stream().filter(end -> end > 0).count();
        if (facts.partitions() < filled) {
            throw new BenchException(facts.partitions() + " of " + filled + " partitions are in the archive");
        }
        return facts;
    }
}
