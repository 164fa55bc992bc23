package caravan.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravan.archive.GapDocument;
import caravan.archive.GapDocument.Reason;
import caravan.archive.GapKey;
import caravan.archive.PartitionFolder;
import caravan.archive.PlanDocument;
import caravan.archive.Timeline;
import caravan.catalog.Catalog;
import caravan.restore.RestorePlan.Gap;
import caravan.restore.RestorePlan.TopicPlan;
import caravan.testbed.TestArchive;
import caravan.testbed.TestArchive.Message;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

@ExtendWith(TestServers.class)
class RestorePlannerTest {
    private static final Timeline LIFE = new Timeline(Uuid.fromString("hWcjnPAVTFm0pCxYgPWGyQ"), 0);
    private static final Timeline BASELINE = new Timeline(LIFE.topicId(), 1);

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
    void whatWasReadTooLateIsAGapAsFarAsThatReaches(TestS3 s3) {
        // Given
        TestArchive archive = new TestArchive(s3);
        PartitionFolder folder = new PartitionFolder("orders", LIFE, 0);
        archive.topic("orders", LIFE, 1, Map.of(0, 0L));
        archive.object(folder, 0, 40, List.of(Message.at(0), Message.at(39)));
        GapKey gap = new GapKey(10, 12, -1);
        archive.store()
                .putIfAbsent(
                        folder.key(gap),
                        GapDocument.compaction(gap, 40, 0, "a test").toJson());

        // When
        RestorePlan plan = new RestorePlanner(new Catalog(archive.store()))
                .plan(new RestoreRequest(Map.of("fromOffset", "20", "toOffset", "30")));

        // Then
        assertThat(plan.partitions().get(0).gaps()).containsExactly(new Gap(Optional.of(Reason.COMPACTION), 20, 30));
    }

    @Test
    void aBaselineThatBeginsBehindWhatTheArchiveHasIsSaidTo(TestS3 s3) {
        // Given: Kafka had deleted offsets 0 to 4 when it was made
        TestArchive archive = new TestArchive(s3);
        archive.topic("orders", LIFE, 1, Map.of(0, 0L));
        archive.object(new PartitionFolder("orders", LIFE, 0), 0, 9, List.of(Message.at(3), Message.at(8)));
        archive.baseline("orders", BASELINE, Map.of(0, 5L), Map.of(0, 9L));
        archive.object(new PartitionFolder("orders", BASELINE, 0), 5, 12, List.of(Message.at(8), Message.at(11)));
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        Logger log = (Logger) LoggerFactory.getLogger(RestorePlanner.class);
        said.start();
        log.addAppender(said);

        // When
        try {
            new RestorePlanner(new Catalog(archive.store())).plan(new RestoreRequest(Map.of()));
            new RestorePlanner(new Catalog(archive.store()))
                    .plan(new RestoreRequest(Map.of("timeline", BASELINE.folder())));
        } finally {
            log.detachAppender(said);
        }

        // Then: unless it was asked for by its name
        assertThat(said.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .filteredOn(message -> message.contains("--timeline " + LIFE.folder()))
                .hasSize(1);
    }

    @Test
    void ofABaselineWhosePartitionsWentOnElsewhereAllIsRestored(TestS3 s3) {
        // Given: the backup goes on in the baseline with partition 1 only
        TestArchive archive = new TestArchive(s3);
        archive.topic("orders", LIFE, 2, Map.of(0, 0L, 1, 0L));
        archive.baseline("orders", BASELINE, Map.of(0, 0L, 1, 0L), Map.of(0, 5L, 1, 5L));
        String longer = archive.object(new PartitionFolder("orders", LIFE, 0), 0, 9, List.of(Message.at(8)));
        archive.object(new PartitionFolder("orders", LIFE, 1), 0, 9, List.of(Message.at(8)));
        archive.object(new PartitionFolder("orders", BASELINE, 0), 0, 5, List.of(Message.at(4)));
        String gone = archive.object(new PartitionFolder("orders", BASELINE, 1), 0, 12, List.of(Message.at(11)));

        // When
        RestorePlan plan = new RestorePlanner(new Catalog(archive.store())).plan(new RestoreRequest(Map.of()));
        PlanDocument document = new PlanDocument(
                "a-plan",
                archive.archiveId(),
                "a-cluster",
                0,
                Map.of(),
                PlanDocuments.topics(
                        plan,
                        Map.of(
                                "orders",
                                new PlanDocument.Target(
                                        "orders", "", 1, Map.of(), Map.of(), Map.of(), List.of(), List.of()))));

        // Then: also when the plan was kept in between
        for (RestorePlan each : List.of(plan, PlanDocuments.plan(PlanDocument.parse(document.toJson())))) {
            assertThat(each.topics().get(0).timeline()).isEqualTo(BASELINE);
            assertThat(each.partitions())
                    .extracting(partition -> partition.objects().get(0).key())
                    .containsExactly(longer, gone);
        }
        assertThat(document.topics().get(0).partitions())
                .extracting(PlanDocument.Partition::timeline)
                .containsExactly(LIFE.folder(), null);

        // When: one is asked for
        RestorePlan chosen = new RestorePlanner(new Catalog(archive.store()))
                .plan(new RestoreRequest(Map.of("timeline", BASELINE.folder())));

        // Then
        assertThat(chosen.partitions().get(0).objects().get(0).next()).isEqualTo(5);
    }

    @Test
    void aBaselineThatCantBeReadIsNotPassedOverSilently(TestS3 s3) {
        // Given
        TestArchive archive = new TestArchive(s3);
        archive.topic("orders", LIFE, 1, Map.of(0, 0L));
        archive.object(new PartitionFolder("orders", LIFE, 0), 0, 9, List.of(Message.at(8)));
        archive.object(new PartitionFolder("orders", BASELINE, 0), 0, 50, List.of(Message.at(8)));
        RestorePlanner planner = new RestorePlanner(new Catalog(archive.store()));

        // Then
        assertThatThrownBy(() -> planner.plan(new RestoreRequest(Map.of())))
                .isInstanceOf(RestoreException.class)
                .hasMessageContaining(BASELINE + "/ has no snapshot of the topic");
        assertThat(new RestorePlanner(new Catalog(archive.store()))
                        .plan(new RestoreRequest(Map.of("timeline", LIFE.folder())))
                        .topics())
                .hasSize(1);
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
