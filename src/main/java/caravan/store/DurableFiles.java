package caravan.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Writes files that are there whole or not at all, also after a loss of power: a temporary file is written and flushed to the disk,
 * then given its name, and the name is flushed, too. Temporary files lie in a folder of their own, because any name
 * elsewhere could be an archive's.
 */
final class DurableFiles {

    /** The folder of the temporary files, below the root. */
    static final String TEMPORARY = ".tmp";

    /** Longer than a file takes to be written: older ones are what a crash left behind. */
    private static final Duration ABANDONED = Duration.ofDays(1);

    /** Writes the content of a file. */
    interface Content {
        void writeTo(FileChannel file) throws IOException;
    }

    private final Path root;
    private final Path temporary;
    private final Set<Path> durable = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean cleaned = new AtomicBoolean();

    DurableFiles(Path root) {
        this.root = root;
        this.temporary = root.resolve(TEMPORARY);
    }

    /** Writes a file unless its name is taken: false, and nothing is changed, where it is. */
    boolean create(Path file, Content content) throws IOException {
        boolean created = false;
        if (!Files.exists(file)) {
            Path written = write(content);
            try {
                makeDurable(file.getParent());
                created = link(written, file);
            } finally {
                Files.deleteIfExists(written);
            }
        }
        // Also where another process came first: its name may not be on the disk yet.
        makeDurable(file.getParent());
        sync(file.getParent());
        return created;
    }

    /** Writes a file over what is there. */
    void replace(Path file, Content content) throws IOException {
        Path written = write(content);
        try {
            makeDurable(file.getParent());
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
            sync(file.getParent());
        } finally {
            Files.deleteIfExists(written);
        }
    }

    /**
     * Deletes a file, if it is there. Its folder stays, and is not flushed: a name that comes back after a loss of power is deleted by
     * whoever looks again.
     */
    void delete(Path file) throws IOException {
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!Files.deleteIfExists(file) && !Files.isDirectory(root)) {
            throw new NotDirectoryException(root.toString());
        }
    }

    /** Fails unless files can be written, and given names in the way {@link #create} does. */
    void check() throws IOException {
        Path file = write(channel -> {});
        Path name = temporary.resolve(UUID.randomUUID().toString());
        try {
            link(file, name);
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(name);
        }
    }

    /** Creates the root and what it lies in, unless it exists. */
    void createRoot() throws IOException {
        Path existing = root;
        while (!Files.isDirectory(existing)) {
            existing = existing.getParent();
        }
        Files.createDirectories(root);
        for (Path created = root; !created.equals(existing); created = created.getParent()) {
            sync(created.getParent());
        }
    }

    private Path write(Content content) throws IOException {
        makeDurable(temporary);
        if (cleaned.compareAndSet(false, true)) {
            deleteAbandoned();
        }
        Path file = temporary.resolve(UUID.randomUUID().toString());
        boolean complete = false;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            content.writeTo(channel);
            channel.force(true);
            complete = true;
            return file;
        } finally {
            if (!complete) {
                Files.deleteIfExists(file);
            }
        }
    }

    /**
     * Gives a file a second name, unless it is taken. Not a move: Java has none that is atomic and keeps what is there
     * ({@code rename(2)} replaces).
     */
    private static boolean link(Path file, Path name) throws IOException {
        try {
            Files.createLink(name, file);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (UnsupportedOperationException e) {
            throw new NoHardLinksException(name, e);
        } catch (FileSystemException e) {
            if (e.getClass() == FileSystemException.class
                    && String.valueOf(e.getReason()).matches(".*not (permitted|supported|implemented).*")) {
                throw new NoHardLinksException(name, e);
            }
            throw e;
        }
    }

    /** The file system can't give a file a second name: FAT, some network and user-space file systems. */
    static final class NoHardLinksException extends IOException {
        private static final long serialVersionUID = 1L;

        private NoHardLinksException(Path name, Exception cause) {
            super("the file system of " + name.getParent() + " has no hard links", cause);
        }
    }

    /** Creates a directory below the root, and flushes its name and those of what it lies in, also where another process made them. */
    private void makeDurable(Path directory) throws IOException {
        if (directory.equals(root) || durable.contains(directory) && Files.isDirectory(directory)) {
            return;
        }
        makeDurable(directory.getParent());
        try {
            Files.createDirectory(directory);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory)) {
                throw e;
            }
        }
        sync(directory.getParent());
        durable.add(directory);
    }

    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private void deleteAbandoned() {
        Instant limit = Instant.now().minus(ABANDONED);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(temporary)) {
            for (Path file : files) {
                if (Files.getLastModifiedTime(file).toInstant().isBefore(limit)) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // Another process was faster, or they are another user's: they harm nobody.
            cleaned.set(true);
        }
    }

    /** Writes all of it. */
    static void writeFully(FileChannel file, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }
}
