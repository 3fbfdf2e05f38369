package dev.tombolo.hub.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/// What is wrong with a file, also where the platform's exception has nothing but a path for a
/// message.
final class FileFault {
  private FileFault() {}

  /// With the path, if the exception has one.
  static String say(IOException failure) {
    return failure instanceof FileSystemException it && it.getFile() != null
        ? it.getFile() + ": " + why(failure)
        : why(failure);
  }

  /// Without the path.
  static String why(IOException failure) {
    return switch (failure) {
      case FileSystemException it when it.getReason() != null -> it.getReason();
      case NoSuchFileException _ -> "there is no such file";
      case AccessDeniedException _ -> "not allowed for this user";
      case FileAlreadyExistsException _ -> "is there already";
      case FileSystemException it -> it.getClass().getSimpleName();
      default -> failure.getMessage() == null ? failure.toString() : failure.getMessage();
    };
  }

  /// Why it cannot be looked at, which does not mean that it is not there; empty when it can, or is
  /// not there.
  static Optional<String> unseen(Path path) {
    try {
      Files.readAttributes(path, BasicFileAttributes.class);
      return Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(why(e));
    }
  }
}
