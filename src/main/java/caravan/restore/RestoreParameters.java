package caravan.restore;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What a restore is asked for, as the route template sets it: each under the name of the template's parameter. */
public abstract class RestoreParameters {
    private final Map<String, String> parameters = new ConcurrentHashMap<>();

    RestoreParameters() {}

    /** @throws RestoreException where a value is not what it should be */
    final RestoreRequest request() {
        return new RestoreRequest(parameters);
    }

    /** Names and expressions, comma-separated. */
    public void setTopics(String topics) {
        parameters.put("topics", topics);
    }

    /** Names and expressions, comma-separated. */
    public void setExcludeTopics(String excludeTopics) {
        parameters.put("excludeTopics", excludeTopics);
    }

    /** {@code old=new}, comma-separated. */
    public void setRename(String rename) {
        parameters.put("rename", rename);
    }

    /** {@code newest}, a timeline's name, or empty where a topic has one. */
    public void setTimeline(String timeline) {
        parameters.put("timeline", timeline);
    }

    /** {@code 0,2-5}. */
    public void setPartitions(String partitions) {
        parameters.put("partitions", partitions);
    }

    /** First record timestamp, inclusive: RFC 3339, or epoch millis. */
    public void setFromTime(String fromTime) {
        parameters.put("fromTime", fromTime);
    }

    /** End of the record timestamps, exclusive: RFC 3339, or epoch millis. */
    public void setToTime(String toTime) {
        parameters.put("toTime", toTime);
    }

    /** How much older than those before it a record can be: {@code 1h}. */
    public void setTimeSlack(String timeSlack) {
        parameters.put("timeSlack", timeSlack);
    }

    /** First offset in the source, inclusive. */
    public void setFromOffset(String fromOffset) {
        parameters.put("fromOffset", fromOffset);
    }

    /** End of the offsets in the source, exclusive. */
    public void setToOffset(String toOffset) {
        parameters.put("toOffset", toOffset);
    }

    /** Most records of each partition. */
    public void setLimit(String limit) {
        parameters.put("limit", limit);
    }

    /** Whether topics that have records are filled behind them. */
    public void setAppend(String append) {
        parameters.put("append", append);
    }

    /** Whether what is missing or damaged in the archive is left out. */
    public void setAcceptLoss(String acceptLoss) {
        parameters.put("acceptLoss", acceptLoss);
    }

    /** Replicas of topics that are created. */
    public void setReplicationFactor(String replicationFactor) {
        parameters.put("replicationFactor", replicationFactor);
    }

    /** Whether settings that the brokers don't take are left out. */
    public void setIgnoreUnsupportedConfigs(String ignoreUnsupportedConfigs) {
        parameters.put("ignoreUnsupportedConfigs", ignoreUnsupportedConfigs);
    }

    /** Whether retention is turned on at the end, even if it deletes restored records. */
    public void setApplyRetention(String applyRetention) {
        parameters.put("applyRetention", applyRetention);
    }

    /** Whether restored records are read again at the end, and compared. */
    public void setVerify(String verify) {
        parameters.put("verify", verify);
    }

    /** Consumer groups whose offsets are set, names and expressions, comma-separated; empty for none. */
    public void setGroups(String groups) {
        parameters.put("groups", groups);
    }

    /** Time of the groups' offsets: RFC 3339, or epoch millis. */
    public void setGroupsAt(String groupsAt) {
        parameters.put("groupsAt", groupsAt);
    }

    /** What each record passes through. */
    public void setStep(String step) {
        parameters.put("step", step);
    }
}
