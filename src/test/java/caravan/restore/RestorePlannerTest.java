package caravan.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravan.archive.PartitionFolder;
import caravan.archive.Timeline;
import caravan.catalog.Catalog;
import caravan.kafka.TopicFilter;
import caravan.restore.RestorePlan.TopicPlan;
import caravan.testbed.TestArchive;
import caravan.testbed.TestArchive.Message;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import java.util.List;
import java.util.Map;
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
        RestorePlan plan =
                new RestorePlanner(new Catalog(archive.store())).plan(TopicFilter.of(".*", ""), Renames.parse(""), "");

        // Then
        assertThat(plan.topics()).extracting(TopicPlan::source).containsExactly("orders");
    }

    @Test
    void anotherNameForATopicThatIsNotRestoredIsRefused(TestS3 s3) {
        // Given
        TestArchive archive = new TestArchive(s3);
        archive.topic("orders", LIFE, 1, Map.of(0, 0L));
        archive.object(new PartitionFolder("orders", LIFE, 0), 0, 1, List.of(Message.at(0)));
        RestorePlanner planner = new RestorePlanner(new Catalog(archive.store()));

        // Then
        assertThatThrownBy(() -> planner.plan(TopicFilter.of(".*", ""), Renames.parse("order=copy"), ""))
                .isInstanceOf(RestoreException.class)
                .hasMessage("the topic order gets another name, but is not restored");
    }
}
