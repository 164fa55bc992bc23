package caravan.archive;

import java.util.Objects;

/** One key of an archive, and what lies under it. */
public sealed interface ArchiveKey {

    /** The key without the store's prefix. */
    String path();

    /** {@code archive.json}: the archive's own document. */
    record Archive() implements ArchiveKey {
        @Override
        public String path() {
            return ArchiveLayout.ARCHIVE;
        }
    }

    /**
     * A snapshot of a topic.
     *
     * @param takenAt epoch millis, of at most 13 digits; snapshots sort by it
     */
    record Topic(String topic, Timeline timeline, long takenAt) implements ArchiveKey {
        public Topic {
            ArchiveLayout.checkTopic(topic);
            Objects.requireNonNull(timeline, "timeline");
            ArchiveLayout.checkMillis(takenAt);
        }

        @Override
        public String path() {
            return ArchiveLayout.timelineFolder(topic, timeline) + "topic-" + KeyFields.digits(takenAt, 13) + ".json";
        }
    }

    /** An object or a gap. */
    record Partition(PartitionFolder folder, PartitionKey key) implements ArchiveKey {
        public Partition {
            Objects.requireNonNull(folder, "folder");
            Objects.requireNonNull(key, "key");
        }

        @Override
        public String path() {
            return folder.key(key);
        }
    }

    /**
     * A snapshot of the consumer groups.
     *
     * @param takenAt epoch millis, of at most 13 digits; snapshots sort by it
     */
    record Groups(long takenAt) implements ArchiveKey {
        public Groups {
            ArchiveLayout.checkMillis(takenAt);
        }

        @Override
        public String path() {
            return ArchiveLayout.GROUPS + "groups-" + KeyFields.digits(takenAt, 13) + ".json";
        }
    }

    /** The plan of a restore. */
    record Plan(String restoreId) implements ArchiveKey {
        public Plan {
            ArchiveLayout.checkName(restoreId);
        }

        @Override
        public String path() {
            return ArchiveLayout.RESTORES + restoreId + "/plan.json";
        }
    }

    /** The report of a restore. */
    record Report(String restoreId) implements ArchiveKey {
        public Report {
            ArchiveLayout.checkName(restoreId);
        }

        @Override
        public String path() {
            return ArchiveLayout.RESTORES + restoreId + "/report.json";
        }
    }

    /** A configured task: the only kind of key whose content may change. */
    record Task(String name) implements ArchiveKey {
        public Task {
            ArchiveLayout.checkName(name);
        }

        @Override
        public String path() {
            return ArchiveLayout.TASKS + name + ".json";
        }
    }
}
