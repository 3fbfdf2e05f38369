package dev.tombolo.protocol.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.net.URL;
import java.util.List;

/// Loads the code under test anew, with a call of [Coverage#hit] at the start of every method and
/// at every place that is jumped to.
final class CoverageLoader extends ClassLoader {
  private static final String OURS = CoverageLoader.class.getPackageName() + ".";
  private static final List<String> WATCHED =
      List.of(
          "dev.tombolo.",
          "com.fasterxml.jackson.core.",
          "org.snakeyaml.",
          "org.eclipse.paho.",
          "io.netty.handler.codec.",
          "org.bouncycastle.");
  private static final ClassDesc COVERAGE = ClassDesc.of(Coverage.class.getName());
  private static final MethodTypeDesc HIT =
      MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int);

  CoverageLoader(ClassLoader parent) {
    super(parent);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded == null && !name.startsWith(OURS) && WATCHED.stream().anyMatch(name::startsWith)) {
        loaded = watched(name);
      }
      return loaded == null ? super.loadClass(name, resolve) : loaded;
    }
  }

  private Class<?> watched(String name) throws ClassNotFoundException {
    String path = name.replace('.', '/') + ".class";
    URL place = getParent().getResource(path);
    if (place == null) {
      throw new ClassNotFoundException(name);
    }
    try (InputStream in = place.openStream()) {
      byte[] code = withCounters(name, in.readAllBytes());
      return defineClass(name, code, 0, code.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }

  private byte[] withCounters(String name, byte[] original) {
    ClassFile files =
        ClassFile.of(
            ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(getParent())
                    .orElse(ClassHierarchyResolver.defaultResolver())));
    int[] place = {name.hashCode() * 31};
    try {
      return files.transformClass(
          files.parse(original),
          ClassTransform.transformingMethodBodies(
              CodeTransform.ofStateful(
                  () -> {
                    boolean[] begun = {false};
                    return (builder, element) -> {
                      if (!begun[0]) {
                        begun[0] = true;
                        builder.loadConstant(place[0]++).invokestatic(COVERAGE, "hit", HIT);
                      }
                      builder.with(element);
                      if (element instanceof LabelTarget) {
                        builder.loadConstant(place[0]++).invokestatic(COVERAGE, "hit", HIT);
                      }
                    };
                  })));
    } catch (IllegalArgumentException e) {
      // A method too large for more: it runs unwatched.
      return original;
    }
  }
}
