package caravan.torture;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What is done to whom. Each group of things that fail has faults of its own, one after the other, beside those of the others. */
enum FaultKind {
    PROCESS_KILLED(Victim.BACKUPS, 1, 4, "a backup is killed (SIGKILL), and started again"),
    PROCESS_STOPPED(Victim.BACKUPS, 1, 3, "a backup is stopped (SIGTERM), and started again"),
    PROCESS_HELD(
            Victim.BACKUPS, 8, 13, "a backup is held (SIGSTOP) for longer than its session in the group, and goes on"),
    PROCESS_JOINED(Victim.BACKUPS, 6, 12, "one more backup joins the group, and leaves it"),

    S3_SLOW_DOWN(Victim.S3, 3, 8, "503 SlowDown"),
    S3_INTERNAL_ERROR(Victim.S3, 3, 8, "500 InternalError"),
    S3_DELAYED(Victim.S3, 2, 8, "requests that wait for half a second to three"),
    S3_UPLOADS_LATE(
            Victim.S3,
            4,
            10,
            "objects that are under way for 8 to 20 seconds, and arrive whatever became of their sender"),
    S3_REQUEST_CUT(Victim.S3, 3, 8, "connections that break in a request's body"),
    S3_ANSWER_CUT(Victim.S3, 3, 8, "connections that break in an answer's body"),
    S3_ANSWER_LOST(Victim.S3, 2, 10, "PUTs that are done, and whose answer never comes"),
    S3_WRONG_ETAG(Victim.S3, 3, 8, "answers with a wrong ETag"),
    S3_FALSE_412(Victim.S3, 2, 6, "412 for PUTs of objects that are not there"),
    S3_EXPIRED(Victim.S3, 2, 6, "403 ExpiredToken"),
    S3_AWAY(Victim.S3, 1, 10, "all connections cut, and no new ones"),

    BROKER_KILLED(Victim.BROKERS, 1, 8, "a broker is killed (SIGKILL), and started again"),
    BROKER_STOPPED(Victim.BROKERS, 1, 4, "a broker is stopped (SIGTERM), and started again"),
    BROKER_HELD(Victim.BROKERS, 3, 14, "a broker is held (SIGSTOP), and goes on"),
    BROKERS_ROLLED(Victim.BROKERS, 0, 2, "all brokers are restarted, one after the other"),
    CONTROLLER_KILLED(Victim.BROKERS, 1, 5, "the controller is killed (SIGKILL), and started again"),
    LEADERS_ELECTED(Victim.BROKERS, 0, 1, "preferred leaders are elected"),
    LEADERS_MOVED(Victim.BROKERS, 0, 1, "all leaders are moved by chance"),

    TOPIC_RECREATED(Victim.TOPIC, 0, 1, "a topic is deleted when all of it is stored, and created again");

    /** What fails together: of each victim one thing at a time. */
    enum Victim {
        BACKUPS(6),
        S3(5),
        BROKERS(8),
        TOPIC(60);

        private final double pauseSeconds;

        /** @param pauseSeconds between two faults of this victim, at the most */
        Victim(double pauseSeconds) {
            this.pauseSeconds = pauseSeconds;
        }

        double pauseSeconds() {
            return pauseSeconds;
        }
    }

    private final Victim victim;
    private final double leastSeconds;
    private final double mostSeconds;
    private final String text;

    FaultKind(Victim victim, double leastSeconds, double mostSeconds, String text) {
        this.victim = victim;
        this.leastSeconds = leastSeconds;
        this.mostSeconds = mostSeconds;
        this.text = text;
    }

    Victim victim() {
        return victim;
    }

    double leastSeconds() {
        return leastSeconds;
    }

    double mostSeconds() {
        return mostSeconds;
    }

    /** What is done, for people. */
    String text() {
        return text;
    }

    /** As options and JSON name it: {@code process-killed}. */
    String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static List<FaultKind> of(Victim victim) {
        return Arrays.stream(values()).filter(kind -> kind.victim == victim).toList();
    }
}
