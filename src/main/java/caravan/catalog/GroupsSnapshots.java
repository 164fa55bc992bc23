package caravan.catalog;

import caravan.archive.ArchiveKey;
import caravan.archive.ArchiveLayout;
import caravan.archive.DamagedObjectException;
import caravan.archive.GroupsSnapshot;
import caravan.archive.UnsupportedFormatException;
import caravan.store.Store;
import caravan.store.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The history of consumer groups' offsets. The newest snapshot says all that is known; the ones before it say what was known then. Not
 * safe for several threads.
 */
public final class GroupsSnapshots {
    private static final Logger LOG = LoggerFactory.getLogger(GroupsSnapshots.class);

    /** How far back the newest one is looked for first: there may be one for each minute of years. */
    private static final List<Duration> LOOKS = List.of(Duration.ofHours(1), Duration.ofDays(1), Duration.ofDays(30));

    private static final String PREFIX = ArchiveLayout.GROUPS + "groups-";

    /** A snapshot and its key. */
    public record Stored(ArchiveKey.Groups key, GroupsSnapshot snapshot) {}

    private final Store store;
    private Optional<Stored> known = Optional.empty();
    private Optional<ArchiveKey.Groups> last = Optional.empty();

    public GroupsSnapshots(Store store) {
        this.store = store;
    }

    /**
     * The newest snapshot that can be read; empty where there is none. One that is damaged is passed over with a warning: it must not
     * keep later ones from being written.
     */
    public Optional<Stored> newest() {
        List<ArchiveKey.Groups> later =
                last.map(key -> after(key.path())).orElseGet(() -> keys(System.currentTimeMillis()));
        if (!later.isEmpty()) {
            last = Optional.of(later.get(later.size() - 1));
            known = readable(later).or(() -> known.isPresent() ? known : readable(after("")));
        }
        return known;
    }

    /**
     * The last snapshot that can be read and was taken at this time or before; empty where there is none.
     *
     * @param millis epoch millis
     */
    public Optional<Stored> notAfter(long millis) {
        for (Duration back : LOOKS) {
            Optional<Stored> found =
                    readable(between(new ArchiveKey.Groups(Math.max(0, millis - back.toMillis())).path(), millis));
            if (found.isPresent()) {
                return found;
            }
        }
        return readable(between("", millis));
    }

    private List<ArchiveKey.Groups> between(String startAfter, long last) {
        List<ArchiveKey.Groups> keys = new ArrayList<>();
        try (Stream<ArchiveKey.Groups> following = following(startAfter)) {
            following.takeWhile(key -> key.takenAt() <= last).forEach(keys::add);
        }
        return keys;
    }

    private Optional<Stored> readable(List<ArchiveKey.Groups> keys) {
        for (int i = keys.size() - 1; i >= 0; i--) {
            try {
                return Optional.of(read(keys.get(i)));
            } catch (DamagedObjectException e) {
                LOG.warn("passed over, as it is damaged: {}", e.getMessage());
            }
        }
        return Optional.empty();
    }

    /**
     * Writes a snapshot behind the newest one that {@link #newest} knew of.
     *
     * @return whether it was written; false where another process was first, and has to be asked what it knew
     */
    public boolean write(GroupsSnapshot snapshot) {
        long name =
                Math.max(snapshot.takenAt(), last.map(key -> key.takenAt() + 1).orElse(0L));
        ArchiveKey.Groups key = new ArchiveKey.Groups(name);
        if (!store.putIfAbsent(key.path(), snapshot.toJson())) {
            return false;
        }
        last = Optional.of(key);
        known = Optional.of(new Stored(key, snapshot));
        return true;
    }

    /** The newest keys, in order, or all. */
    private List<ArchiveKey.Groups> keys(long now) {
        for (Duration back : LOOKS) {
            List<ArchiveKey.Groups> found = after(new ArchiveKey.Groups(Math.max(0, now - back.toMillis())).path());
            if (!found.isEmpty()) {
                return found;
            }
        }
        return after("");
    }

    private List<ArchiveKey.Groups> after(String startAfter) {
        try (Stream<ArchiveKey.Groups> following = following(startAfter)) {
            return new ArrayList<>(following.toList());
        }
    }

    /** Keys that sort behind one, in order, page by page. */
    private Stream<ArchiveKey.Groups> following(String startAfter) {
        return Stream.iterate(
                        store.list(PREFIX, startAfter, Store.PAGE),
                        page -> page != null,
                        page -> page.more()
                                ? store.list(
                                        PREFIX,
                                        page.entries()
                                                .get(page.entries().size() - 1)
                                                .key(),
                                        Store.PAGE)
                                : null)
                .flatMap(page -> page.entries().stream())
                .flatMap(entry -> ArchiveLayout.parse(entry.key()).stream())
                .filter(ArchiveKey.Groups.class::isInstance)
                .map(ArchiveKey.Groups.class::cast);
    }

    private Stored read(ArchiveKey.Groups key) {
        try {
            return new Stored(key, GroupsSnapshot.parse(store.read(key.path())));
        } catch (DamagedObjectException | UnsupportedFormatException e) {
            throw new DamagedObjectException(key.path() + ": " + e.getMessage(), e);
        } catch (StoreException e) {
            if (e.kind() == StoreException.Kind.NOT_FOUND) {
                throw new DamagedObjectException(key.path() + ": it was listed, and does not exist", e);
            }
            throw e;
        }
    }
}
