package caravan.manage;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The parameters of a task that is in no route file: values, and nothing that Camel makes more of. A route file is code; whoever
 * reaches the port, or writes the bucket, only chooses among what the route files have. Without this, a group called
 * {@code #class:java.io.FileOutputStream('/etc/passwd')} would be made an object of (Camel's PropertyBindingSupport), a value with
 * an {@code &} could add options to an endpoint, a step could be any endpoint, and a reference would show a secret as a group's name.
 */
final class RemoteParameters {
    private static final Pattern STEP = Pattern.compile("direct:[A-Za-z0-9._-]+");
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    private RemoteParameters() {}

    /** Each names its parameter, and does not show its value. */
    static List<TaskProblem> problems(TaskDefinition task) {
        List<TaskProblem> problems = new ArrayList<>();
        new TreeMap<>(task.parameters()).forEach((name, value) -> {
            if (Secrets.plain(name, value)) {
                problems.add(
                        refused(
                                name,
                                "carries a secret",
                                "give a reference to it, such as {{env:NAME}}, without a default: tasks are kept in the archive"));
            }
            if (!Secrets.secret(name)) {
                Optional<ParameterType> type = ParameterType.of(TaskTemplates.parameter(name));
                problem(type, value).ifPresent(problem -> problems.add(refused(name, problem, hint(type))));
            }
        });
        return problems;
    }

    private static Optional<String> problem(Optional<ParameterType> type, String value) {
        if (value.contains("{{")) {
            return Optional.of("refers to something of the service's own, and carries no secret");
        }
        if (value.stripLeading().startsWith("#")) {
            return Optional.of("refers to an object or a class");
        }
        // A question mark belongs to regular expressions, too; those are in no endpoint.
        if (value.contains("&") || type.isEmpty() && value.contains("?")) {
            return Optional.of("could add options to an endpoint");
        }
        if (CONTROL.matcher(value).find()) {
            return Optional.of("has a control character");
        }
        if (type.filter(ParameterType.DIRECTORY::equals).isPresent()) {
            return Optional.of("is a place on the service's own host");
        }
        return type.filter(ParameterType.ENDPOINT::equals).isPresent()
                        && !STEP.matcher(value).matches()
                ? Optional.of("is no direct: endpoint, or has options")
                : Optional.empty();
    }

    private static String hint(Optional<ParameterType> type) {
        return type.map(known -> "it is " + known.form() + "; what ")
                        .orElse("write a plain value, without '?' and '&'; what ")
                + "is more than a value belongs into a route file";
    }

    private static TaskProblem refused(String parameter, String problem, String hint) {
        return new TaskProblem(parameter, "the parameter " + parameter + " " + problem, hint);
    }
}
