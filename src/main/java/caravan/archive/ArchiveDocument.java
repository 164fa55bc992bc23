package caravan.archive;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Objects;

/**
 * {@code archive.json}: written once, when an archive begins.
 *
 * @param format number of the format of everything in the archive
 * @param archiveId random id; consumer groups and objects carry it, so that two archives are not mixed up
 * @param createdAt epoch millis
 */
@JsonPropertyOrder({"format", "archiveId", "createdAt"})
public record ArchiveDocument(int format, String archiveId, long createdAt) implements Document {

    public ArchiveDocument {
        if (format != FORMAT) {
            throw new UnsupportedFormatException(ArchiveLayout.ARCHIVE, format);
        }
        Objects.requireNonNull(archiveId, "archiveId");
    }

    /** @param createdAt epoch millis */
    public static ArchiveDocument of(String archiveId, long createdAt) {
        return new ArchiveDocument(FORMAT, archiveId, createdAt);
    }

    /** @throws DamagedObjectException if it is no such document
     * @throws UnsupportedFormatException if it is of another format */
    public static ArchiveDocument parse(byte[] json) {
        return Json.parse(json, ArchiveDocument.class, ArchiveLayout.ARCHIVE);
    }
}
