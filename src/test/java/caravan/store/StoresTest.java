package caravan.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoresTest {

    @ParameterizedTest
    @CsvSource({
        "file:///srv/backups, /srv/backups",
        "file:///srv/backups/, /srv/backups",
        "file:///srv//my backups/../+1, /srv/+1",
    })
    void readsADirectory(String text, String root) {
        DirectoryLocation location = DirectoryLocation.parse(text);

        assertThat(location.root()).isEqualTo(Path.of(root));
        assertThat(location).hasToString("file://" + root);
    }

    @Test
    void theSchemeChoosesTheStore() {
        assertThat(Stores.open("file:///srv/backups")).isInstanceOf(DirectoryStore.class);
        System.setProperty("aws.region", "us-east-1");
        try (Store store = Stores.open("s3://bucket/prefix")) {
            assertThat(store).isInstanceOf(S3Store.class);
        } finally {
            System.clearProperty("aws.region");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/srv/backups, is not a store, write a directory as file:///srv/backups",
        "backups, is not a store, s3://bucket/prefix, or file:///directory",
        "http://x/y, is not a store, s3://bucket/prefix, or file:///directory",
        "s3:/bucket, is not a bucket, s3://bucket/prefix",
        "file:/srv/backups, is not a directory's URL, file:///directory",
        "file://, names no directory, file:///directory",
        "file://backups, names a host, file:///directory",
        "file://server/share, names a host, file:///directory",
        "file://./backups, relative path, file:///directory",
        "file:///, the root of the file system, file:///directory",
        "file:///my%20backups, the escape %20, as it is",
    })
    void whatIsNoStoreIsRefusedWithAHint(String text, String message, String hint) {
        assertThatThrownBy(() -> Stores.open(text))
                .isInstanceOfSatisfying(
                        StoreLocationException.class, e -> assertThat(e.hint()).contains(hint))
                .hasMessageContaining(text)
                .hasMessageContaining(message);
    }
}
