package caravan.backup;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.Timeline;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommitMetadataTest {
    private static final Timeline BASELINE = new Timeline(Uuid.fromString("iYr6zEfpTEuyx0h2pFjMKg"), 2);

    @Test
    void whatIsPrintedIsRead() {
        // Given
        CommitMetadata begun = new CommitMetadata("an-archive", BASELINE, Optional.empty());
        CommitMetadata stored = new CommitMetadata(
                "an-archive", BASELINE, Optional.of("a-key.zip"), OptionalLong.of(1_700_000_000_000L));

        // Then
        assertThat(begun.print()).isEqualTo("caravan1 an-archive iYr6zEfpTEuyx0h2pFjMKg.2 -");
        assertThat(stored.print()).isEqualTo("caravan1 an-archive iYr6zEfpTEuyx0h2pFjMKg.2 a-key.zip 1700000000000");
        assertThat(CommitMetadata.parse(begun.print())).contains(begun);
        assertThat(CommitMetadata.parse(stored.print())).contains(stored);
    }

    @Test
    void aCommitOfAnotherTimeSaysTheSameOfTheArchive() {
        CommitMetadata one = new CommitMetadata("a", BASELINE, Optional.of("k"), OptionalLong.of(1));
        assertThat(one.agreesWith(new CommitMetadata("a", BASELINE, Optional.of("k"))))
                .isTrue();
        assertThat(one.agreesWith(new CommitMetadata("a", BASELINE, Optional.of("l"))))
                .isFalse();
        assertThat(one.agreesWith(new CommitMetadata("a", Timeline.of(BASELINE.topicId()), Optional.of("k"))))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "caravan1 a iYr6zEfpTEuyx0h2pFjMKg",
                "caravan1 a iYr6zEfpTEuyx0h2pFjMKg k 1 2",
                "caravan2 a b c"
            })
    void whatAnotherProgramCommitsIsNotOurs(String text) {
        assertThat(CommitMetadata.parse(text)).isEmpty();
    }
}
