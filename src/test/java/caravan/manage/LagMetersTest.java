package caravan.manage;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.backup.PartitionLag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class LagMetersTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicInteger made = new AtomicInteger();
    private final LagMeters meters = new LagMeters(registry, Tags.of("task", "nightly"));

    @Test
    void aLookAtTenThousandPartitionsMakesNoMetersAnew() {
        registry.config().onMeterAdded(meter -> made.incrementAndGet());
        meters.observed(lags(10_000, 1));
        assertThat(made).hasValue(20_000);

        meters.observed(lags(10_000, 7));

        assertThat(made).hasValue(20_000);
        assertThat(records(9_999)).isEqualTo(7);
        assertThat(registry.get("caravan.lag.seconds")
                        .tag("partition", "9999")
                        .gauge()
                        .value())
                .isEqualTo(2.5);
    }

    @Test
    void aPartitionThatIsAnotherProcesssHasNoMeterAndOneThatCameHas() {
        meters.observed(lags(3, 1));

        meters.observed(List.of(lag(0, 5), lag(3, 9)));

        assertThat(registry.get("caravan.lag.records").gauges()).hasSize(2);
        assertThat(records(0)).isEqualTo(5);
        assertThat(records(3)).isEqualTo(9);
    }

    private double records(int partition) {
        return registry.get("caravan.lag.records")
                .tags("task", "nightly", "topic", "orders", "partition", Integer.toString(partition))
                .gauge()
                .value();
    }

    private static List<PartitionLag> lags(int partitions, long records) {
        return IntStream.range(0, partitions)
                .mapToObj(partition -> lag(partition, records))
                .toList();
    }

    private static PartitionLag lag(int partition, long records) {
        return new PartitionLag(new TopicPartition("orders", partition), 100, 100 + records, Duration.ofMillis(2_500));
    }
}
