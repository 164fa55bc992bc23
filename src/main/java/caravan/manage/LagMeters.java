package caravan.manage;

import caravan.backup.PartitionLag;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/** Meters of a backup's partitions. A look changes their values; only other partitions make other meters. */
final class LagMeters {
    private final MultiGauge records;
    private final MultiGauge seconds;

    private volatile Map<TopicPartition, PartitionLag> seen = Map.of();

    LagMeters(MeterRegistry registry, Tags ofTask) {
        records = MultiGauge.builder("caravan.lag.records")
                .description("Offsets of a partition that are not stored")
                .tags(ofTask)
                .register(registry);
        seconds = MultiGauge.builder("caravan.lag.seconds")
                .description("Seconds that the oldest offset not stored has waited")
                .tags(ofTask)
                .register(registry);
    }

    void observed(List<PartitionLag> lags) {
        Map<TopicPartition, PartitionLag> before = seen;
        seen = lags.stream().collect(Collectors.toMap(PartitionLag::partition, Function.identity()));
        if (!before.keySet().equals(seen.keySet())) {
            records.register(rows(PartitionLag::records));
            seconds.register(rows(lag -> BackupBean.seconds(lag.waiting())));
        }
    }

    private List<Row<?>> rows(ToDoubleFunction<PartitionLag> value) {
        return seen.keySet().stream()
                .<Row<?>>map(partition -> Row.of(
                        Tags.of("topic", partition.topic(), "partition", Integer.toString(partition.partition())),
                        this,
                        its -> its.value(partition, value)))
                .toList();
    }

    private double value(TopicPartition partition, ToDoubleFunction<PartitionLag> value) {
        PartitionLag lag = seen.get(partition);
        return lag == null ? Double.NaN : value.applyAsDouble(lag);
    }
}
