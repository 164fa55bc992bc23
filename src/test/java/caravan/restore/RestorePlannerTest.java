package caravan.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravan.archive.GapDocument.Reason;
import caravan.archive.GapKey;
import caravan.archive.PartitionFolder;
import caravan.archive.Timeline;
import caravan.catalog.Catalog;
import caravan.restore.RestorePlan.Gap;
import caravan.restore.RestorePlan.TopicPlan;
import caravan.testbed.TestArchive;
import caravan.testbed.TestArchive.Message;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestServers.class)
class RestorePlannerTest {
    private static final Timeline LIFE = new Timeline(Uuid.fromString("hWcjnPAVTFm0pCxYgPWGyQ"), 0);

    @Test
    void aForeignFileThatLiesLikeATopicIsLeftAlone(TestS3 s3) {
        // Given
        TestArchive archive = new TestArchive(s3);
        archive.topic("orders", LIFE, 1, Map.of(0, 0L));
        archive.object(new PartitionFolder("orders", LIFE, 0), 0, 1, List.of(Message.at(0)));
        archive.store().put("topics/notes/readme.md", new byte[1]);

        // When
        RestorePlan plan = new RestorePlanner(new Catalog(archive.store())).plan(new RestoreRequest(Map.of()));

        // Then
        assertThat(plan.topics()).extracting(TopicPlan::source).containsExactly("orders");
    }

    @Test
    void gapsAreCountedWhereRecordsAreReallyMissingAndSayWhy(TestS3 s3) {
        // Given: offsets 10 to 19 were deleted, but 12 to 15 another process had stored; 20 to 29 were deleted on
        // request
        TestArchive archive = new TestArchive(s3);
        PartitionFolder folder = new PartitionFolder("orders", LIFE, 0);
        archive.topic("orders", LIFE, 1, Map.of(0, 0L));
        archive.object(folder, 0, 10, List.of(Message.at(0)));
        archive.gap(folder, 10, 20);
        archive.object(folder, 12, 16, List.of(Message.at(12)));
        archive.gap(folder, 20, 30, Reason.DELETE_RECORDS);
        archive.object(folder, 30, 40, List.of(Message.at(30)));
        // And: what lies here was compacted before it was stored, and of what is said here nobody knows what it means
        archive.gap(folder, 30, 40, Reason.COMPACTION);
        archive.gap(folder, 40, 50);
        archive.store().put(folder.key(new GapKey(40, 50, -1)), new byte[] {'?'});

        // When
        RestorePlan plan = new RestorePlanner(new Catalog(archive.store())).plan(new RestoreRequest(Map.of()));

        // Then
        assertThat(plan.partitions().get(0).gaps())
                .containsExactly(
                        new Gap(Optional.of(Reason.RETENTION), 10, 12),
                        new Gap(Optional.of(Reason.RETENTION), 16, 20),
                        new Gap(Optional.of(Reason.DELETE_RECORDS), 20, 30),
                        new Gap(Optional.of(Reason.COMPACTION), 30, 40),
                        new Gap(Optional.empty(), 40, 50));
        assertThat(GapRemarks.of(plan.topics().get(0)))
                .containsExactly(
                        "orders: 2 gaps in the archive: Kafka deleted records by retention before they were backed up",
                        "orders: 1 gap in the archive: records are missing, and the archive does not say why; see 'verify'",
                        "orders: 1 gap in the archive: records were deleted on request before they were backed up",
                        "orders: 1 gap in the archive: the log was compacted before it was backed up, so deletes may be"
                                + " missing, and deleted records be back");
    }

    @Test
    void anotherNameForATopicThatIsNotRestoredIsRefused(TestS3 s3) {
        // Given
        TestArchive archive = new TestArchive(s3);
        archive.topic("orders", LIFE, 1, Map.of(0, 0L));
        archive.object(new PartitionFolder("orders", LIFE, 0), 0, 1, List.of(Message.at(0)));
        RestorePlanner planner = new RestorePlanner(new Catalog(archive.store()));

        // Then
        assertThatThrownBy(() -> planner.plan(new RestoreRequest(Map.of("rename", "order=copy"))))
                .isInstanceOf(RestoreException.class)
                .hasMessage("the topic order gets another name, but is not restored");
    }
}
