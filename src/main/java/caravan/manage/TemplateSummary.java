package caravan.manage;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import org.apache.camel.model.RouteTemplateDefinition;
import org.apache.camel.model.RouteTemplateParameterDefinition;

/** A route template that tasks are made of. */
@JsonInclude(Include.NON_NULL)
@JsonPropertyOrder({"name", "description", "parameters"})
record TemplateSummary(String name, String description, List<Parameter> parameters) {

    /**
     * What can be said of a task.
     *
     * @param defaultValue null where it has none
     */
    @JsonInclude(Include.NON_NULL)
    @JsonPropertyOrder({"name", "description", "default", "required"})
    record Parameter(String name, String description, @JsonProperty("default") String defaultValue, boolean required) {}

    private static String shown(RouteTemplateParameterDefinition parameter) {
        return parameter.getDefaultValue() == null
                ? null
                : Secrets.hidden(parameter.getName(), parameter.getDefaultValue());
    }

    static TemplateSummary of(RouteTemplateDefinition template) {
        return new TemplateSummary(
                template.getId(),
                template.getDescriptionText(),
                template.getTemplateParameters().stream()
                        .map(parameter -> new Parameter(
                                parameter.getName(),
                                parameter.getDescription(),
                                shown(parameter),
                                parameter.isRequired() && parameter.getDefaultValue() == null))
                        .toList());
    }
}
