using Hangfire.MySqlStorage.Tests.Conformance.Storages;

namespace Hangfire.MySqlStorage.Tests.Conformance;

public sealed class MySqlConformanceTests(MySqlUnderTest subject) : IClassFixture<MySqlUnderTest>
{
    public static TheoryData<CaseName> Names => ConformanceCase.RowsFor("MySql");

    [Theory]
    [MemberData(nameof(Names))]
    public void Case(CaseName name) => ConformanceCase.Check(name.ToString(), subject);
}

public sealed class InMemoryConformanceTests(InMemoryUnderTest subject) : IClassFixture<InMemoryUnderTest>
{
    public static TheoryData<CaseName> Names => ConformanceCase.RowsFor("InMemory");

    [Theory]
    [MemberData(nameof(Names))]
    public void Case(CaseName name) => ConformanceCase.Check(name.ToString(), subject);
}

public sealed class PostgreSqlConformanceTests
{
    // not a class fixture: xunit makes one even where every test is skipped; the server ends with this process
    private static readonly Lazy<PostgreSqlUnderTest> Subject = new(() => new PostgreSqlUnderTest());

    public static TheoryData<CaseName> Names => ConformanceCase.RowsFor("PostgreSql");

    [PostgreSqlTheory]
    [MemberData(nameof(Names))]
    public void Case(CaseName name) => ConformanceCase.Check(name.ToString(), Subject.Value);
}

/// <summary>Skipped, with its reason, where there is no PostgreSQL.</summary>
public sealed class PostgreSqlTheoryAttribute : TheoryAttribute
{
    public PostgreSqlTheoryAttribute() => Skip = PostgreSqlServer.Missing;
}
