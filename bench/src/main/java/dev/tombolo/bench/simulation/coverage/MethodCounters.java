package dev.tombolo.bench.simulation.coverage;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Puts a counter on every way that a branch of one method may go; the cases of one arm of a switch
/// are one way. Not counted is what the compiler adds and no source can take: the end of a switch
/// that has every case, the hash codes of a switch over strings, the questions about the parts of a
/// record that a pattern takes whatever they are, and those that look once more, in an arm of
/// several types, which of them it is.
final class MethodCounters implements CodeTransform {
  private static final ClassDesc BRANCHES = ClassDesc.of(Branches.class.getName());
  private static final MethodTypeDesc TAKE =
      MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int);
  private static final Set<String> NO_SUCH_CASE =
      Set.of("java/lang/MatchException", "java/lang/IncompatibleClassChangeError");
  private static final Set<String> FOR_BUGS =
      Set.of(
          "java/lang/IllegalStateException",
          "java/lang/IllegalArgumentException",
          "java/lang/AssertionError",
          "java/lang/UnsupportedOperationException");

  private static final int TYPE_LOADED = 1;
  private static final int TYPE_LOOKED_AT = 2;
  private static final int TYPE_ASKED = 3;
  private static final int TYPE_GONE = 4;

  private final String owner;
  private final String method;

  /// What is made first where a label stands.
  private final Map<Label, String> madeAt = new HashMap<>();

  /// Line of the source at which a label stands.
  private final Map<Label, Integer> lineAt = new HashMap<>();

  /// What is made right after an instruction, by its place.
  private final Map<Integer, String> madeAfter = new HashMap<>();

  /// Branches and switches of the compiler's own, by their place.
  private final Set<Integer> artificial = new HashSet<>();

  private int place = -1;
  private int line;

  MethodCounters(String owner, String method, CodeModel code) {
    this.owner = owner;
    this.method = method;
    List<Label> labels = new ArrayList<>();
    @Nullable Instruction last = null;
    @Nullable Instruction beforeLast = null;
    boolean switchesOverStrings = false;
    Set<Label> arms = new HashSet<>();
    int asked = 0;
    int at = -1;
    int here = 0;
    for (CodeElement element : code.elementList()) {
      if (element instanceof LineNumber number) {
        here = number.line();
      }
      if (element instanceof LabelTarget label) {
        labels.add(label.label());
      }
      if (!(element instanceof Instruction instruction)) {
        continue;
      }
      at++;
      asked = asked(asked, labels.stream().anyMatch(arms::contains), instruction);
      if (asked == TYPE_ASKED) {
        artificial.add(at);
      }
      if (isSwitchOverTypes(instruction, last)) {
        arms.addAll(armsOfSeveral(instruction));
      }
      if (instruction instanceof NewObjectInstruction made) {
        String type = made.className().asInternalName();
        labels.forEach(label -> madeAt.put(label, type));
        madeAfter.put(at - 1, type);
      }
      for (Label label : labels) {
        lineAt.put(label, here);
      }
      labels.clear();
      boolean isSwitch =
          instruction instanceof LookupSwitchInstruction
              || instruction instanceof TableSwitchInstruction;
      if (isSwitch && calls(last, "hashCode")) {
        switchesOverStrings = true;
        artificial.add(at);
      }
      if (last instanceof ConstantInstruction
          && (instruction.opcode() == Opcode.IFEQ || instruction.opcode() == Opcode.IFNE)) {
        artificial.add(at);
      }
      if (switchesOverStrings
          && instruction instanceof BranchInstruction
          && calls(last, "equals")
          && beforeLast instanceof ConstantInstruction) {
        artificial.add(at);
      }
      beforeLast = last;
      last = instruction;
    }
  }

  /// How far an arm of several types has come with one of them: the value is loaded, its type is
  /// looked at, the answer is asked for, and the arm goes on to its content.
  private static int asked(int so, boolean isArm, Instruction next) {
    boolean begins = isArm || so == TYPE_GONE;
    if (begins && next.opcode().kind() == Opcode.Kind.LOAD) {
      return TYPE_LOADED;
    }
    if (so == TYPE_LOADED && next.opcode() == Opcode.INSTANCEOF) {
      return TYPE_LOOKED_AT;
    }
    if (so == TYPE_LOOKED_AT && next.opcode() == Opcode.IFEQ) {
      return TYPE_ASKED;
    }
    boolean goesOn = next.opcode() == Opcode.GOTO || next.opcode() == Opcode.GOTO_W;
    return so == TYPE_ASKED && goesOn ? TYPE_GONE : 0;
  }

  private static boolean isSwitchOverTypes(Instruction it, @Nullable Instruction last) {
    boolean isSwitch =
        it instanceof LookupSwitchInstruction || it instanceof TableSwitchInstruction;
    return isSwitch
        && last instanceof InvokeDynamicInstruction call
        && call.name().equalsString("typeSwitch");
  }

  private static Set<Label> armsOfSeveral(Instruction instruction) {
    List<SwitchCase> cases =
        instruction instanceof TableSwitchInstruction table
            ? table.cases()
            : ((LookupSwitchInstruction) instruction).cases();
    Set<Label> seen = new HashSet<>();
    Set<Label> again = new HashSet<>();
    for (SwitchCase each : cases) {
      if (!seen.add(each.target())) {
        again.add(each.target());
      }
    }
    return again;
  }

  private static boolean calls(@Nullable Instruction instruction, String what) {
    return instruction instanceof InvokeInstruction call
        && call.owner().asInternalName().equals("java/lang/String")
        && call.name().equalsString(what);
  }

  @Override
  public void accept(CodeBuilder builder, CodeElement element) {
    if (element instanceof LineNumber number) {
      line = number.line();
    }
    if (element instanceof Instruction) {
      place++;
    }
    if (artificial.contains(place) && element instanceof Instruction) {
      builder.with(element);
      return;
    }
    switch (element) {
      case BranchInstruction it when isQuestion(it) -> question(builder, it);
      case LookupSwitchInstruction it -> {
        Ways ways = new Ways(it.cases(), it.defaultTarget(), builder);
        builder.with(LookupSwitchInstruction.of(ways.otherwise, ways.cases));
        ways.lead(builder);
      }
      case TableSwitchInstruction it -> {
        Ways ways = new Ways(it.cases(), it.defaultTarget(), builder);
        builder.with(
            TableSwitchInstruction.of(it.lowValue(), it.highValue(), ways.otherwise, ways.cases));
        ways.lead(builder);
      }
      default -> builder.with(element);
    }
  }

  private boolean isQuestion(BranchInstruction it) {
    return it.opcode() != Opcode.GOTO
        && it.opcode() != Opcode.GOTO_W
        && !isNoCase(madeAt.get(it.target()))
        && !isNoCase(madeAfter.get(place));
  }

  /// The source's `if` jumps over its block when the answer is no.
  private void question(CodeBuilder builder, BranchInstruction it) {
    Label jumps = builder.newLabel();
    Label next = builder.newLabel();
    builder.with(BranchInstruction.of(it.opcode(), jumps));
    take(builder, "goes on", madeAfter.get(place));
    builder.goto_(next);
    builder.labelBinding(jumps);
    take(builder, "jumps", madeAt.get(it.target()));
    builder.goto_(it.target());
    builder.labelBinding(next);
  }

  private void take(CodeBuilder builder, String way, @Nullable String made) {
    builder.loadConstant(add(way, made)).invokestatic(BRANCHES, "take", TAKE);
  }

  private int add(String way, @Nullable String made) {
    boolean isForBugs = made != null && FOR_BUGS.contains(made);
    return Branches.add(new Branch(owner, method, line, way, isForBugs));
  }

  private static boolean isNoCase(@Nullable String made) {
    return made != null && NO_SUCH_CASE.contains(made);
  }

  /// The ways of a switch, each through a counter.
  private final class Ways {
    private final List<SwitchCase> cases = new ArrayList<>();
    private final Label otherwise;
    private final Map<Label, Label> through = new HashMap<>();
    private final Map<Integer, Integer> numbers = new HashMap<>();
    private final List<SwitchCase> original;
    private final Label originalOtherwise;

    Ways(List<SwitchCase> original, Label originalOtherwise, CodeBuilder builder) {
      this.original = original;
      this.originalOtherwise = originalOtherwise;
      for (SwitchCase each : original) {
        Label counted = through.computeIfAbsent(each.target(), unseen -> builder.newLabel());
        cases.add(SwitchCase.of(each.caseValue(), counted));
      }
      this.otherwise = through.computeIfAbsent(originalOtherwise, unseen -> builder.newLabel());
    }

    void lead(CodeBuilder builder) {
      Set<Label> done = new HashSet<>();
      for (SwitchCase each : original) {
        if (done.add(each.target())) {
          lead(builder, each.target(), "case " + each.caseValue());
        }
      }
      if (done.add(originalOtherwise)) {
        lead(builder, originalOtherwise, "default");
      }
    }

    private void lead(CodeBuilder builder, Label to, String way) {
      builder.labelBinding(java.util.Objects.requireNonNull(through.get(to)));
      String made = madeAt.get(to);
      if (!isNoCase(made)) {
        int arm = lineAt.getOrDefault(to, line);
        int number = numbers.computeIfAbsent(arm, unseen -> add(way + " at " + arm, made));
        builder.loadConstant(number).invokestatic(BRANCHES, "take", TAKE);
      }
      builder.goto_(to);
    }
  }
}
