namespace CrossLingual.Evaluation;

/// <summary>
/// What a C# program is compiled with: the <c>Main</c> that calls its own and then says that it came back, and a comparison of whole
/// objects under the name that HumanEval-XL's tests use. That is this project's own: lists by order, dictionaries by key, sets by
/// content, other objects by their public fields and properties; two objects of different types differ.
/// </summary>
internal static class DeepComparison
{
    /// <summary>C# source; WORD stands for what the program says last.</summary>
    public const string Source = """
        using System;
        using System.Collections;
        using System.Linq;
        using System.Reflection;

        internal static class XlingTests
        {
            private static void Main()
            {
                const BindingFlags any = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
                var main = typeof(XlingTests).Assembly.GetTypes().Where(t => t != typeof(XlingTests)).Select(t => t.GetMethod("Main", any)).First(m => m != null);
                var arguments = main.GetParameters().Length == 0 ? null : new object[] { Array.Empty<string>() };
                if (main.Invoke(null, any | BindingFlags.DoNotWrapExceptions, null, arguments, null) is System.Threading.Tasks.Task task)
                {
                    task.GetAwaiter().GetResult();
                }

                Console.WriteLine("\nWORD");
            }
        }

        namespace KellermanSoftware.CompareNetObjects
        {
            public class ComparisonResult
            {
                public bool AreEqual { get; set; }
            }

            public class CompareLogic
            {
                private const int Deepest = 100;

                public ComparisonResult Compare(object expected, object actual) => new ComparisonResult { AreEqual = Same(expected, actual, 0) };

                private static bool Same(object a, object b, int depth)
                {
                    if (ReferenceEquals(a, b))
                    {
                        return true;
                    }

                    if (a is null || b is null || a.GetType() != b.GetType() || depth > Deepest)
                    {
                        return false;
                    }

                    if (a is string || a.GetType().IsPrimitive || a is decimal || a is Enum || a is DateTime || a is System.Numerics.BigInteger)
                    {
                        return a.Equals(b);
                    }

                    if (a is IDictionary x && b is IDictionary y)
                    {
                        return x.Count == y.Count && x.Keys.Cast<object>().All(k => y.Contains(k) && Same(x[k], y[k], depth + 1));
                    }

                    if (a is IEnumerable many && b is IEnumerable others)
                    {
                        var (left, right) = (many.Cast<object>().ToList(), others.Cast<object>().ToList());
                        var isSet = a.GetType().GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(System.Collections.Generic.ISet<>));
                        return left.Count == right.Count && (isSet
                            ? left.All(l => right.Any(r => Same(l, r, depth + 1)))
                            : left.Zip(right, (l, r) => Same(l, r, depth + 1)).All(s => s));
                    }

                    const BindingFlags open = BindingFlags.Instance | BindingFlags.Public;
                    return a.GetType().GetFields(open).All(f => Same(f.GetValue(a), f.GetValue(b), depth + 1))
                        && a.GetType().GetProperties(open).Where(p => p.GetIndexParameters().Length == 0).All(p => Same(p.GetValue(a), p.GetValue(b), depth + 1));
                }
            }
        }
        """;
}
