package caravan.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Backs a topic up to S3, in turn with {@code ConsumerPerformance}, which reads it into nothing. Each round goes to an archive of its
 * own, whose records are counted.
 */
final class BackupScenario implements Scenario {
    private final String id;
    private final DataSet set;
    private final List<String> caravanOptions;
    private final Target target;

    /** @param caravanOptions for {@code backup}, besides the necessary */
    BackupScenario(String id, DataSet set, List<String> caravanOptions, Target target) {
        this.id = id;
        this.set = set;
        this.caravanOptions = caravanOptions;
        this.target = target;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public Result run(TestStand stand) {
        DataSets.Filled data = stand.dataSets().fill(set);
        List<Round> rounds = new ArrayList<>();
        for (int i = 0; i < stand.allRounds(); i++) {
            Figures yardstick = stand.measure(() -> stand.tools().consume(set.topic(), data.records()));
            Round round = round(stand, data, Optional.of(yardstick), "backup-" + id + "-" + i);
            Console.step(
                    "%s, round %d%s: ConsumerPerformance %.1f s, caravan %.1f s",
                    id,
                    i,
                    stand.warmsUp(i) ? " (warm-up)" : "",
                    yardstick.process().wallSeconds(),
                    round.caravan().process().wallSeconds());
            if (!stand.warmsUp(i)) {
                rounds.add(round);
            }
        }
        String title = "back up " + set.title()
                + (caravanOptions.isEmpty() ? "" : " (" + String.join(" ", caravanOptions) + ")");
        Result result = new Result(
                id, title, "ConsumerPerformance", data.records(), data.payloadBytes(), rounds, List.of(), Map.of());
        return result.with(target.check(result, stand.options().scale()));
    }

    private Round round(TestStand stand, DataSets.Filled data, Optional<Figures> yardstick, String archive) {
        Figures caravan = stand.measure(() -> backUp(stand, set.topic(), archive, caravanOptions));
        ArchiveFacts facts = stand.caravan().list(stand.s3().store(archive));
        facts.require(archive, data.records());
        stand.s3().delete(archive);
        return new Round(
                yardstick,
                caravan,
                GroupTimes.assignedToCommitted(stand.broker().bootstrapServers(), archive),
                facts.storedBytes(),
                facts.objects());
    }

    /** Backs a topic up to a new archive; the consumer group has the archive's name. */
    static Finished backUp(TestStand stand, String topic, String archive, List<String> options) {
        List<String> arguments = new ArrayList<>(List.of(
                "backup",
                "--bootstrap-servers",
                stand.broker().bootstrapServers(),
                "--topics",
                topic,
                "--store",
                stand.s3().store(archive),
                "--group",
                archive,
                "--spool-dir",
                stand.workspace().file("spool").toString(),
                "--until-now"));
        arguments.addAll(options);
        return stand.caravan().run(arguments.toArray(String[]::new));
    }
}
