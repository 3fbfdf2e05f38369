package dev.tombolo.installer;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.constant.ClassDesc;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/// Which modules of the JDK the classes of a jar name. jdeps would ask for the whole module path.
final class JdkModules {
  private static final Map<String, String> MODULE_OF_PACKAGE = modulesOfPackages();

  private JdkModules() {}

  static Set<String> namedIn(Path jar) throws IOException {
    Set<String> modules = new TreeSet<>();
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
        ZipEntry entry = all.nextElement();
        if (entry.getName().endsWith(".class") && !entry.getName().endsWith("module-info.class")) {
          try (InputStream bytes = zip.getInputStream(entry)) {
            addNamed(bytes.readAllBytes(), modules);
          }
        }
      }
    }
    return modules;
  }

  private static void addNamed(byte[] classFile, Set<String> modules) {
    for (PoolEntry entry : ClassFile.of().parse(classFile).constantPool()) {
      if (entry instanceof ClassEntry named) {
        ClassDesc type = named.asSymbol();
        while (type.isArray()) {
          type = type.componentType();
        }
        String module = MODULE_OF_PACKAGE.get(type.packageName());
        if (module != null) {
          modules.add(module);
        }
      }
    }
  }

  private static Map<String, String> modulesOfPackages() {
    Map<String, String> modules = new HashMap<>();
    for (Module module : ModuleLayer.boot().modules()) {
      module.getPackages().forEach(name -> modules.put(name, module.getName()));
    }
    return modules;
  }
}
