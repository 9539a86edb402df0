// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * Messages of the API as JSON for scripts.
 *
 * <p>Not protobuf's own mapping, which writes 64-bit numbers as text and leaves out what is 0. Here every field is there,
 * under its name in the .proto file; numbers are numbers, what is absent is null, enum values are lower case without the
 * name of their type ({@code up}), times are RFC 3339, and a duration is a number of seconds whose name ends in {@code
 * _seconds}.
 */
public final class JsonView {
    private JsonView() {}

    /** Over several lines, for people who look at it too. */
    public static String print(JsonElement json) {
        return new GsonBuilder()
                .serializeNulls()
                .disableHtmlEscaping()
                .setPrettyPrinting()
                .create()
                .toJson(json);
    }

    /** A message. */
    public static JsonObject object(Message message) {
        JsonObject object = new JsonObject();
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            object.add(name(field), value(message, field));
        }
        return object;
    }

    /** Messages. */
    public static JsonArray array(List<? extends Message> messages) {
        JsonArray array = new JsonArray();
        messages.forEach(message -> array.add(object(message)));
        return array;
    }

    /** {@code up} for HEALTH_STATE_UP; the number of a value that this program is too old to know. */
    public static String text(EnumValueDescriptor value) {
        if (value.getIndex() < 0) {
            return Integer.toString(value.getNumber());
        }
        String prefix = value.getType().getName().replaceAll("(?<=[a-z])(?=[A-Z])", "_") + "_";
        return value.getName().substring(prefix.length()).toLowerCase(Locale.ROOT);
    }

    private static String name(FieldDescriptor field) {
        boolean duration = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                && field.getMessageType()
                        .getFullName()
                        .equals(Duration.getDescriptor().getFullName());
        return duration ? field.getName() + "_seconds" : field.getName();
    }

    private static JsonElement value(Message message, FieldDescriptor field) {
        if (field.isRepeated()) {
            JsonArray array = new JsonArray();
            for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
                array.add(single(message.getRepeatedField(field, i), field));
            }
            return array;
        }
        if (field.hasPresence() && !message.hasField(field)) {
            return JsonNull.INSTANCE;
        }
        return single(message.getField(field), field);
    }

    private static JsonElement single(Object value, FieldDescriptor field) {
        if (value instanceof Timestamp time) {
            return new JsonPrimitive(
                    Instant.ofEpochSecond(time.getSeconds(), time.getNanos()).toString());
        }
        if (value instanceof Duration duration) {
            return new JsonPrimitive(seconds(duration));
        }
        if (value instanceof Message message) {
            return object(message);
        }
        if (value instanceof EnumValueDescriptor constant) {
            return new JsonPrimitive(text(constant));
        }
        if (value instanceof Boolean bool) {
            return new JsonPrimitive(bool);
        }
        if (value instanceof Number number) {
            return new JsonPrimitive(unsigned(number, field));
        }
        if (value instanceof ByteString bytes) {
            throw new IllegalArgumentException(field.getFullName() + ": JSON has no form for " + bytes);
        }
        return new JsonPrimitive(value.toString());
    }

    private static BigDecimal seconds(Duration duration) {
        BigDecimal seconds = BigDecimal.valueOf(duration.getSeconds()).add(BigDecimal.valueOf(duration.getNanos(), 9));
        // By way of text, because 10 stripped of its zero is 1E+1.
        return new BigDecimal(seconds.stripTrailingZeros().toPlainString());
    }

    private static Number unsigned(Number number, FieldDescriptor field) {
        return switch (field.getType()) {
            case UINT32, FIXED32 -> Integer.toUnsignedLong(number.intValue());
            case UINT64, FIXED64 -> new BigInteger(Long.toUnsignedString(number.longValue()));
            default -> number;
        };
    }
}
