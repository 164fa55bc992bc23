package caravan.bench;

import java.util.List;

/** All scenarios, in the order of the table in {@code benchmark.md}. */
final class Scenarios {
    private Scenarios() {}

    static List<Scenario> all() {
        return List.of(
                new BackupScenario(
                        "A", DataSet.COMPRESSED, List.of(), Target.speed(1.2).cpu(0.6)),
                new BackupScenario(
                        "B",
                        DataSet.UNCOMPRESSED,
                        List.of(),
                        Target.speed(0.6).cpu(2.3).storedBytes(500e6)),
                new BackupScenario("B1", DataSet.UNCOMPRESSED, List.of("--zstd-level", "1"), Target.NONE),
                new BackupScenario(
                        "C", DataSet.SMALL_RECORDS, List.of(), Target.speed(0.9).cpu(1.3)),
                new BackupScenario("D", DataSet.SMALL_BATCHES, List.of(), Target.speed(0.9)),
                new RestoreScenario(
                        "E",
                        DataSet.COMPRESSED,
                        DataSet.COMPRESSED.producer(),
                        Target.speed(2.2).cpu(0.4)),
                new RestoreScenario(
                        "F",
                        DataSet.UNCOMPRESSED,
                        DataSet.UNCOMPRESSED.producer(),
                        Target.speed(1).cpu(0.8)),
                new RestoreScenario("G", DataSet.SMALL_BATCHES, List.of("acks=all"), Target.speed(1)),
                new WideScenario(),
                new IdleScenario(),
                new CatalogScenario());
    }
}
