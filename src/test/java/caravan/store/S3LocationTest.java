package caravan.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class S3LocationTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "s3://bucket, bucket, '', s3://bucket",
                "s3://bucket/, bucket, '', s3://bucket",
                "s3://bucket/a, bucket, a/, s3://bucket/a",
                "s3://my.bucket-1/a/b c/, my.bucket-1, a/b c/, s3://my.bucket-1/a/b c",
            })
    void readsBucketAndPrefix(String text, String bucket, String prefix, String printed) {
        S3Location location = S3Location.parse(text);

        assertThat(location).isEqualTo(new S3Location(bucket, prefix));
        assertThat(location).hasToString(printed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "bucket", "/tmp/x", "s3:/bucket", "s3://", "s3:///prefix", "http://x/y", "file:///backup"})
    void refusesWhatIsNoS3Store(String text) {
        assertThatThrownBy(() -> S3Location.parse(text))
                .isInstanceOfSatisfying(
                        StoreLocationException.class, e -> assertThat(e.hint()).contains("s3://bucket/prefix"))
                .hasMessageContaining(text);
    }

    @Test
    void refusesPrefixesThatServersTakeForOthers() {
        for (String text : new String[] {"s3://b//a", "s3://b/a//c", "s3://b/a/../c", "s3://b/."}) {
            assertThatThrownBy(() -> S3Location.parse(text)).isInstanceOf(StoreLocationException.class);
        }
    }
}
