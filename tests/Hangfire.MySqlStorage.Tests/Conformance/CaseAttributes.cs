namespace Hangfire.MySqlStorage.Tests.Conformance;

/// <summary>Arguments of a case: the case counts once for each of its rows.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class RowAttribute(params object?[] values) : Attribute
{
    public object?[] Values => values;
}

/// <summary>Names a static member that gives a case its rows, one text each.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RowsOfAttribute(string member) : Attribute
{
    public string Member => member;
}

/// <summary>The case asks for a feature that a storage may lack; <see cref="Differences.Lacking"/> says which do.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class NeedsAttribute(string feature) : Attribute
{
    public string Feature => feature;
}
