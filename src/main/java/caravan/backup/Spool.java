package caravan.backup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The local directory where objects grow before they are stored. Each process has a sub-directory of its own, which it locks;
 * one that nobody holds was left behind by a process that died, and is deleted: what it holds was never committed, and Kafka
 * still has it.
 */
public final class Spool implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);
    private static final String LOCK = "lock";

    /** Room that is kept for what one poll can bring; less in a small spool, which one poll may then exceed. */
    static final long ONE_POLL = 64L << 20;

    private static final long SMALLEST = 16L << 20;

    private final Path directory;
    private final FileChannel lockFile;
    private final FileLock lock;
    private final long capacity;
    private final FileStore disk;
    private final long reserve;
    private final AtomicLong used = new AtomicLong();
    private final AtomicLong files = new AtomicLong();

    /**
     * @param root directory that may be shared by processes; created where it is missing
     * @param capacity bytes that objects may take up, open and waiting ones together
     */
    public Spool(Path root, long capacity) throws IOException {
        this(Files.createDirectories(root), capacity, Files.getFileStore(root));
    }

    Spool(Path root, long capacity, FileStore disk) throws IOException {
        if (capacity < SMALLEST) {
            throw new IllegalArgumentException("a spool needs at least " + SMALLEST + " bytes, not " + capacity);
        }
        this.capacity = capacity;
        this.disk = disk;
        if (disk.getUsableSpace() < SMALLEST) {
            throw new IOException("its disk has only " + disk.getUsableSpace() + " bytes left");
        }
        this.reserve = Math.min(ONE_POLL, disk.getTotalSpace() / 4);
        // One process at a time: another one must not take a directory that is not locked yet for an abandoned one.
        try (FileChannel gate =
                        FileChannel.open(root.resolve("gate"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock entered = gate.lock()) {
            LOG.trace("entered {}", entered);
            sweep(root);
            this.directory = Files.createDirectory(root.resolve("process-" + UUID.randomUUID()), forUsAlone(root));
            this.lockFile =
                    FileChannel.open(directory.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            this.lock = lockFile.lock();
        }
    }

    /** Records lie here in the clear, and the directory above may be one that others use, too. */
    private static FileAttribute<?>[] forUsAlone(Path root) {
        return root.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
    }

    private static void sweep(Path root) throws IOException {
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(root, "process-*")) {
            for (Path left : directories) {
                if (abandoned(left)) {
                    LOG.info("deleting what a process left behind: {}", left);
                    delete(left);
                }
            }
        }
    }

    private static boolean abandoned(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory.resolve(LOCK), StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        } catch (NoSuchFileException e) {
            // Being created or being deleted by its process; without the lock file nothing else is in it yet.
            return false;
        }
    }

    /** A name for a new file. */
    Path newFile(String suffix) {
        return directory.resolve(files.incrementAndGet() + suffix);
    }

    /** Accounts for bytes that were written (or, negative, deleted). */
    void grow(long bytes) {
        used.addAndGet(bytes);
    }

    /** Bytes in use. */
    public long used() {
        return used.get();
    }

    public long capacity() {
        return capacity;
    }

    /** Whether one more poll might not fit: into what the spool may take up, or into what the disk has left. */
    boolean full() {
        return used.get() > capacity - Math.min(ONE_POLL, capacity / 2) || diskFull();
    }

    private boolean diskFull() {
        try {
            return disk.getUsableSpace() < reserve;
        } catch (IOException e) {
            LOG.debug("the disk of the spool does not tell how much is left", e);
            return false;
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
            lockFile.close();
            delete(directory);
        } catch (IOException e) {
            LOG.warn("the spool directory {} could not be deleted: {}", directory, e.toString());
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> contents = Files.walk(directory)) {
            contents.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.deleteIfExists(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
