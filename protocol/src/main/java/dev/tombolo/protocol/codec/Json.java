package dev.tombolo.protocol.codec;

import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.LineSection;
import dev.tombolo.protocol.desired.PeersSection;
import dev.tombolo.protocol.desired.PlaceSection;
import dev.tombolo.protocol.desired.TrustSection;
import dev.tombolo.protocol.desired.WindowsSection;
import dev.tombolo.protocol.desired.WorkloadsSection;
import dev.tombolo.protocol.enrol.ChallengeRequest;
import dev.tombolo.protocol.enrol.ChallengeResponse;
import dev.tombolo.protocol.enrol.EnrolRequest;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.enrol.RecoverRequest;
import dev.tombolo.protocol.enrol.Refusal;
import dev.tombolo.protocol.enrol.RenewRequest;
import dev.tombolo.protocol.enrol.RenewResponse;
import dev.tombolo.protocol.enrol.TimeResponse;
import dev.tombolo.protocol.kit.KitHeader;
import dev.tombolo.protocol.message.Acked;
import dev.tombolo.protocol.message.Answer;
import dev.tombolo.protocol.message.Ask;
import dev.tombolo.protocol.message.BundleOffer;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.message.HubBeacon;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.sign.Envelope;
import dev.tombolo.protocol.sign.PublisherRoot;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The codec of every kind of message. Reading is strict about form (RFC 8259, no duplicate keys,
/// integers below 2^53, bounded size and depth, required fields present) and lenient about fields
/// it does not know. Writing is deterministic.
public final class Json {
  /// `DesiredManifest` -> `desired manifest`, for errors.
  private static final ClassValue<String> NAMES =
      new ClassValue<>() {
        @Override
        protected String computeValue(Class<?> type) {
          return nameOf(type);
        }
      };

  private Json() {}

  public static String write(Object value) {
    return switch (value) {
      case Report report -> JsonWriter.write(report, MessageJson::write);
      case ReportBody body -> JsonWriter.write(body, MessageJson::write);
      case Acked acked -> JsonWriter.write(acked, MessageJson::write);
      case Presence presence -> JsonWriter.write(presence, MessageJson::write);
      case DesiredUpdate update -> JsonWriter.write(update, MessageJson::write);
      case Ask ask -> JsonWriter.write(ask, MessageJson::write);
      case Answer answer -> JsonWriter.write(answer, MessageJson::write);
      case BundleOffer offer -> JsonWriter.write(offer, MessageJson::write);
      case HubBeacon beacon -> JsonWriter.write(beacon, MessageJson::write);
      case DesiredManifest manifest -> JsonWriter.write(manifest, DesiredJson::write);
      case PeersSection peers -> JsonWriter.write(peers, DesiredJson::write);
      case PlaceSection place -> JsonWriter.write(place, DesiredJson::write);
      case WorkloadsSection workloads -> JsonWriter.write(workloads, DesiredJson::write);
      case LineSection line -> JsonWriter.write(line, DesiredJson::write);
      case WindowsSection windows -> JsonWriter.write(windows, DesiredJson::write);
      case TrustSection trust -> JsonWriter.write(trust, DesiredJson::write);
      case Envelope envelope -> JsonWriter.write(envelope, SignJson::write);
      case PublisherRoot root -> JsonWriter.write(root, SignJson::write);
      case ReleaseManifest release -> JsonWriter.write(release, ReleaseJson::write);
      case EnrolRequest request -> JsonWriter.write(request, EnrolJson::write);
      case EnrolResponse response -> JsonWriter.write(response, EnrolJson::write);
      case RenewRequest request -> JsonWriter.write(request, EnrolJson::write);
      case RenewResponse response -> JsonWriter.write(response, EnrolJson::write);
      case ChallengeRequest request -> JsonWriter.write(request, EnrolJson::write);
      case ChallengeResponse response -> JsonWriter.write(response, EnrolJson::write);
      case RecoverRequest request -> JsonWriter.write(request, EnrolJson::write);
      case TimeResponse time -> JsonWriter.write(time, EnrolJson::write);
      case KitHeader header -> JsonWriter.write(header, KitJson::write);
      case Refusal refusal -> JsonWriter.write(refusal, EnrolJson::write);
      case Reason reason -> JsonWriter.write(reason, ReasonJson::write);
      default -> throw unknown(value.getClass());
    };
  }

  /// @param maxBytes bound of the text's UTF-8 form, usually one of [dev.tombolo.protocol.Limits]
  public static <T> T read(Class<T> type, String json, int maxBytes) throws MalformedException {
    String what = NAMES.get(type);
    if (longerThan(json, maxBytes)) {
      throw new MalformedException(what, "larger than " + maxBytes + " bytes");
    }
    return type.cast(read(type, JsonFields.ofRoot(what, JsonParser.parse(what, json))));
  }

  /// Reads UTF-8 bytes; what is not UTF-8 is malformed.
  public static <T> T read(Class<T> type, byte[] json, int maxBytes) throws MalformedException {
    String what = NAMES.get(type);
    if (json.length > maxBytes) {
      throw new MalformedException(what, "larger than " + maxBytes + " bytes");
    }
    return type.cast(
        read(type, JsonFields.ofRoot(what, JsonParser.parse(what, decoded(what, json)))));
  }

  /// Reads an object of a kind this module does not know, by the same strict rules.
  ///
  /// @param what names the input in errors
  public static <T> T read(String what, String json, int maxBytes, JsonFields.Reader<T> reader)
      throws MalformedException {
    if (longerThan(json, maxBytes)) {
      throw new MalformedException(what, "larger than " + maxBytes + " bytes");
    }
    return reader.read(JsonFields.ofRoot(what, JsonParser.parse(what, json)));
  }

  /// Checks that a text is one JSON value of any kind (a workload's result, say).
  public static void check(String what, String json, int maxBytes) throws MalformedException {
    if (longerThan(json, maxBytes)) {
      throw new MalformedException(what, "larger than " + maxBytes + " bytes");
    }
    JsonParser.parse(what, json);
  }

  /// Decodes UTF-8 strictly.
  public static String utf8(String what, byte[] bytes) throws MalformedException {
    // Many times as fast as a decoder, and what is malformed becomes U+FFFD.
    String text = new String(bytes, StandardCharsets.UTF_8);
    return text.indexOf('\uFFFD') < 0 ? text : decoded(what, bytes).toString();
  }

  private static CharBuffer decoded(String what, byte[] bytes) throws MalformedException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
    } catch (CharacterCodingException e) {
      throw new MalformedException(what, "is not UTF-8");
    }
  }

  private static Object read(Class<?> type, JsonFields fields) throws MalformedException {
    if (type == Report.class) {
      return MessageJson.report(fields);
    } else if (type == ReportBody.class) {
      return MessageJson.body(fields);
    } else if (type == Acked.class) {
      return MessageJson.acked(fields);
    } else if (Presence.class.isAssignableFrom(type)) {
      return MessageJson.presence(fields);
    } else if (type == DesiredUpdate.class) {
      return MessageJson.update(fields);
    } else if (type == Ask.class) {
      return MessageJson.ask(fields);
    } else if (type == Answer.class) {
      return MessageJson.answer(fields);
    } else if (type == BundleOffer.class) {
      return MessageJson.offer(fields);
    } else if (type == HubBeacon.class) {
      return MessageJson.beacon(fields);
    } else if (type == DesiredManifest.class) {
      return DesiredJson.manifest(fields);
    } else if (type == PeersSection.class) {
      return DesiredJson.peers(fields);
    } else if (type == PlaceSection.class) {
      return DesiredJson.place(fields);
    } else if (type == WorkloadsSection.class) {
      return DesiredJson.workloads(fields);
    } else if (type == WindowsSection.class) {
      return DesiredJson.windows(fields);
    } else if (type == LineSection.class) {
      return DesiredJson.line(fields);
    } else if (type == TrustSection.class) {
      return DesiredJson.trust(fields);
    } else if (type == Envelope.class) {
      return SignJson.envelope(fields);
    } else if (type == PublisherRoot.class) {
      return SignJson.root(fields);
    } else if (type == ReleaseManifest.class) {
      return ReleaseJson.manifest(fields);
    } else if (type == EnrolRequest.class) {
      return EnrolJson.request(fields);
    } else if (type == EnrolResponse.class) {
      return EnrolJson.response(fields);
    } else if (type == RenewRequest.class) {
      return EnrolJson.renewRequest(fields);
    } else if (type == RenewResponse.class) {
      return EnrolJson.renewResponse(fields);
    } else if (type == ChallengeRequest.class) {
      return EnrolJson.challengeRequest(fields);
    } else if (type == ChallengeResponse.class) {
      return EnrolJson.challengeResponse(fields);
    } else if (type == RecoverRequest.class) {
      return EnrolJson.recoverRequest(fields);
    } else if (type == TimeResponse.class) {
      return EnrolJson.timeResponse(fields);
    } else if (type == KitHeader.class) {
      return KitJson.header(fields);
    } else if (type == Refusal.class) {
      return EnrolJson.refusal(fields);
    } else if (type == Reason.class) {
      return ReasonJson.read(fields);
    }
    throw unknown(type);
  }

  private static IllegalArgumentException unknown(@Nullable Class<?> type) {
    return new IllegalArgumentException(type + " is not a message; add it to Json");
  }

  private static String nameOf(Class<?> type) {
    String name = type.getSimpleName();
    StringBuilder words = new StringBuilder(name.length() + 4);
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        if (i > 0) {
          words.append(' ');
        }
        c += 'a' - 'A';
      }
      words.append(c);
    }
    return words.toString();
  }

  private static boolean longerThan(String text, int maxBytes) {
    if (text.length() > maxBytes) {
      return true;
    }
    if (text.length() <= maxBytes / 3) {
      return false;
    }
    long bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      // Each half of a surrogate pair counts 2 of the pair's 4 bytes.
      bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
    return bytes > maxBytes;
  }
}
