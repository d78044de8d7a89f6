using System.Globalization;
using System.Reflection;
using System.Runtime.ExceptionServices;
using Hangfire.MySqlStorage.Tests.Conformance.Cases;
using Hangfire.MySqlStorage.Tests.Conformance.Storages;
using Hangfire.MySqlStorage.Tests.Support;

namespace Hangfire.MySqlStorage.Tests.Conformance;

/// <summary>One behaviour that Hangfire expects of a storage: a method of a class of cases, with one row of arguments.</summary>
internal sealed record ConformanceCase(string Name, MethodInfo Method, object?[] Arguments)
{
    public static IReadOnlyDictionary<string, ConformanceCase> All { get; } = typeof(StorageCases).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(StorageCases)) && !type.IsAbstract)
        .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
        .SelectMany(Of)
        .ToDictionary(one => one.Name, StringComparer.Ordinal);

    public IEnumerable<string> Needs => Method.GetCustomAttributes<NeedsAttribute>().Concat(Method.DeclaringType!.GetCustomAttributes<NeedsAttribute>()).Select(needs => needs.Feature);

    /// <summary>The names of the cases that a storage has the features for.</summary>
    public static IEnumerable<string> NamesOf(string storage) =>
        All.Values.Where(one => !one.Needs.Any(feature => Differences.Lacks(storage, feature))).Select(one => one.Name).Order(StringComparer.Ordinal);

    /// <summary>These names as rows of a theory.</summary>
    public static TheoryData<CaseName> RowsFor(string storage) => [.. NamesOf(storage).Select(CaseName.Of)];

    /// <summary>Runs a case on an empty storage: it must hold, or, where a difference is listed, must not.</summary>
    public static void Check(string name, StorageUnderTest subject)
    {
        var difference = Differences.Of(name, subject.Name);
        subject.Patience = difference is null ? Wait.Deadline : TimeSpan.FromMilliseconds(200);
        subject.Empty();
        if (difference is not { } listed)
        {
            All[name].Run(subject);
        }
        else if (listed.Always)
        {
            Assert.True(
                Record.Exception(() => All[name].Run(subject)) is not null,
                $"{subject.Name} behaves as '{name}' says. Differences lists that it does not: \"{listed.Why}\" Strike it from the list.");
        }
    }

    private void Run(StorageUnderTest subject)
    {
        var cases = Activator.CreateInstance(Method.DeclaringType!, subject);
        try
        {
            Method.Invoke(cases, Arguments);
        }
        catch (TargetInvocationException error)
        {
            ExceptionDispatchInfo.Throw(error.InnerException!);
        }
    }

    private static IEnumerable<ConformanceCase> Of(MethodInfo method)
    {
        var name = $"{method.DeclaringType!.Name}.{method.Name}";
        if (method.GetParameters().Length == 0)
        {
            return [new ConformanceCase(name, method, [])];
        }

        var rows = method.GetCustomAttributes<RowAttribute>().Select(row => row.Values);
        if (method.GetCustomAttribute<RowsOfAttribute>() is { } source)
        {
            var member = method.DeclaringType.GetProperty(source.Member, BindingFlags.Public | BindingFlags.Static)!;
            rows = rows.Concat(((IEnumerable<string>)member.GetValue(null)!).Select(row => new object?[] { row }));
        }

        return rows.Select(row => new ConformanceCase(
            $"{name}({string.Join(", ", row.Select(value => Convert.ToString(value ?? "null", CultureInfo.InvariantCulture)))})", method, row));
    }
}
