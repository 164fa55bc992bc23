package caravan.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import caravan.store.Store.Entry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;

/**
 * The files below a directory in the order in which S3 lists keys: by the UTF-8 bytes of the whole key, '/' included. A folder is
 * read when its turn comes, and of its names only those whose turn comes are looked at. Symbolic links are not followed.
 * Throws {@link UncheckedIOException}.
 */
final class DirectoryWalk implements Iterator<Entry> {

    /** A name in a folder: taken for a file until its turn comes, as asking for each name's kind would be slow. */
    private record Child(Path path, String key, byte[] order, boolean folder) implements Comparable<Child> {
        private Child(Path path, String key) {
            this(path, key, key.getBytes(UTF_8), false);
        }

        /** The same as a folder: its keys sort as if its name ended in '/', which is never before its name. */
        private Child asFolder() {
            return new Child(path, key + "/", (key + "/").getBytes(UTF_8), true);
        }

        @Override
        public int compareTo(Child other) {
            return Arrays.compareUnsigned(order, other.order);
        }
    }

    private final Path skipped;
    private final String prefix;
    private final String startAfter;
    private final Deque<PriorityQueue<Child>> folders = new ArrayDeque<>();
    private Entry next;

    /**
     * @param first the folder that the prefix lies in
     * @param skipped a file or folder to leave out
     * @param startAfter a whole key; "" to begin with the first
     */
    DirectoryWalk(Path first, Path skipped, String prefix, String startAfter) {
        this.skipped = skipped;
        this.prefix = prefix;
        this.startAfter = startAfter;
        enter(first, prefix.substring(0, prefix.lastIndexOf('/') + 1));
        advance();
    }

    @Override
    public boolean hasNext() {
        return next != null;
    }

    @Override
    public Entry next() {
        if (next == null) {
            throw new NoSuchElementException();
        }
        Entry entry = next;
        advance();
        return entry;
    }

    private void enter(Path directory, String folder) {
        PriorityQueue<Child> children = new PriorityQueue<>();
        try (DirectoryStream<Path> names = Files.newDirectoryStream(directory)) {
            for (Path path : names) {
                String key = folder + path.getFileName();
                if (key.startsWith(prefix) && mayLieBehind(key) && !path.equals(skipped)) {
                    children.add(new Child(path, key));
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            // Nothing has such a key (any more).
            children.clear();
        } catch (DirectoryIteratorException e) {
            throw new UncheckedIOException(e.getCause());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        folders.push(children);
    }

    private void advance() {
        next = null;
        while (next == null && !folders.isEmpty()) {
            Child child = folders.peek().poll();
            if (child == null) {
                folders.pop();
            } else if (child.folder()) {
                enter(child.path(), child.key());
            } else {
                look(child);
            }
        }
    }

    private void look(Child child) {
        try {
            BasicFileAttributes found =
                    Files.readAttributes(child.path(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (found.isDirectory()) {
                folders.peek().add(child.asFolder());
            } else if (found.isRegularFile() && isBehind(child.key())) {
                next = new Entry(
                        child.key(), found.size(), found.lastModifiedTime().toInstant());
            }
        } catch (NoSuchFileException e) {
            // Deleted meanwhile.
            next = null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isBehind(String key) {
        return compare(key, startAfter) > 0;
    }

    /** Whether a file of this key, or any file in a folder of it, can lie behind what to start after. */
    private boolean mayLieBehind(String key) {
        return startAfter.isEmpty() || isBehind(key + "/") || startAfter.startsWith(key + "/");
    }

    /** The order of S3's keys. Not String's own, which puts what lies beyond U+FFFF too early. */
    static int compare(String one, String other) {
        return Arrays.compareUnsigned(one.getBytes(UTF_8), other.getBytes(UTF_8));
    }
}
