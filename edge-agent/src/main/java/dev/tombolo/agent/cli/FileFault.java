package dev.tombolo.agent.cli;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/// Says what went wrong, also where the platform's exception has nothing but a path for a message.
final class FileFault {
  private FileFault() {}

  static String say(Throwable failure) {
    return switch (failure) {
      case FileSystemException it when it.getReason() != null -> String.valueOf(it.getMessage());
      case NoSuchFileException it -> it.getFile() + ": there is no such file";
      case AccessDeniedException it ->
          it.getFile() + ": not allowed; run this as root or as the agent's user";
      case FileAlreadyExistsException it -> it.getFile() + ": is there already";
      case FileSystemException it -> it.getFile() + ": " + it.getClass().getSimpleName();
      default -> failure.getMessage() == null ? failure.toString() : failure.getMessage();
    };
  }
}
