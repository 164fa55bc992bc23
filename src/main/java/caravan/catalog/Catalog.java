package caravan.catalog;

import caravan.archive.ArchiveDocument;
import caravan.archive.ArchiveLayout;
import caravan.archive.DamagedObjectException;
import caravan.archive.GapDocument;
import caravan.archive.GapKey;
import caravan.archive.PartitionFolder;
import caravan.archive.UnsupportedFormatException;
import caravan.store.Store;
import caravan.store.StoreException;
import caravan.store.StoreException.Kind;
import java.util.List;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.kafka.common.Uuid;

/** What an archive holds, read from a store's LIST; there is no other index. Failures come as {@link StoreException}. */
public final class Catalog {
    private final Store store;

    public Catalog(Store store) {
        this.store = store;
    }

    /**
     * The archive's own document; empty where the store holds no archive.
     *
     * @throws caravan.archive.UnsupportedFormatException for an archive of another format
     * @throws DamagedObjectException where it can't be read
     */
    public Optional<ArchiveDocument> archive() {
        try {
            return Optional.of(ArchiveDocument.parse(store.read(ArchiveLayout.ARCHIVE)));
        } catch (StoreException e) {
            if (e.kind() == Kind.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * The archive's own document; {@link Kind#NOT_FOUND} where the store holds no archive.
     *
     * @throws DamagedObjectException where it has topics, but not this document
     */
    public ArchiveDocument requireArchive() {
        return archive().orElseThrow(this::noArchive);
    }

    private RuntimeException noArchive() {
        if (!topics().isEmpty()) {
            return new DamagedObjectException(
                    ArchiveLayout.ARCHIVE + " is missing in " + store.location() + ", though there are topics");
        }
        return new StoreException(
                Kind.NOT_FOUND,
                "there is no archive in " + store.location(),
                "check --store; 'backup' begins an archive",
                null);
    }

    /**
     * The archive's own document; begins an archive where there is none. Of several that begin it at once, one wins. Throws as {@link #requireArchive} does where the document alone is missing: a new
     * archive id would not fit the topics that are there.
     */
    public ArchiveDocument openOrCreate() {
        Optional<ArchiveDocument> existing = archive();
        if (existing.isPresent()) {
            return existing.get();
        }
        if (!topics().isEmpty()) {
            throw noArchive();
        }
        ArchiveDocument begun = ArchiveDocument.of(Uuid.randomUuid().toString(), System.currentTimeMillis());
        store.putIfAbsent(ArchiveLayout.ARCHIVE, begun.toJson());
        return requireArchive();
    }

    /** Names of the topics, in order. */
    public List<String> topics() {
        return store.folders(ArchiveLayout.TOPICS).stream()
                .filter(Listing::isTopic)
                .toList();
    }

    /** What there is of one topic; empty where there is nothing. */
    public Optional<TopicContents> topic(String name) {
        if (!Listing.isTopic(name)) {
            return Optional.empty();
        }
        Listing listing = new Listing(store, ArchiveLayout.topicFolder(name), foreign -> {});
        return listing.hasNext() ? Optional.of(listing.next()) : Optional.empty();
    }

    /** Why the offsets of a gap are missing; empty where its document does not say, because it is damaged or gone. */
    public Optional<GapDocument> gap(PartitionFolder folder, GapKey gap) {
        try {
            return Optional.of(GapDocument.parse(store.read(folder.key(gap))));
        } catch (DamagedObjectException | UnsupportedFormatException e) {
            return Optional.empty();
        } catch (StoreException e) {
            if (e.kind() == Kind.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * All topics, in the order of their names, read from one listing of everything.
     *
     * @param foreign hears of keys outside of the topics' folders that are none of an archive's, while the stream is read
     */
    public Stream<TopicContents> contents(Consumer<Store.Entry> foreign) {
        Listing listing = new Listing(store, "", foreign);
        return StreamSupport.stream(
                Spliterators.spliteratorUnknownSize(listing, Spliterator.ORDERED | Spliterator.NONNULL), false);
    }
}
