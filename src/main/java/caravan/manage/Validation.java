package caravan.manage;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import java.util.Map;

/**
 * What a task of these parameters would be.
 *
 * @param parameters all that the template has, as given or by default
 * @param problems why it can't be made; empty where it can
 */
@JsonPropertyOrder({"template", "parameters", "problems"})
record Validation(String template, Map<String, String> parameters, List<TaskProblem> problems) {}
