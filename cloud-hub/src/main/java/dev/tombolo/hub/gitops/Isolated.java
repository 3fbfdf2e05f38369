package dev.tombolo.hub.gitops;

import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

/// A machine on which nobody has set up Git: what a user's or the machine's files say (proxies,
/// other URLs, programs to run) has no effect on the hub.
final class Isolated extends SystemReader.Delegate {
  private Isolated(SystemReader real) {
    super(real);
  }

  static synchronized void ensure() {
    if (!(SystemReader.getInstance() instanceof Isolated)) {
      SystemReader.setInstance(new Isolated(SystemReader.getInstance()));
    }
  }

  @Override
  public @Nullable String getenv(String variable) {
    return variable.startsWith("GIT_") || variable.startsWith("XDG_")
        ? null
        : super.getenv(variable);
  }

  @Override
  public FileBasedConfig openUserConfig(Config parent, FS fs) {
    return new Empty(parent, fs);
  }

  @Override
  public FileBasedConfig openSystemConfig(Config parent, FS fs) {
    return new Empty(parent, fs);
  }

  @Override
  public FileBasedConfig openJGitConfig(Config parent, FS fs) {
    return new Empty(parent, fs);
  }

  private static final class Empty extends FileBasedConfig {
    Empty(Config parent, FS fs) {
      super(parent, null, fs);
    }

    @Override
    public void load() {
      // There is no file.
    }

    @Override
    public void save() {
      // Nobody asks for it.
    }

    @Override
    public boolean isOutdated() {
      return false;
    }
  }
}
