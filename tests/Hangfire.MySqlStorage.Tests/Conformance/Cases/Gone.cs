using Hangfire.Common;

namespace Hangfire.MySqlStorage.Tests.Conformance.Cases;

/// <summary>A job's class that Hangfire can store and not load, as if a new version of the program had it no longer.</summary>
public static class Gone
{
    static Gone() => TypeHelper.CurrentTypeResolver = name => name.Contains(nameof(Gone), StringComparison.Ordinal)
        ? throw new TypeLoadException($"'{name}' is gone.")
        : TypeHelper.DefaultTypeResolver(name);

    public static Job Job() => Common.Job.FromExpression(() => Was());

    public static void Was()
    {
    }
}
