package caravan.restore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigType;
import org.junit.jupiter.api.Test;

class GuardsTest {
    private static final String BEFORE = "message.timestamp.before.max.ms";
    private static final String AFTER = "message.timestamp.after.max.ms";
    private static final String DIFFERENCE = "message.timestamp.difference.max.ms";
    private static final String FORMAT = "message.format.version";
    private static final String NO_LIMIT = "9223372036854775807";

    private static final List<ConfigEntry> OF_2_8 =
            List.of(brokers("retention.ms", "604800000"), brokers(DIFFERENCE, NO_LIMIT), brokers(FORMAT, "2.8-IV1"));
    private static final List<ConfigEntry> OF_3_9 = List.of(
            brokers("retention.ms", "604800000"),
            brokers(DIFFERENCE, NO_LIMIT),
            brokers(BEFORE, NO_LIMIT),
            brokers(AFTER, NO_LIMIT),
            brokers(FORMAT, "3.0-IV1"));
    private static final List<ConfigEntry> OF_4_0 =
            List.of(brokers("retention.ms", "604800000"), brokers(BEFORE, NO_LIMIT), brokers(AFTER, "3600000"));

    private static final Map<String, String> OF_ALL = Map.of(
            "retention.ms", "-1",
            "retention.bytes", "-1",
            "cleanup.policy", "delete",
            "message.timestamp.type", "CreateTime",
            "max.message.bytes", "104792064",
            "segment.bytes", "1073741824",
            "compression.type", "producer");

    @Test
    void brokersAreOnlyToldOfSettingsThatTheirVersionHas() {
        assertThat(Guards.over(Map.of(), OF_2_8)).isEqualTo(and(Map.of(DIFFERENCE, NO_LIMIT)));
        assertThat(Guards.over(Map.of(), OF_3_9))
                .isEqualTo(and(Map.of(DIFFERENCE, NO_LIMIT, BEFORE, NO_LIMIT, AFTER, NO_LIMIT)));
        assertThat(Guards.over(Map.of(), OF_4_0)).isEqualTo(and(Map.of(BEFORE, NO_LIMIT, AFTER, NO_LIMIT)));
        assertThat(names(Guards.set(OF_2_8, Map.of())))
                .containsExactlyInAnyOrderElementsOf(
                        and(Map.of(DIFFERENCE, NO_LIMIT)).keySet());
    }

    @Test
    void whatSomebodyGaveTheTopicSinceIsNotReplaced() {
        // Given: settings as the restore found them, as it left them, and neither
        List<ConfigEntry> now = with(
                OF_3_9,
                topics("cleanup.policy", "compact"),
                topics("retention.ms", "-1"),
                topics("retention.bytes", "1000"));

        // Then
        assertThat(names(Guards.set(now, Map.of("cleanup.policy", "compact"))))
                .contains("cleanup.policy", "compression.type")
                .doesNotContain("retention.bytes");
        assertThat(Guards.strange(now, Map.of("cleanup.policy", "compact")))
                .isEqualTo(Map.of("retention.bytes", "1000"));
    }

    @Test
    void whatEveryVersionHasIsSetWhateverIsKnownOfTheSettings() {
        assertThat(Guards.over(Map.of(), List.of())).isEqualTo(OF_ALL);
        assertThat(Guards.standing(List.of())).isFalse();
    }

    @Test
    void theOldLimitOfTimestampsIsOpenedAndComesBack() {
        // Given
        List<ConfigEntry> before = with(OF_3_9, topics(DIFFERENCE, "3600000"));

        // When
        Map<String, String> guarded = Guards.over(Map.of(DIFFERENCE, "3600000"), before);

        // Then
        assertThat(guarded).containsEntry(DIFFERENCE, NO_LIMIT);
        assertThat(Guards.settle(List.of(topics(DIFFERENCE, NO_LIMIT)), Map.of(DIFFERENCE, "3600000"), List.of()))
                .extracting(AlterConfigOp::configEntry)
                .containsExactly(new ConfigEntry(DIFFERENCE, "3600000"));
    }

    @Test
    void aTopicOfAnOldMessageFormatTakesBatchesUntilItIsRestored() {
        // Given
        List<ConfigEntry> before = with(OF_2_8, topics(FORMAT, "0.10.2"));

        // When
        Map<String, String> guarded = Guards.over(Map.of(FORMAT, "0.10.2"), before);

        // Then
        assertThat(guarded).containsEntry(FORMAT, "0.11.0");
        assertThat(Guards.settle(List.of(topics(FORMAT, "0.11.0")), Map.of(FORMAT, "0.10.2"), List.of()))
                .extracting(AlterConfigOp::configEntry)
                .containsExactly(new ConfigEntry(FORMAT, "0.10.2"));
    }

    @Test
    void guardsStandWhereATopicHasAllThatItsBrokersHave() {
        List<ConfigEntry> ofAll = OF_ALL.entrySet().stream()
                .map(guard -> topics(guard.getKey(), guard.getValue()))
                .toList();
        assertThat(Guards.standing(OF_2_8)).isFalse();
        assertThat(Guards.standing(with(OF_2_8, ofAll.toArray(ConfigEntry[]::new))))
                .isFalse();
        assertThat(Guards.standing(with(with(OF_2_8, topics(DIFFERENCE, NO_LIMIT)), ofAll.toArray(ConfigEntry[]::new))))
                .isTrue();
    }

    private static Map<String, String> and(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(OF_ALL);
        all.putAll(more);
        return all;
    }

    private static List<String> names(List<AlterConfigOp> changes) {
        return changes.stream().map(change -> change.configEntry().name()).toList();
    }

    /** These settings, with some replaced. */
    private static List<ConfigEntry> with(List<ConfigEntry> settings, ConfigEntry... own) {
        List<String> replaced = Stream.of(own).map(ConfigEntry::name).toList();
        return Stream.concat(settings.stream().filter(entry -> !replaced.contains(entry.name())), Stream.of(own))
                .toList();
    }

    private static ConfigEntry brokers(String name, String value) {
        return entry(name, value, ConfigSource.DEFAULT_CONFIG);
    }

    private static ConfigEntry topics(String name, String value) {
        return entry(name, value, ConfigSource.DYNAMIC_TOPIC_CONFIG);
    }

    private static ConfigEntry entry(String name, String value, ConfigSource source) {
        return new ConfigEntry(name, value, source, false, false, List.of(), ConfigType.UNKNOWN, null);
    }
}
