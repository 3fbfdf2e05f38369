package dev.tombolo.bench.simulation.coverage;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.net.URL;

/// Loads Tombolo's classes anew; those of the deciders with a counter at each branch.
final class CountingLoader extends ClassLoader {
  private static final String OURS = "dev.tombolo.";
  private static final String SHARED = CountingLoader.class.getPackageName() + ".";

  CountingLoader(ClassLoader parent) {
    super(parent);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded == null && name.startsWith(OURS) && !name.startsWith(SHARED)) {
        loaded = loadAnew(name);
      }
      return loaded == null ? super.loadClass(name, resolve) : loaded;
    }
  }

  private Class<?> loadAnew(String name) throws ClassNotFoundException {
    URL place = getParent().getResource(name.replace('.', '/') + ".class");
    if (place == null) {
      throw new ClassNotFoundException(name);
    }
    try (InputStream in = place.openStream()) {
      byte[] code = in.readAllBytes();
      byte[] loaded = Deciders.contain(name) ? withCounters(name, code) : code;
      return defineClass(name, loaded, 0, loaded.length);
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
    ClassTransform counters =
        (builder, element) -> {
          if (element instanceof MethodModel method && method.code().isPresent()) {
            CodeTransform inMethod =
                new MethodCounters(name, method.methodName().stringValue(), method.code().get());
            builder.transformMethod(method, MethodTransform.transformingCode(inMethod));
          } else {
            builder.with(element);
          }
        };
    return files.transformClass(files.parse(original), counters);
  }
}
