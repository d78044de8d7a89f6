using Xunit.Abstractions;

namespace Hangfire.MySqlStorage.Tests.Conformance;

/// <summary>A case in a list of tests: xunit cuts a plain text short.</summary>
public sealed class CaseName : IXunitSerializable
{
    private string _name = "";

    public static CaseName Of(string name) => new() { _name = name };

    public void Deserialize(IXunitSerializationInfo info) => _name = info.GetValue<string>(nameof(_name));

    public void Serialize(IXunitSerializationInfo info) => info.AddValue(nameof(_name), _name);

    public override string ToString() => _name;
}
