namespace TripletGpu.KernelCompiler.Tests;

/// <summary>Small kernels that are rejected, or that come close and are not.</summary>
static class DiagnosticCases
{
    const string Usings = "using System;\nusing System.Collections.Generic;\nusing System.Linq;\nusing ILGPU;\n"
        + "using ILGPU.Runtime;\nusing TripletGpu.Kernels;\nnamespace N;\n";

    public static IEnumerable<TestCaseData> All =>
    [
        // Statements of a kernel with an index.
        Item("TGK001", "Throw", "if (x[i] < 0f) throw new Exception(); // here"),
        Item("TGK001", "Lambda", "Func<float, float> f = v => v; // here"),
        Item("TGK001", "Foreach", "foreach (int j in new int[3]) { } // here"),
        Item("TGK001", "RefLocal", "ref float r = ref x[i]; // here"),
        Item("TGK001", "Array", "var a = new float[4]; // here"),
        Item("TGK001", "Checked", "x[i] = checked((int)i + 1); // here"),
        Item("TGK001", "Goto", "goto end; end: x[i] = 0f; // here"),
        Item("TGK002", "List", "List<float> list; // here"),
        Item("TGK002", "Decimal", "decimal d; // here"),
        Item("TGK003", "Unmapped", "x[i] = MathF.Cbrt(x[i]); // here"),
        Item("TGK003", "FusedMultiplyAdd", "x[i] = MathF.FusedMultiplyAdd(x[i], x[i], x[i]); // here"),
        Item("TGK003", "ReorderedConstructor", "var p = new Swapped(1, 2); // here"),
        Item("TGK004", "IncrementInIndex", "int j = 0; x[j++] = 1f; // here"),
        Item("TGK004", "AssignmentInExpression", "float a; float b = a = x[i]; // here"),
        Item("TGK004", "RefCallInExpression", "float a = 1f; x[i] = Bump(ref a) + a; // here"),
        Item(
            "TGK008", "Recursion",
            "x[i] = Factorial(3); }\n static int Factorial(int n) { return n < 2 ? 1 : n * Factorial(n - 1); // here"),
        Item("TGK010", "MutableStatic", "x[i] = counter; // here"),
        Item("TGK010", "ComputedProperty", "x[i] = Now; // here"),
        Item("TGK011", "BarrierWithIndex", "Group.Barrier(); // here"),
        Item("TGK011", "GroupWithIndex", "x[i] = Group.IdxX; // here"),
        Item("TGK011", "SharedWithIndex", "var s = SharedMemory.Allocate<float>(4); // here"),
        Item("TGK015", "DoubleVariable", "double d = x[i]; // here"),
        Item("TGK015", "DoubleLiteral", "x[i] = (float)(x[i] * 0.5); // here"),
        Item("TGK018", "Directive", "\n#if DEBUG // here\n x[i] = 1f;\n#endif"),
        Item("TGK019", "Underscore", "int x_length = 3; // here"),
        Item("TGK021", "NegativeIndex", "x[-1] = 1f; // here"),
        Item("TGK021", "NegativeSubView", "var v = x.SubView(-1, 2); // here"),
        Item("TGK023", "FlagTimesFloat", "x[i] = (x[i] > 0f ? 1 : 0) * x[i]; // here"),
        Item("TGK023", "FlagAsFloat", "x[i] = x[i] > 0f ? 0 : 1; // here"),
        Item("TGK023", "FlagCast", "x[i] = (float)(x[i] > 0f ? 1 : 0); // here"),
        Item("TGK023", "NegatedFlag", "int mask = -(x[i] > 0f ? 1 : 0); x[mask & 1] = 0f; // here"),
        Item("TGK023", "ComplementOfFlag", "int mask = ~(x[i] > 0f ? 1 : 0); x[mask & 1] = 0f; // here"),
        Item("TGK023", "ByteOfInt", "int low = (byte)(int)x[i]; x[low] = 0f; // here"),
        Item("TGK023", "UIntOfInt", "uint wide = (uint)((int)x[i]); x[(int)(wide >> 1)] = 0f; // here"),

        // Statements of a kernel with groups.
        Grouped(
            "TGK005", "SharedInHelper",
            "x[0] = Use(); }\n static float Use() { var s = SharedMemory.Allocate<float>(4); return s[0]; // here"),
        Grouped(
            "TGK005", "SharedInBlock", "if (n > 0) { var s = SharedMemory.Allocate<float>(4); s[0] = 0f; } // here"),
        Grouped("TGK006", "Extent", "var s = SharedMemory.Allocate<float>(n); // here"),
        Grouped("TGK006", "LocalExtent", "var s = LocalMemory.Allocate<float>(n); // here"),
        Grouped("TGK007", "TwoSpaces", "var s = SharedMemory.Allocate<float>(64);\n var v = s;\n v = x; // here"),
        Grouped("TGK009", "ReturnBeforeBarrier", "if (Group.IdxX >= n) return; // here\n Group.Barrier();"),
        Grouped(
            "TGK009", "ReturnInHelper",
            "Wait(x, Group.IdxX); }\n static void Wait(ArrayView<float> x, int item) {\n if (item > 3) return; //"
            + " here\n Group.Barrier();"),
        Grouped(
            "TGK009", "ReturnBeforeHelper",
            "if (Group.IdxX >= n) return; // here\n Wait(); }\n static void Wait() { Group.Barrier();"),
        Grouped("TGK013", "Divergent", "int item = Group.IdxX;\n if (item < 3) { Group.Barrier(); } // here"),
        Grouped("TGK013", "DivergentLoop", "for (int k = Group.IdxX; k < n; k += 64)\n Group.Barrier(); // here"),
        Grouped(
            "TGK013", "DivergentHelper",
            "if (Group.IdxX < 3)\n Wait(); // here\n }\n static void Wait() { Group.Barrier();"),
        Grouped(
            "TGK013", "DivergentInHelper",
            "Wait(Group.IdxX); }\n static void Wait(int item) {\n if (item < 3)\n Group.Barrier(); // here"),
        Grouped(
            "TGK013", "DivergentBreak",
            "for (int k = 0; k < n; k++) {\n if (x[Group.IdxX] > 1f) break;\n Group.Barrier(); // here\n }"),
        Grouped("TGK013", "DivergentByMemory", "if (x[Group.IdxX] > 1f)\n Group.Barrier(); // here"),
        Grouped(
            "TGK013", "DivergentByAtomic",
            "int old = Atomic.Add(ref counts[0], 1);\n if (old == 0)\n Group.Barrier(); // here"),
        Grouped(
            "TGK013", "DivergentByLocal",
            "var own = LocalMemory.Allocate<int>(2);\n own[0] = Group.IdxX;\n if (own[0] > 3)\n Group.Barrier(); //"
            + " here"),
        Grouped("TGK017", "SharedSize", "var s = SharedMemory.Allocate<float>(12289); // here"),

        // Declarations.
        Code(
            "TGK012", "NotPartial",
            "public static class K // here\n{ [Kernel] public static void F(Index1D i, ArrayView<float> x) { x[i] ="
            + " 1f; } }"),
        Code(
            "TGK014", "Parameters",
            "public static partial class K { [Kernel] public static void F(Index1D i, ArrayView<float> x, "
            + string.Join(", ", Enumerable.Range(0, 13).Select(n => $"int a{n}")) + ") // here\n { x[i] = a12; } }"),
        Code(
            "TGK016", "BoolInDims",
            "public readonly record struct Dims(int N, bool Flag);\npublic static partial class K { [Kernel] public"
            + " static void F(Index1D i, ArrayView<float> x, Dims dims) // here\n { x[i] = dims.N; } }"),
        Code(
            "TGK016", "BoolParameter",
            "public static partial class K { [Kernel] public static void F(Index1D i, ArrayView<float> x, bool add)"
            + " // here\n { x[i] = add ? 1f : 0f; } }"),
        Code(
            "TGK020", "NoGroup",
            "public static partial class K {\n [Kernel] public static void F(ArrayView<float> x) { x[0] = 1f; } } //"
            + " here"),
        Code(
            "TGK020", "RefParameter",
            "public static partial class K {\n [Kernel] public static void F(Index1D i, ArrayView<float> x, ref int"
            + " n) { x[i] = 1f; } } // here"),
        Code(
            "TGK020", "NoView",
            "public static partial class K {\n [Kernel] public static void F(Index1D i, int n) { } } // here"),
        Code(
            "TGK020", "Items",
            "public static partial class K {\n [Kernel(64, 32)] public static void F(ArrayView<float> x) { x[0] = 1f;"
            + " } } // here"),
        Code(
            "TGK022", "Unconstrained",
            "public static partial class K {\n [Kernel] public static void F<T>(Index1D i, ArrayView<float> x) where"
            + " T : struct { x[i] = 1f; } } // here"),
        Code(
            "TGK003", "MathStruct",
            "public interface IF : IKernelTypeArgument { static abstract float F(float x); }\npublic readonly struct"
            + " Cube : IF {\n public static float F(float x) => MathF.Cbrt(x); } // here"),
    ];

    public static IEnumerable<TestCaseData> Accepted =>
    [
        Fine("UniformReturn", Group("if (n == 0) return; Group.Barrier(); x[0] = 1f;")),
        Fine("UniformBranch", Group("for (int k = 0; k < n; k++) if (n > 3) Group.Barrier(); x[0] = 1f;")),
        Fine(
            "UniformLoad",
            Group("int end = counts[Grid.IdxX]; for (int k = 0; k < end; k++) Group.Barrier(); x[0] = 1f;")),
        Fine(
            "UniformHelper",
            Group("if (Half(n) > 3) Group.Barrier(); x[0] = 1f; } static int Half(int n) { return n / 2;")),
        Fine("ReturnAfterBarrier", Group("Group.Barrier(); if (Group.IdxX > 3) return; x[0] = 1f;")),
        Fine("AtomicInIndex", Group("x[Atomic.Add(ref counts[0], 1)] = 1f;")),
        Fine("FlagAsNumber", Group("int count = 0; count += x[0] > 0f ? 1 : 0; x[0] = (x[1] > 0f ? 1f : 0f) + count;")),
        Fine("OtherNumbers", Group("x[0] = (x[1] > 0f ? 2 : 3) * x[0]; x[1] = -(n > 2 ? 4 : 1);")),
        Fine("CastToIntAndBack", Group("x[0] = (float)(int)x[1]; x[1] = ((int)x[0]) & 255;")),
        Fine("SimdMembersAreLeftOut", "using System.Runtime.Intrinsics;\n" + Usings + """
            public interface IF : IKernelTypeArgument
            {
                static abstract float F(float x);
                static abstract Vector512<float> F(Vector512<float> x);
            }
            public readonly struct Twice : IF
            {
                public static float F(float x) => 2f * x;
                public static Vector512<float> F(Vector512<float> x) => x + x;
            }
            public static partial class K
            {
                [Kernel] public static void Map<T>(Index1D i, ArrayView<float> x) where T : struct, IF
                { x[i] = T.F(x[i]); }
            }
            """),
    ];

    /// <summary>A kernel with an index around some statements.</summary>
    public static string InKernel(string statements) => Usings + """
        public readonly struct Swapped(int b, int a) { public readonly int A = a, B = b; }
        public static partial class K
        {
            static int counter;
            static float Now => counter;
            static float Bump(ref float a) { a += 1f; return a; }
            [Kernel] public static void F(Index1D i, ArrayView<float> x) {

        """ + statements + "\n} }\n";

    static string Group(string statements) => Usings + """
        public static partial class K
        {
            [Kernel(64)] public static void F(ArrayView<float> x, ArrayView<int> counts, int n) {

        """ + statements + "\n} }\n";

    static TestCaseData Item(string id, string name, string statements) =>
        new TestCaseData(id, InKernel(statements)).SetName($"{{m}}({id}, {name})");

    static TestCaseData Grouped(string id, string name, string statements) =>
        new TestCaseData(id, Group(statements)).SetName($"{{m}}({id}, {name})");

    static TestCaseData Code(string id, string name, string code) =>
        new TestCaseData(id, Usings + code).SetName($"{{m}}({id}, {name})");

    static TestCaseData Fine(string name, string code) => new TestCaseData(code).SetName($"{{m}}({name})");
}
