package caravan.manage;

import caravan.manage.TaskException.Kind;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * Why there can't be a task of these parameters.
 *
 * @param parameter that is wrong; null where it is none of them
 * @param hint what to do
 */
@JsonInclude(Include.NON_NULL)
@JsonPropertyOrder({"parameter", "error", "hint"})
record TaskProblem(String parameter, String error, String hint) {
    static TaskProblem of(String parameter, TaskException why) {
        return new TaskProblem(parameter, why.getMessage(), why.hint());
    }

    TaskException exception() {
        return new TaskException(Kind.INVALID, error, hint);
    }
}
