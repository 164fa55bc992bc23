package caravan.manage;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Map;

/**
 * A task in few words.
 *
 * @param origin file or api
 * @param parameters as they were given; null where many tasks are listed
 * @param state running, retrying, paused, stopped, failed or finished
 * @param failure what it fails at; null where nothing does
 */
@JsonInclude(Include.NON_NULL)
@JsonPropertyOrder({"name", "template", "origin", "parameters", "state", "failure"})
record TaskSummary(
        String name, String template, String origin, Map<String, String> parameters, String state, String failure) {

    /** With its parameters. */
    static TaskSummary of(TaskStatus status) {
        return new TaskSummary(
                status.name(),
                status.template(),
                status.origin(),
                status.parameters(),
                status.state(),
                status.failure());
    }

    /** As a line of a list. */
    static TaskSummary line(TaskStatus status) {
        return new TaskSummary(
                status.name(), status.template(), status.origin(), null, status.state(), status.failure());
    }
}
