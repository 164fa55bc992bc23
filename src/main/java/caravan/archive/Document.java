package caravan.archive;

import com.fasterxml.jackson.annotation.JsonProperty;

/** A JSON document of the archive. Each says its format first. Fields that a reader does not know are left out. */
public sealed interface Document
        permits ArchiveDocument,
                BatchManifest,
                GapDocument,
                TopicSnapshot,
                GroupsSnapshot,
                TaskDocument,
                PlanDocument,
                RestoreDocument {
    /** The format that this version writes, and the only one that it reads. */
    int FORMAT = 1;

    @JsonProperty("format")
    default int format() {
        return FORMAT;
    }

    /** The document as it is stored: UTF-8, no white space. */
    default byte[] toJson() {
        return Json.print(this);
    }
}
