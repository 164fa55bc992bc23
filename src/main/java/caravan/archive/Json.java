package caravan.archive;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.kafka.common.Uuid;

/** How the documents of the archive are printed and read. */
final class Json {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .annotationIntrospector(new AllRequired())
            .addModule(new SimpleModule()
                    .addSerializer(new UuidSerializer())
                    .addDeserializer(Uuid.class, new UuidDeserializer()))
            .build();

    private Json() {}

    static byte[] print(Document document) {
        try {
            return MAPPER.writeValueAsBytes(document);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @param name what to call the document in errors
     * @throws DamagedObjectException if it is none of this type
     * @throws UnsupportedFormatException if it is of another format
     */
    static <D extends Document> D parse(byte[] json, Class<D> type, String name) {
        try {
            JsonNode tree = MAPPER.readTree(json);
            JsonNode format = tree.path("format");
            if (!format.isIntegralNumber() || !format.canConvertToInt()) {
                throw new DamagedObjectException(name + " does not say its format");
            }
            if (format.intValue() != Document.FORMAT) {
                throw new UnsupportedFormatException(name, format.intValue());
            }
            return MAPPER.treeToValue(tree, type);
        } catch (IOException e) {
            throw new DamagedObjectException(name + " is not what was stored: " + firstLine(e), e);
        }
    }

    private static String firstLine(IOException e) {
        String message = e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
        return String.valueOf(message).lines().findFirst().orElse("");
    }

    /** A document without one of its fields is damaged, but for those that are left out where they are empty. */
    private static final class AllRequired extends JacksonAnnotationIntrospector {
        private static final long serialVersionUID = 1;

        @Override
        public Boolean hasRequiredMarker(AnnotatedMember member) {
            return !member.hasAnnotation(JsonInclude.class);
        }
    }

    private static final class UuidSerializer extends StdSerializer<Uuid> {
        private static final long serialVersionUID = 1;

        private UuidSerializer() {
            super(Uuid.class);
        }

        @Override
        public void serialize(Uuid id, JsonGenerator json, SerializerProvider provider) throws IOException {
            json.writeString(id.toString());
        }
    }

    private static final class UuidDeserializer extends StdDeserializer<Uuid> {
        private static final long serialVersionUID = 1;

        private UuidDeserializer() {
            super(Uuid.class);
        }

        @Override
        public Uuid deserialize(JsonParser json, DeserializationContext context) throws IOException {
            String text = json.getValueAsString("");
            try {
                return Uuid.fromString(text);
            } catch (IllegalArgumentException e) {
                return (Uuid) context.handleWeirdStringValue(Uuid.class, text, "not a topic id");
            }
        }
    }
}
