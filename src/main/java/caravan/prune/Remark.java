package caravan.prune;

/**
 * Something that a person should look at.
 *
 * @param message one sentence that says it all
 * @param hint what can be done about it
 * @param damage whether the archive is damaged
 */
public record Remark(String message, String hint, boolean damage) {}
