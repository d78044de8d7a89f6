namespace Hangfire.MySqlStorage.Tests.Conformance;

public sealed class DifferencesTests
{
    [Fact]
    public void Differences_AreOfCasesThatExist() => Assert.All(
        Differences.All,
        listed => Assert.All(listed.Storages, storage => Assert.Contains(ConformanceCase.NamesOf(storage), name => Differences.Matches(listed.Case, name))));

    [Fact]
    public void Cases_AreMany() => Assert.InRange(ConformanceCase.All.Count, 700, 5000);

    [Fact]
    public void MySql_LacksNothing() => Assert.Equal(ConformanceCase.All.Keys.Order(StringComparer.Ordinal), ConformanceCase.NamesOf("MySql"));
}
