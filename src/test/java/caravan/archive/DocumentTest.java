package caravan.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravan.archive.BatchManifest.Frame;
import caravan.archive.BatchManifest.Timestamps;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentTest {
    private static final Uuid ID = Uuid.fromString("iYr6zEfpTEuyx0h2pFjMKg");

    @Test
    void the_archives_document_is_spelt_as_documented() {
        ArchiveDocument document = ArchiveDocument.of("a-1", 1_700_000_000_000L);
        String json = "{'format':1,'archiveId':'a-1','createdAt':1700000000000}";

        assertThat(text(document)).isEqualTo(json);
        assertThat(ArchiveDocument.parse(document.toJson())).isEqualTo(document);
    }

    @Test
    void a_gaps_document_is_spelt_as_documented() {
        GapDocument document = GapDocument.retention(new GapKey(10, 50, -1), 50, 1_700_000_000_000L, "caravan");
        String json = "{'format':1,'reason':'retention','from':10,'next':50,'logStartOffset':50,"
                + "'when':1700000000000,'by':'caravan'}";

        assertThat(text(document)).isEqualTo(json);
        assertThat(GapDocument.parse(document.toJson())).isEqualTo(document);
    }

    @Test
    void a_gap_of_what_was_read_late_says_how_far_that_reaches() {
        GapDocument document = GapDocument.compaction(new GapKey(10, 12, -1), 90, 1_700_000_000_000L, "caravan");
        String json = "{'format':1,'reason':'compaction','from':10,'next':12,'logStartOffset':-1,"
                + "'when':1700000000000,'by':'caravan','lateNext':90}";

        assertThat(text(document)).isEqualTo(json);
        assertThat(GapDocument.parse(document.toJson())).isEqualTo(document);
        assertThat(document.concerned()).isEqualTo(new OffsetRange(10, 90));
    }

    @Test
    void a_gap_of_nothing_else_is_about_its_own_offsets() {
        assertThat(GapDocument.retention(new GapKey(10, 50, -1), 50, 3, "caravan")
                        .concerned())
                .isEqualTo(new OffsetRange(10, 50));
    }

    @ParameterizedTest
    @ValueSource(strings = {"retention", "delete-records", "compaction", "pruned"})
    void every_reason_of_a_gap_has_its_word(String reason) {
        String json = "{'format':1,'reason':'" + reason + "','from':1,'next':2,'logStartOffset':-1,'when':3,'by':'x'}";

        assertThat(text(GapDocument.parse(bytes(json)))).isEqualTo(json);
    }

    @Test
    void a_topics_snapshot_is_spelt_as_documented() {
        TopicSnapshot document = new TopicSnapshot(
                "orders",
                ID,
                12,
                3,
                Map.of(
                        "retention.ms",
                        new TopicSnapshot.Config("1000", TopicSnapshot.Source.TOPIC),
                        "cleanup.policy",
                        new TopicSnapshot.Config("delete", TopicSnapshot.Source.DEFAULT)),
                "c-1",
                1_700_000_000_000L,
                Map.of(10, 0L, 9, 7L),
                Map.of());
        String json = "{'format':1,'name':'orders','topicId':'iYr6zEfpTEuyx0h2pFjMKg','partitions':12,"
                + "'replicationFactor':3,'configs':{'cleanup.policy':{'value':'delete','source':'default'},"
                + "'retention.ms':{'value':'1000','source':'topic'}},'clusterId':'c-1','takenAt':1700000000000,"
                + "'startOffsets':{'9':7,'10':0}}";

        assertThat(text(document)).isEqualTo(json);
        assertThat(TopicSnapshot.parse(document.toJson())).isEqualTo(document);
    }

    @Test
    void a_baselines_snapshots_say_where_it_ends_and_when_it_was_complete() {
        TopicSnapshot begun = new TopicSnapshot("orders", ID, 1, 3, Map.of(), "c-1", 5, Map.of(0, 7L), Map.of())
                .endingAt(Map.of(0, 9L));
        TopicSnapshot complete = begun.at(6).later(OptionalLong.of(6));
        String json = "{'format':1,'name':'orders','topicId':'iYr6zEfpTEuyx0h2pFjMKg','partitions':1,"
                + "'replicationFactor':3,'configs':{},'clusterId':'c-1','takenAt':";

        assertThat(text(begun)).isEqualTo(json + "5,'startOffsets':{'0':7},'endOffsets':{'0':9}}");
        assertThat(text(complete)).isEqualTo(json + "6,'completeAt':6}");
        assertThat(TopicSnapshot.parse(complete.toJson())).isEqualTo(complete);
        assertThat(TopicSnapshot.parse(begun.toJson()).completed()).isEmpty();
    }

    @Test
    void a_groups_snapshot_is_spelt_as_documented() {
        GroupsSnapshot document = new GroupsSnapshot(
                "c-1",
                5,
                List.of(new GroupsSnapshot.Group(
                        "billing", List.of(new GroupsSnapshot.Committed("orders", ID, 3, 42, -1, "")))));
        String json =
                "{'format':1,'clusterId':'c-1','takenAt':5,'groups':[{'group':'billing','offsets':[{'topic':'orders',"
                        + "'topicId':'iYr6zEfpTEuyx0h2pFjMKg','partition':3,'offset':42,'leaderEpoch':-1,'metadata':''}]}]}";

        assertThat(text(document)).isEqualTo(json);
        assertThat(GroupsSnapshot.parse(document.toJson())).isEqualTo(document);
    }

    @Test
    void a_manifest_is_spelt_as_documented() {
        BatchManifest document = manifest();
        String json = "{'format':1,'archiveId':'a-1','clusterId':'c-1','topic':'orders',"
                + "'topicId':'iYr6zEfpTEuyx0h2pFjMKg','partition':3,'from':10,'next':20,'firstOffset':8,'lastOffset':19,"
                + "'lastLeaderEpoch':4,'records':9,'batches':2,'baseTimestamp':100,'maxTimestamp':200,"
                + "'timestampType':'create','transformed':false,'logBytes':1000,'storedBytes':300,'sha256':'00ff',"
                + "'writer':'caravan','createdAt':1700000000000,"
                + "'index':[{'offset':8,'logPosition':0,'storedPosition':0}]}";

        assertThat(text(document)).isEqualTo(json);
        assertThat(BatchManifest.parse(document.toJson())).isEqualTo(document);
        assertThat(document.key()).isEqualTo(new ObjectKey(10, 20, 4, 9, 100, 200));
        assertThat(document.logEntry()).isEqualTo("00000000000000000010.log");
    }

    @Test
    void fields_of_a_later_version_are_left_out() {
        byte[] json = bytes("{'later':[1,{'x':2}],'format':1,'archiveId':'a-1','createdAt':3}");

        assertThat(ArchiveDocument.parse(json)).isEqualTo(ArchiveDocument.of("a-1", 3));
    }

    @Test
    void another_format_is_refused_by_its_number() {
        assertThatThrownBy(() -> ArchiveDocument.parse(bytes("{'format':2,'somethingElse':true}")))
                .isInstanceOf(UnsupportedFormatException.class)
                .hasMessage("archive.json is of format 2; this version reads format 1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "{}",
                "{'archiveId':'a','createdAt':3}",
                "{'format':'1','archiveId':'a','createdAt':3}",
                "{'format':1,'createdAt':3}",
                "{'format':1,'archiveId':'a'}",
                "{'format':1,'archiveId':null,'createdAt':3}",
                "{'format':1,'archiveId':'a','createdAt':null}",
                "{'format':1,'archiveId':'a','createdAt':'3'}",
                "{'format':1,'archiveId':'a','createdAt':3} x"
            })
    void a_document_that_is_cut_or_lacks_a_field_is_damaged(String json) {
        assertThatThrownBy(() -> ArchiveDocument.parse(bytes(json)))
                .isInstanceOf(DamagedObjectException.class)
                .hasMessageStartingWith("archive.json ");
    }

    @Test
    void a_manifest_lacks_no_field() {
        String json = text(manifest());
        for (String field :
                json.replaceAll("\\[.*]", "[]").replaceAll("[{}]", "").split(",")) {
            String without = json.replaceFirst("'index':\\[.*]", "'index':[]")
                    .replace("," + field, "")
                    .replace(field + ",", "");
            assertThatThrownBy(() -> BatchManifest.parse(bytes(without)))
                    .as(field)
                    .isInstanceOf(DamagedObjectException.class);
        }
    }

    private static BatchManifest manifest() {
        return new BatchManifest(
                "a-1",
                "c-1",
                "orders",
                ID,
                3,
                10,
                20,
                8,
                19,
                4,
                9,
                2,
                100,
                200,
                Timestamps.CREATE,
                false,
                1000,
                300,
                "00ff",
                "caravan",
                1_700_000_000_000L,
                List.of(new Frame(8, 0, 0)));
    }

    private static String text(Document document) {
        return new String(document.toJson(), UTF_8).replace('"', '\'');
    }

    private static byte[] bytes(String json) {
        return json.replace('\'', '"').getBytes(UTF_8);
    }
}
