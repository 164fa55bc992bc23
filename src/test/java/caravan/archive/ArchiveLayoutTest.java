package caravan.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArchiveLayoutTest {
    private static final Uuid ID = Uuid.fromString("iYr6zEfpTEuyx0h2pFjMKg");
    private static final Timeline TIMELINE = new Timeline(ID, 0);

    @Test
    void a_timeline_is_a_folder_named_by_topic_id() {
        assertThat(TIMELINE.folder()).isEqualTo("iYr6zEfpTEuyx0h2pFjMKg");
        assertThat(Timeline.parse("iYr6zEfpTEuyx0h2pFjMKg")).contains(TIMELINE);
    }

    @Test
    void a_baseline_has_its_number_behind_the_topic_id() {
        assertThat(new Timeline(ID, 12).folder()).isEqualTo("iYr6zEfpTEuyx0h2pFjMKg.12");
        assertThat(Timeline.parse("iYr6zEfpTEuyx0h2pFjMKg.12")).contains(new Timeline(ID, 12));
    }

    @Test
    void a_topic_without_an_id_has_the_zero_id() {
        assertThat(new Timeline(Uuid.ZERO_UUID, 0).folder()).isEqualTo("AAAAAAAAAAAAAAAAAAAAAA");
        assertThat(Timeline.parse("AAAAAAAAAAAAAAAAAAAAAA")).contains(new Timeline(Uuid.ZERO_UUID, 0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "iYr6zEfpTEuyx0h2pFjMK",
                "iYr6zEfpTEuyx0h2pFjMKgg",
                "iYr6zEfpTEuyx0h2pFjMKh",
                "iYr6zEfpTEuyx0h2pFjM+g",
                "iYr6zEfpTEuyx0h2pFjMKg.",
                "iYr6zEfpTEuyx0h2pFjMKg.0",
                "iYr6zEfpTEuyx0h2pFjMKg.01",
                "iYr6zEfpTEuyx0h2pFjMKg.2147483648"
            })
    void other_folders_are_no_timelines(String folder) {
        assertThat(Timeline.parse(folder)).isEmpty();
    }

    @Test
    void every_kind_of_key_is_spelt_as_documented() {
        PartitionFolder folder = new PartitionFolder("orders", TIMELINE, 3);

        assertSpelt(new ArchiveKey.Archive(), "archive.json");
        assertSpelt(
                new ArchiveKey.Topic("orders", TIMELINE, 1_700_000_000_000L),
                "topics/orders/iYr6zEfpTEuyx0h2pFjMKg/topic-1700000000000.json");
        assertSpelt(
                new ArchiveKey.Topic("orders", new Timeline(ID, 1), 7),
                "topics/orders/iYr6zEfpTEuyx0h2pFjMKg.1/topic-0000000000007.json");
        assertSpelt(
                new ArchiveKey.Partition(folder, new ObjectKey(0, 10, 2, 9, 5, 6)),
                "topics/orders/iYr6zEfpTEuyx0h2pFjMKg/00003/00000000000000000000-00000000000000000010-2-9-5-6.zip");
        assertSpelt(
                new ArchiveKey.Partition(folder, new GapKey(10, 20, -1)),
                "topics/orders/iYr6zEfpTEuyx0h2pFjMKg/00003/00000000000000000010-00000000000000000020--1.gap");
        assertSpelt(new ArchiveKey.Groups(1_700_000_000_000L), "groups/groups-1700000000000.json");
        assertSpelt(new ArchiveKey.Plan("r-1"), "restores/r-1/plan.json");
        assertSpelt(new ArchiveKey.Report("r-1"), "restores/r-1/report.json");
        assertSpelt(new ArchiveKey.Task("nightly"), "tasks/nightly.json");
    }

    private static void assertSpelt(ArchiveKey key, String path) {
        assertThat(key.path()).isEqualTo(path);
        assertThat(ArchiveLayout.parse(path)).contains(key);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "README.txt",
                "archive.json/",
                "topics/orders/",
                "topics/or ders/iYr6zEfpTEuyx0h2pFjMKg/topic-1700000000000.json",
                "topics/../iYr6zEfpTEuyx0h2pFjMKg/topic-1700000000000.json",
                "topics/orders/other/topic-1700000000000.json",
                "topics/orders/iYr6zEfpTEuyx0h2pFjMKg/topic-170000000000.json",
                "topics/orders/iYr6zEfpTEuyx0h2pFjMKg/3/00000000000000000010-00000000000000000020--1.gap",
                "topics/orders/iYr6zEfpTEuyx0h2pFjMKg/000003/00000000000000000010-00000000000000000020--1.gap",
                "topics/orders/iYr6zEfpTEuyx0h2pFjMKg/9999999999/00000000000000000010-00000000000000000020--1.gap",
                "topics/orders/iYr6zEfpTEuyx0h2pFjMKg/00003/notes.txt",
                "groups/groups-1.json",
                "restores/r/other.json",
                "restores/a/b/plan.json",
                "tasks/.json",
                "tasks/.hidden.json"
            })
    void what_caravan_does_not_write_is_foreign(String key) {
        assertThat(ArchiveLayout.parse(key)).isEmpty();
    }

    @Test
    void partitions_above_99999_have_longer_folders() {
        assertThat(new PartitionFolder("orders", TIMELINE, 123_456).path())
                .isEqualTo("topics/orders/iYr6zEfpTEuyx0h2pFjMKg/123456/");
    }

    @Test
    void names_that_could_leave_their_folder_are_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new PartitionFolder("..", TIMELINE, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> ArchiveLayout.topicFolder("a/b"));
        assertThatIllegalArgumentException().isThrownBy(() -> new ArchiveKey.Task("../archive"));
    }
}
