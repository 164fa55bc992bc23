package caravan.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileStoreAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
    private static final long CAPACITY = 256L << 20;

    @TempDir
    Path root;

    @Test
    void what_a_dead_process_left_behind_is_deleted() throws Exception {
        // Given
        Path left = Files.createDirectory(root.resolve("process-dead"));
        Files.createFile(left.resolve("lock"));
        Files.writeString(left.resolve("1.zip"), "half an object");
        // When
        try (Spool spool = new Spool(root, CAPACITY)) {
            // Then
            assertThat(left).doesNotExist();
        }
    }

    @Test
    void other_users_of_the_host_can_not_look_into_it() throws Exception {
        // When
        try (Spool spool = new Spool(root, CAPACITY)) {
            // Then
            Path directory = spool.newFile(".zip").getParent();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void what_a_living_process_holds_is_left_alone() throws Exception {
        // Given
        try (Spool living = new Spool(root, CAPACITY)) {
            Path object = Files.writeString(living.newFile(".zip"), "an object that grows");
            // When
            try (Spool other = new Spool(root, CAPACITY)) {
                // Then
                assertThat(object).exists();
            }
            assertThat(object).exists();
        }
    }

    @Test
    void nothing_is_left_when_it_closes() throws Exception {
        // Given
        Spool spool = new Spool(root, CAPACITY);
        Files.writeString(spool.newFile(".zip"), "an object");
        // When
        spool.close();
        // Then
        assertThat(root).isDirectoryNotContaining("glob:**/process-*");
    }

    @Test
    void it_is_full_while_one_more_poll_might_not_fit() throws Exception {
        try (Spool spool = new Spool(root, CAPACITY)) {
            spool.grow(CAPACITY - Spool.ONE_POLL);
            assertThat(spool.full()).isFalse();
            spool.grow(1);
            assertThat(spool.full()).isTrue();
            spool.grow(-1);
            assertThat(spool.full()).isFalse();
        }
    }

    @Test
    void it_is_full_while_one_more_poll_might_not_fit_on_the_disk() throws Exception {
        // Given
        Disk disk = new Disk();
        try (Spool spool = new Spool(root, CAPACITY, disk)) {
            assertThat(spool.full()).isFalse();
            // When
            disk.usable = Spool.ONE_POLL - 1;
            // Then
            assertThat(spool.full()).isTrue();
            disk.usable = Spool.ONE_POLL;
            assertThat(spool.full()).isFalse();
        }
    }

    @Test
    void a_disk_that_is_full_from_the_start_is_refused() {
        Disk disk = new Disk();
        disk.usable = 1_000;
        assertThatThrownBy(() -> new Spool(root, CAPACITY, disk))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("1000 bytes left");
    }

    private static final class Disk extends FileStore {
        private long usable = 1L << 30;

        @Override
        public long getTotalSpace() {
            return 1L << 30;
        }

        @Override
        public long getUsableSpace() {
            return usable;
        }

        @Override
        public long getUnallocatedSpace() {
            return usable;
        }

        @Override
        public String name() {
            return "disk";
        }

        @Override
        public String type() {
            return "test";
        }

        @Override
        public boolean isReadOnly() {
            return false;
        }

        @Override
        public boolean supportsFileAttributeView(Class<? extends FileAttributeView> type) {
            return false;
        }

        @Override
        public boolean supportsFileAttributeView(String name) {
            return false;
        }

        @Override
        public <V extends FileStoreAttributeView> V getFileStoreAttributeView(Class<V> type) {
            return null;
        }

        @Override
        public Object getAttribute(String attribute) {
            return null;
        }
    }
}
