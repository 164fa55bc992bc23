package caravan.bench;

import caravan.catalog.PartitionTail;
import caravan.store.S3Location;
import caravan.store.S3Store;
import caravan.testbed.FaultyS3;
import caravan.testbed.S3Requests;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * An archive of 100,000 objects, of which only keys are read. Counts LIST requests, by a proxy before the S3 server: of {@code list}, and
 * of finding where the backup of a partition goes on ({@link PartitionTail}, which each start of a partition calls), with the
 * last key as a commit's metadata holds it, and without.
 */
final class CatalogScenario implements Scenario {
    private static final long OBJECTS = 100_000;
    private static final double PAGE = 1_000;
    /** For the archive's own document, folders, and pages that are not full. */
    private static final int EXTRA_LISTS = 10;

    private static final int LISTS_WITHOUT_HINT = 40;

    @Override
    public String id() {
        return "J";
    }

    @Override
    public Result run(TestStand stand) {
        long objects = stand.options().scaled(OBJECTS);
        String name = "catalog";
        HollowArchive archive = new HollowArchive(stand.s3(), name, objects);
        Console.step("J: storing %,d keys", objects);
        archive.write();
        List<Round> rounds = new ArrayList<>();
        Map<String, Double> figures = new LinkedHashMap<>();
        try (FaultyS3 proxy = new FaultyS3(stand.s3().endpoint())) {
            for (int i = 0; i < stand.options().rounds(); i++) {
                FaultyS3.Injection lists = proxy.watch(S3Requests.lists());
                rounds.add(list(stand, archive, name, proxy));
                figures.put("LIST requests of 'list'", (double) lists.count());
                lists.end();
            }
            try (S3Store store = new S3Store(
                    stand.s3().client(proxy.endpoint()),
                    S3Location.parse(stand.s3().store(name)))) {
                figures.put(
                        "LIST requests of a partition's start with the hint, most",
                        starts(archive, store, proxy, true));
                figures.put(
                        "LIST requests of a partition's start without it, most", starts(archive, store, proxy, false));
            }
        }
        stand.s3().delete(name);
        List<Double> counted = List.copyOf(figures.values());
        return new Result(
                id(),
                String.format("catalog of %,d objects in %d partitions", objects, HollowArchive.PARTITIONS),
                "",
                archive.records(),
                0,
                rounds,
                List.of(
                        Check.atMost(
                                "LIST requests of 'list'", counted.get(0), Math.ceil(objects / PAGE) + EXTRA_LISTS),
                        Check.atMost("with the hint", counted.get(1), 1),
                        Check.atMost("without the hint", counted.get(2), LISTS_WITHOUT_HINT)),
                figures);
    }

    private static Round list(TestStand stand, HollowArchive archive, String name, FaultyS3 proxy) {
        Map<String, String> byProxy = proxy.environment(stand.s3().environment());
        String[] list = {"list", "--store", stand.s3().store(name), "--output", "json"};
        List<Finished> listed = new ArrayList<>();
        Figures figures = stand.measure(() -> {
            listed.add(stand.caravan().run(byProxy, list));
            return listed.get(0);
        });
        ArchiveFacts facts = CaravanJar.facts(listed.get(0).out());
        facts.require(name, archive.records());
        return new Round(Optional.empty(), figures, OptionalDouble.empty(), facts.storedBytes(), facts.objects());
    }

    /** The most LIST requests that the start of a partition took. */
    private static double starts(HollowArchive archive, S3Store store, FaultyS3 proxy, boolean withHint) {
        int most = 0;
        for (int partition = 0; partition < HollowArchive.PARTITIONS; partition++) {
            Optional<String> hint = withHint ? Optional.of(archive.last(partition)) : Optional.empty();
            FaultyS3.Injection lists = proxy.watch(S3Requests.lists());
            PartitionTail tail = PartitionTail.find(store, archive.folder(partition), 0, hint);
            if (tail.next() != archive.next(partition)) {
                throw new BenchException("partition " + partition + " goes on at " + tail.next() + ", not at "
                        + archive.next(partition));
            }
            most = Math.max(most, lists.count());
            lists.end();
        }
        return most;
    }
}
