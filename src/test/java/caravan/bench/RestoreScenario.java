package caravan.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Restores an archive into an empty topic, in turn with {@code ProducerPerformance}, which fills a topic with as many records of the
 * same kind. The end offsets of each partition are compared with the source's.
 */
final class RestoreScenario implements Scenario {
    private final String id;
    private final DataSet set;
    private final List<String> producer;
    private final Target target;

    /** @param producer settings of the yardstick's producer */
    RestoreScenario(String id, DataSet set, List<String> producer, Target target) {
        this.id = id;
        this.set = set;
        this.producer = producer;
        this.target = target;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public Result run(TestStand stand) {
        DataSets.Filled data = stand.dataSets().fill(set);
        String archive = "restore-" + id;
        Console.step("%s: backing up what is to be restored", id);
        BackupScenario.backUp(stand, set.topic(), archive, List.of());
        ArchiveFacts facts = stand.caravan().list(stand.s3().store(archive));
        facts.require(archive, data.records());
        List<Round> rounds = new ArrayList<>();
        for (int i = 0; i < stand.allRounds(); i++) {
            Figures yardstick = produce(stand, data, "produced-" + id + "-" + i);
            Figures caravan = restore(stand, data, archive, "restored-" + id + "-" + i);
            Console.step(
                    "%s, round %d%s: ProducerPerformance %.1f s, caravan %.1f s",
                    id,
                    i,
                    stand.warmsUp(i) ? " (warm-up)" : "",
                    yardstick.process().wallSeconds(),
                    caravan.process().wallSeconds());
            if (!stand.warmsUp(i)) {
                rounds.add(new Round(
                        Optional.of(yardstick), caravan, OptionalDouble.empty(), facts.storedBytes(), facts.objects()));
            }
        }
        stand.s3().delete(archive);
        Result result = new Result(
                id,
                "restore " + set.title(),
                "ProducerPerformance " + String.join(" ", producer),
                data.records(),
                data.payloadBytes(),
                rounds,
                List.of(),
                Map.of());
        return result.with(target.check(result, stand.options().scale()));
    }

    private Figures produce(TestStand stand, DataSets.Filled data, String topic) {
        stand.broker().createTopic(topic, set.partitions());
        Figures figures = stand.measure(() -> stand.tools().produce(topic, data.records(), set.payload(), producer));
        long produced = stand.broker().endOffsets(topic, set.partitions()).values().stream()
                .mapToLong(Long::longValue)
                .sum();
        if (produced != data.records()) {
            throw new BenchException("ProducerPerformance produced " + produced + " records, not " + data.records());
        }
        stand.broker().deleteTopic(topic);
        return figures;
    }

    private Figures restore(TestStand stand, DataSets.Filled data, String archive, String topic) {
        Figures figures = stand.measure(() -> stand.caravan()
                .run(
                        "restore",
                        "--bootstrap-servers",
                        stand.broker().bootstrapServers(),
                        "--store",
                        stand.s3().store(archive),
                        "--rename",
                        set.topic() + "=" + topic));
        Map<Integer, Long> ends = stand.broker().endOffsets(topic, set.partitions());
        if (!ends.equals(data.ends())) {
            throw new BenchException("RECORDS LOST OR DOUBLED: the source's partitions end at " + data.ends()
                    + ", the restored ones at " + ends);
        }
        stand.broker().deleteTopic(topic);
        return figures;
    }
}
