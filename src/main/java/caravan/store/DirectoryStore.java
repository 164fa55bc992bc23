package caravan.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import caravan.store.DurableFiles.Content;
import caravan.store.StoreException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * A store in a directory of a file system with hard links, as local ones and NFS have them: each object is the file of its key, so that a copy of
 * the directory in a bucket is the same archive, and the other way round. Objects have no metadata here. Temporary files
 * lie in the folder {@code .tmp}, which is no part of the archive.
 */
public final class DirectoryStore implements Store {
    private static final int BUFFER = 1 << 16;

    /** What is done with files, as opposed to what is said where it fails. */
    private interface FileAction<T> {
        T run() throws IOException;
    }

    private final DirectoryLocation location;
    private final Path root;
    private final Path temporary;
    private final DurableFiles files;
    private final DirectoryErrors errors;

    /** Nothing is asked of the file system yet. */
    public DirectoryStore(DirectoryLocation location) {
        this.location = location;
        this.root = location.root();
        this.temporary = root.resolve(DurableFiles.TEMPORARY);
        this.files = new DurableFiles(root);
        this.errors = new DirectoryErrors(root);
    }

    @Override
    public String location() {
        return location.toString();
    }

    @Override
    public void check() {
        asked("read " + this, () -> {
            if (!Files.isDirectory(root)) {
                throw new NotDirectoryException(root.toString());
            }
            Files.newDirectoryStream(root).close();
            return null;
        });
    }

    @Override
    public void checkWritable() {
        asked("store anything in " + this, () -> {
            files.check();
            return null;
        });
    }

    @Override
    public void create() {
        asked("create " + this, () -> {
            files.createRoot();
            return null;
        });
    }

    @Override
    public Page list(String prefix, String startAfter, int max) {
        return listed(prefix, () -> {
            DirectoryWalk walk = walk(prefix, startAfter);
            List<Entry> entries = new ArrayList<>();
            while (entries.size() < max && walk.hasNext()) {
                entries.add(walk.next());
            }
            return new Page(entries, walk.hasNext());
        });
    }

    @Override
    public Stream<Entry> list(String prefix) {
        DirectoryWalk walk = listed(prefix, () -> walk(prefix, ""));
        return Stream.generate(() -> listed(prefix, () -> walk.hasNext() ? walk.next() : null))
                .takeWhile(Objects::nonNull);
    }

    private DirectoryWalk walk(String prefix, String startAfter) throws IOException {
        if (!Files.isDirectory(root)) {
            throw new NotDirectoryException(root.toString());
        }
        int folder = prefix.lastIndexOf('/');
        return new DirectoryWalk(folder < 0 ? root : path(prefix.substring(0, folder)), temporary, prefix, startAfter);
    }

    @Override
    public List<String> folders(String prefix) {
        return listed(prefix, () -> {
            Path directory = prefix.isEmpty() ? root : path(prefix.substring(0, prefix.length() - 1));
            List<String> names = new ArrayList<>();
            try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
                for (Path child : children) {
                    if (!child.equals(temporary) && hasFiles(child)) {
                        names.add(child.getFileName().toString());
                    }
                }
            } catch (NoSuchFileException | NotDirectoryException e) {
                if (!Files.isDirectory(root)) {
                    throw e;
                }
            }
            names.sort((one, other) -> DirectoryWalk.compare(one + "/", other + "/"));
            return names;
        });
    }

    private static boolean hasFiles(Path child) throws IOException {
        if (!Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (Stream<Path> below = Files.walk(child)) {
            return below.anyMatch(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS));
        }
    }

    @Override
    public Optional<Head> head(String key) {
        return asked("look at " + name(key), () -> {
            try {
                BasicFileAttributes found = Files.readAttributes(path(key), BasicFileAttributes.class);
                return found.isRegularFile() ? Optional.of(new Head(found.size(), Map.of())) : Optional.empty();
            } catch (NoSuchFileException e) {
                // Unless the whole store is missing.
                check();
                return Optional.empty();
            }
        });
    }

    @Override
    public byte[] read(String key) {
        return asked("read " + name(key), () -> {
            try (FileChannel file = openFile(key)) {
                ByteBuffer body = ByteBuffer.allocate(Math.toIntExact(file.size()));
                while (body.hasRemaining() && file.read(body) >= 0) {}
                return body.array();
            }
        });
    }

    @Override
    public InputStream open(String key) {
        return open(key, 0, Long.MAX_VALUE);
    }

    @Override
    public InputStream open(String key, long from, long length) {
        String action = "read " + name(key);
        return asked(action, () -> {
            FileChannel file = openFile(key);
            return new FileBody(file, from, length, e -> errors.of(action, e));
        });
    }

    private FileChannel openFile(String key) throws IOException {
        Path file = path(key);
        if (Files.isDirectory(file)) {
            throw new NoSuchFileException(file.toString());
        }
        return FileChannel.open(file, StandardOpenOption.READ);
    }

    @Override
    public boolean putIfAbsent(String key, byte[] body) {
        return store(key, file -> DurableFiles.writeFully(file, ByteBuffer.wrap(body)));
    }

    @Override
    public void put(String key, byte[] body) {
        asked("store " + name(key), () -> {
            files.replace(path(key), file -> DurableFiles.writeFully(file, ByteBuffer.wrap(body)));
            return null;
        });
    }

    @Override
    public PutOutcome putIfAbsent(String key, Path file, Map<String, String> metadata, long crc32c) {
        boolean created = store(key, to -> copy(key, file, to, crc32c));
        return created ? PutOutcome.CREATED : PutOutcome.EXISTED;
    }

    /** By {@link Deletion} only. */
    Deletion.Outcome delete(String key) {
        return asked("delete " + name(key), () -> {
            files.delete(path(key));
            return Deletion.Outcome.GONE;
        });
    }

    private boolean store(String key, Content content) {
        return asked("store " + name(key), () -> {
            return files.create(path(key), content);
        });
    }

    private void copy(String key, Path from, FileChannel to, long crc32c) throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        try (FileChannel source = FileChannel.open(from, StandardOpenOption.READ)) {
            while (source.read(buffer.clear()) >= 0) {
                crc.update(buffer.flip());
                DurableFiles.writeFully(to, buffer.rewind());
            }
        }
        if (crc.getValue() != crc32c) {
            throw new StoreException(
                    Kind.OTHER,
                    "can't store " + name(key) + ": " + from + " is no longer what was written (CRC-32C)",
                    "look after the disk of the spool",
                    null);
        }
    }

    @Override
    public void close() {
        // No file stays open.
    }

    private <T> T asked(String action, FileAction<T> files) {
        try {
            return files.run();
        } catch (UncheckedIOException e) {
            throw errors.of(action, e.getCause());
        } catch (IOException e) {
            throw errors.of(action, e);
        }
    }

    private <T> T listed(String prefix, FileAction<T> files) {
        return asked("list " + name(prefix), files);
    }

    /** The file of a key, which must not lead anywhere else. */
    private Path path(String key) {
        try {
            Path path = root.resolve(key);
            // What a path drops, or reads as another one: "a//b", "./a", "../a", "/a".
            boolean same = path.normalize().toString().equals(root + "/" + key);
            if (same && !path.startsWith(temporary)) {
                return path;
            }
            throw unusable(key, "it has an empty part, or one that is '.', '..' or '.tmp'");
        } catch (InvalidPathException e) {
            throw unusable(
                    key,
                    e.getReason() + (UTF_8.name().equals(System.getProperty("sun.jnu.encoding")) ? "" : " (locale?)"));
        }
    }

    private StoreException unusable(String key, String reason) {
        return new StoreException(
                Kind.OTHER,
                "'" + key + "' can't be a file in " + this + ": " + reason,
                "choose another name; names beyond ASCII need a UTF-8 locale (LC_ALL=C.UTF-8)",
                null);
    }

    private String name(String key) {
        return this + "/" + key;
    }

    @Override
    public String toString() {
        return location.toString();
    }
}
